// Moving cards on the strategy board: by pointer, and by keyboard (M lifts, arrows, Enter, Escape).
// Dropping opens the dialog that asks the reason; without JavaScript each card leads to a form.

const THRESHOLD = 6; // pixels before a press becomes a drag
const [EDGE, STEP] = [60, 14]; // near the edge of the window the page follows

let lifted = null; // { card, from, over, name }

const board = () => document.querySelector("#board[data-moves]");
const cellOf = (element) => element?.closest?.("td[data-cell]") ?? null;
const words = () => document.getElementById("board-words").dataset;
const nameOf = (card) => card.querySelector("a").textContent;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const where = (cell) => fill(words().cell, { level: cell.dataset.levelLabel, scope: cell.dataset.scopeLabel });

function say(text) {
  document.getElementById("board-says").textContent = text;
}

function lift(card) {
  const from = cellOf(card);
  lifted = { card, from, over: from, name: nameOf(card) };
  card.classList.add("lifted");
  from.classList.add("over");
  say(fill(words().lifted, {
    name: lifted.name, level: from.dataset.levelLabel, scope: from.dataset.scopeLabel,
  }));
}

function hover(cell) {
  if (!lifted || !cell || cell === lifted.over) return;
  lifted.over?.classList.remove("over");
  lifted.over = cell;
  cell.classList.add("over");
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(where(cell));
}

function settle() {
  lifted.card.classList.remove("lifted");
  lifted.card.style.transform = "";
  lifted.over?.classList.remove("over");
}

function leave() {
  if (!lifted) return;
  settle();
  say(fill(words().left, { name: lifted.name }));
  lifted = null;
}

function drop() {
  const { card, from, over, name } = lifted;
  if (over === from) return leave();
  settle();
  lifted = null;
  const dialog = document.getElementById("move-dialog");
  const form = document.getElementById("move-form");
  form.action = card.querySelector(".grip").pathname;
  form.elements.level.value = over.dataset.level;
  form.elements.scope.value = over.dataset.scope;
  const told = fill(words().fromTo, { name, from: where(from), to: where(over) });
  form.querySelector(".from-to").textContent = told;
  form.querySelector("[data-override]").hidden =
    over.dataset.scope === from.dataset.scope || over.dataset.scope === card.dataset.derived;
  say("");
  dialog.showModal();
  form.elements.reason.focus();
  dialog.addEventListener("close", () => card.querySelector("a").focus(), { once: true });
}

function neighbour(cell, key) {
  const row = cell.parentElement;
  const rows = [...row.parentElement.rows];
  let [y, x] = [rows.indexOf(row), cell.cellIndex];
  y += { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
  x += { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
  return cellOf(rows[y]?.cells[x]);
}

document.addEventListener("keydown", (event) => {
  if (!board() || event.ctrlKey || event.altKey || event.metaKey) return;
  if (lifted) {
    if (event.key.startsWith("Arrow")) hover(neighbour(lifted.over, event.key));
    else if (event.key === "Enter" || event.key === " ") drop();
    else if (event.key === "Escape" || event.key === "Tab") leave();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    return;
  }
  const card = event.target.closest?.(".board-card");
  if (card?.querySelector(".grip") && (event.key === "m" || event.key === "M" || event.key === " ")) {
    event.preventDefault();
    lift(card);
  }
});

let press = null; // { card, x, y, pointer }

document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest?.(".board-card");
  if (!board() || !card?.querySelector(".grip") || event.button !== 0 || lifted) return;
  // A finger scrolls the page anywhere but on the handle.
  if (event.pointerType !== "mouse" && !event.target.closest(".grip")) return;
  press = { card, x: event.pageX, y: event.pageY, pointer: event.pointerId };
});

document.addEventListener("pointermove", (event) => {
  if (!press || event.pointerId !== press.pointer) return;
  const [dx, dy] = [event.pageX - press.x, event.pageY - press.y];
  if (!lifted) {
    if (Math.hypot(dx, dy) < THRESHOLD) return;
    lift(press.card);
    press.card.setPointerCapture(event.pointerId);
  }
  event.preventDefault();
  if (event.clientY < EDGE) scrollBy(0, -STEP);
  if (event.clientY > innerHeight - EDGE) scrollBy(0, STEP);
  press.card.style.transform = `translate(${dx}px, ${dy}px)`;
  hover(cellOf(document.elementFromPoint(event.clientX, event.clientY)));
});

document.addEventListener("pointerup", (event) => {
  if (!press || event.pointerId !== press.pointer) return;
  press = null;
  if (!lifted) return;
  // The click that follows a drag must not open the partner.
  const swallow = (click) => { click.preventDefault(); click.stopPropagation(); };
  document.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 0);
  drop();
});

document.addEventListener("pointercancel", () => {
  press = null;
  leave();
});

// "Undo" in the toast takes the move back at once; without JavaScript its page asks first.
document.addEventListener("click", (event) => {
  const undo = event.target.closest("a[data-undo]");
  const token = document.querySelector("#move-form [name=csrfmiddlewaretoken]");
  if (!undo || !token) return;
  event.preventDefault();
  const form = document.createElement("form");
  form.method = "post";
  form.action = undo.href;
  form.append(token.cloneNode());
  document.body.append(form);
  form.submit();
});
