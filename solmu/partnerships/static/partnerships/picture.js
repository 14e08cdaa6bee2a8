// Filters and time exchange the page's main part; the focus and what is being written stay.
let kept = null;

document.addEventListener("htmx:before:swap", () => {
  const focused = document.activeElement;
  const panel = focused?.closest?.(".filters details");
  kept = {
    focus: panel ? panel.querySelector("summary").id : focused?.id,
    track: focused?.matches?.(".time-track input[type=range]") ?? false,
    written: focused?.id === "filter-q" ? [focused.value, focused.selectionStart] : null,
  };
});

document.addEventListener("htmx:after:swap", () => {
  if (!kept) return;
  const { focus, track, written } = kept;
  kept = null;
  const again = track
    ? document.querySelector(".time-track input[type=range]")
    : focus && document.getElementById(focus);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (written) {
    again.value = written[0];
    again.setSelectionRange(written[1], written[1]);
  }
});

// On a phone the filters are folded until they are asked for, also when the page is exchanged.
let unfolded = false;

function fold() {
  const button = document.querySelector("[data-unfolds]");
  if (!button) return;
  button.setAttribute("aria-expanded", String(unfolded));
  document.getElementById(button.getAttribute("aria-controls")).classList.toggle("open", unfolded);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-unfolds]")) return;
  unfolded = !unfolded;
  fold();
});
document.addEventListener("htmx:after:swap", fold);

// The search narrows while one writes, without leaving its field.
let waiting;
document.addEventListener("input", (event) => {
  if (event.target.id !== "filter-q") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => document.getElementById("filter-q")?.form.requestSubmit(), 350);
});
// Its change event comes when its field is exchanged, and would send the form once more.
document.addEventListener("change", (event) => {
  if (event.target.id === "filter-q") event.stopPropagation();
}, { capture: true });
