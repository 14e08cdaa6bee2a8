// The picture's SVG file as PNG, for where SVG can't be pasted; without JavaScript SVG is offered alone.
const SCALE = 2; // sharp on paper and on dense screens

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-png]");
  if (!button) return;
  const image = new Image();
  image.src = button.dataset.png;
  try {
    await image.decode();
  } catch {
    location.assign(button.dataset.png);
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((file) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = button.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    button.closest("details").open = false;
  });
});
