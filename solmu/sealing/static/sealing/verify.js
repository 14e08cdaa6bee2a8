// A file dropped anywhere on the page is checked at once; without JavaScript the field takes it.
const form = document.querySelector("form[data-drop]");
const input = form?.querySelector("input[type=file]");

if (input) {
  const over = (on) => form.classList.toggle("over", on);

  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over(false);
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    over(false);
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
