// What every page does a little better with JavaScript; all of it works without.

// Menus made of <details data-closes> close with Escape and when one goes elsewhere.
const open = () => document.querySelectorAll("details[data-closes][open]");

document.addEventListener("click", (event) => {
  for (const details of open()) if (!details.contains(event.target)) details.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const details of open()) if (!details.contains(event.target)) details.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const details of open()) {
    details.open = false;
    details.querySelector("summary").focus();
  }
});

// Dialogs: a link or button with data-opens shows one, data-shuts closes the one it is in.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const id = opener.dataset.opens || opener.getAttribute("href").slice(1);
    const dialog = document.getElementById(id);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
      dialog.querySelector("[autofocus], input:not([type=hidden]), select, textarea")?.focus();
    }
    return;
  }
  const shutter = event.target.closest("[data-shuts]");
  const dialog = shutter?.closest("dialog");
  if (dialog?.open) {
    event.preventDefault();
    dialog.close();
  } else if (event.target instanceof HTMLDialogElement && event.target.open) {
    event.target.close(); // a click beside the dialog
  }
});

// The theme changes at once; the form does the same without JavaScript.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-themes]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.cookie = `theme=${theme};path=/;max-age=${theme ? 31536000 : 0};samesite=lax`;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
});

// Toasts float, can be closed, and the good news leaves by itself; said again so that it is heard.
const STAY = 10_000;
const toasts = document.querySelector(".toasts");

function settle(toast) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.setAttribute("aria-label", toasts.dataset.close);
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  if (toast.matches(".error, .warning")) return;
  let timer;
  const leave = () => (timer = setTimeout(() => toast.remove(), STAY));
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(timer));
  toast.addEventListener("mouseleave", leave);
  leave();
}

function say(words, tone) {
  const toast = document.createElement("div");
  toast.className = `toast ${tone}`;
  const text = document.createElement("p");
  text.textContent = words;
  toast.append(text);
  toasts.append(toast);
  settle(toast);
  return toast;
}

if (toasts) {
  const said = [...toasts.children];
  toasts.classList.add("floats");
  toasts.replaceChildren();
  requestAnimationFrame(() => {
    toasts.append(...said);
    said.forEach(settle);
  });
  // A server's HX-Trigger {"toast": {"text": …, "tone": "success"}} says something without a new page.
  document.addEventListener("toast", (event) => say(event.detail.text, event.detail.tone ?? "success"));
}

// A request that did not get through: the page stays as it was, and says so.
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (!ctx || ctx.response || !toasts || toasts.querySelector("[data-unreached]")) return;
  say(toasts.dataset.unreached, "warning").dataset.unreached = "";
});

// What has to be mended takes the focus, also after htmx has exchanged a form.
document.addEventListener("htmx:after:swap", () => document.querySelector(".error-summary")?.focus());

// A half-filled form with data-keep survives a reload, a lost connection and a new sign-in.
const key = (form) => `kept:${location.pathname}:${form.dataset.keep}`;
const NEVER = "[type=password], [type=file], [type=hidden]";

for (const form of document.querySelectorAll("form[data-keep]")) {
  const fields = () => [...form.elements].filter((field) => field.name && !field.matches(NEVER));
  const kept = sessionStorage.getItem(key(form));
  if (kept && !form.querySelector("[aria-invalid]")) {
    const values = new Map(JSON.parse(kept));
    for (const field of fields()) {
      const value = values.get(`${field.name}=${field.type === "radio" || field.type === "checkbox" ? field.value : ""}`);
      if (value === undefined) continue;
      if (typeof value === "boolean") field.checked = value;
      else field.value = value;
    }
  }
  form.addEventListener("input", () => {
    const values = fields().map((field) =>
      field.type === "radio" || field.type === "checkbox"
        ? [`${field.name}=${field.value}`, field.checked]
        : [`${field.name}=`, field.value]);
    sessionStorage.setItem(key(form), JSON.stringify(values));
  });
}
// The server took it when it led to another page: then nothing is left to keep.
const sent = sessionStorage.getItem("kept-sent");
if (sent) {
  sessionStorage.removeItem("kept-sent");
  const { name, path } = JSON.parse(sent);
  if (path !== location.pathname && !location.pathname.includes("/login")) sessionStorage.removeItem(name);
}
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) sessionStorage.setItem("kept-sent", JSON.stringify({ name: key(form), path: location.pathname }));
});

// Filters apply when a choice is made; while choosing several, when the choices close.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-applies]");
  if (!form) return;
  const choices = event.target.closest("details");
  if (choices) choices.dataset.changed = "yes";
  else form.requestSubmit();
});
document.addEventListener("toggle", (event) => {
  const choices = event.target;
  if (choices.open || !choices.dataset?.changed) return;
  delete choices.dataset.changed;
  choices.closest("form").requestSubmit();
}, true);

// The time track: the date follows the handle, the picture follows when it is let go.
function track(form) {
  const range = form.querySelector("input[type=range]");
  if (!range || !range.hidden) return;
  const input = form.querySelector("input[type=date]");
  const output = form.querySelector("output");
  const fill = form.querySelector(".rail rect");
  const first = new Date(`${form.dataset.first}T00:00:00Z`);
  let format; // made when the handle moves: it takes longer than all the rest of this file
  const dayOf = (date) => Math.round((date - first) / 86_400_000);
  const dateAt = (day) => new Date(first.getTime() + day * 86_400_000);
  let waiting;

  const show = () => {
    const date = dateAt(Number(range.value));
    input.value = date.toISOString().slice(0, 10);
    format ??= new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC" });
    output.value = format.format(date);
    range.setAttribute("aria-valuetext", output.value);
    fill.setAttribute("width", `${(100 * range.value) / range.max}%`);
  };
  const go = (delay) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(), delay);
  };

  range.hidden = false;
  form.classList.add("live");
  range.addEventListener("input", show);
  range.addEventListener("change", () => go(0));
  range.addEventListener("keydown", (event) => {
    const months = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 12, PageDown: -12 }[event.key];
    if (!months) return;
    event.preventDefault();
    const date = dateAt(Number(range.value));
    date.setUTCMonth(date.getUTCMonth() + months);
    range.value = dayOf(date);
    show();
    go(500);
  });
  input.addEventListener("change", () => input.value && input.checkValidity() && go(0));
}

// On a narrow screen the tab that is on may stand beyond the edge.
for (const tabs of document.querySelectorAll(".tabs")) {
  const on = tabs.querySelector("[aria-current]")?.getBoundingClientRect();
  const frame = tabs.getBoundingClientRect();
  if (on && on.right > frame.right) tabs.scrollLeft = on.left - frame.left - (frame.width - on.width) / 2;
}

function enliven() {
  document.querySelectorAll("form.time-track").forEach(track);
  document.querySelectorAll("form[data-applies]").forEach((form) => form.classList.add("live"));
}
enliven();
document.addEventListener("htmx:after:swap", enliven);
