// Filters and time exchange the page's main part: panels stay open and the focus stays where it was.
let kept = null;

document.addEventListener("htmx:before:swap", () => {
  const open = document.querySelector(".filters details[open]");
  const focused = document.activeElement;
  kept = {
    open: open?.id,
    scroll: open?.querySelector(".pop")?.scrollTop ?? 0,
    focus: focused?.id,
    track: focused?.matches?.(".time-track input[type=range]") ?? false,
  };
});

document.addEventListener("htmx:after:swap", () => {
  if (!kept) return;
  const { open, scroll, focus, track } = kept;
  kept = null;
  const panel = open && document.getElementById(open);
  if (panel && !panel.open) {
    panel.open = true;
    panel.querySelector(".pop").scrollTop = scroll;
  }
  const again = track ? document.querySelector(".time-track input[type=range]") : focus && document.getElementById(focus);
  if (again && document.activeElement !== again) again.focus({ preventScroll: true });
});

// The search narrows while one writes, without leaving its field.
let waiting;
document.addEventListener("input", (event) => {
  if (event.target.id !== "filter-q") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => event.target.form.requestSubmit(), 350);
});
