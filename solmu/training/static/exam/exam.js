// The test: shows one question at a time, and saves each answer as it is given, until it is saved.

const form = document.getElementById("test");
const questions = [...form.querySelectorAll(".question")];
const end = form.querySelector(".test-end");
const top_ = form.querySelector(".test-top");
const bar = form.querySelector(".test-bar");
const progress = top_.querySelector("progress");
const place = top_.querySelector("[data-place]");
const status = top_.querySelector("[data-saved]");
const left = end.querySelector("[data-left]");
const was = form.elements.was;
const saved = was.value.split(",");
const keep = `test ${form.dataset.key}`;
const stops = [...questions, end];

// What isn't saved yet outlives the page: item -> option.
const waiting = new Map(recall());
let sending = false;
let pause = 0;
let timer = 0;
let at = 0;

function recall() {
  try {
    return JSON.parse(localStorage.getItem(keep)) ?? [];
  } catch {
    return [];
  }
}

function remember() {
  try {
    if (waiting.size) localStorage.setItem(keep, JSON.stringify([...waiting]));
    else localStorage.removeItem(keep);
  } catch {
    // Without a store the page itself remembers.
  }
}

function tell(name) {
  status.textContent = name ? status.dataset[name] : "";
  status.classList.toggle("unsaved", name === "unsaved");
}

async function send() {
  clearTimeout(timer);
  if (sending) return;
  sending = true;
  while (waiting.size) {
    const [item, option] = waiting.entries().next().value;
    if (!pause) tell("saving");
    let answer = null;
    try {
      answer = await fetch(form.dataset.url, {
        method: "POST",
        body: new URLSearchParams({ key: form.dataset.key, item, option }),
        credentials: "omit",
        keepalive: true,
        signal: AbortSignal.timeout?.(15000),
      });
    } catch {
      // No connection: tried again below.
    }
    if (answer?.ok) {
      pause = 0;
      if (waiting.get(item) === option) waiting.delete(item);
      saved[item] = String(option);
      was.value = saved.join(",");
      remember();
    } else if (answer && answer.status < 500 && answer.status !== 429) {
      // Submitted on another device, or the time is out: see what there is now.
      waiting.clear();
      remember();
      location.replace(location.pathname);
      return;
    } else {
      pause = Math.min(30000, (pause || 1000) * 2);
      tell("unsaved");
      timer = setTimeout(send, pause);
      break;
    }
  }
  sending = false;
  if (!waiting.size) tell("saved");
}

function answered(question) {
  return question.querySelector("input:checked") !== null;
}

function count() {
  const open = questions.flatMap((one, number) => (answered(one) ? [] : [number]));
  progress.value = questions.length - open.length;
  left.textContent = open.length ? left.dataset.some : left.dataset.all;
  left.nextElementSibling.classList.contains("jumps") && left.nextElementSibling.remove();
  if (!open.length) return;
  const jumps = document.createElement("p");
  jumps.className = "jumps";
  for (const number of open) {
    const jump = document.createElement("button");
    jump.type = "button";
    jump.textContent = number + 1;
    jump.addEventListener("click", () => show(number, true));
    jumps.append(jump);
  }
  left.after(jumps);
}

function show(next, focus) {
  at = Math.max(0, Math.min(stops.length - 1, next));
  stops.forEach((one, number) => one.classList.toggle("shown", number === at));
  place.textContent =
    at < questions.length
      ? place.dataset.place.replace("%(n)s", at + 1).replace("%(all)s", questions.length)
      : "";
  const [back, on] = bar.querySelectorAll("button");
  back.disabled = at === 0;
  on.hidden = at === stops.length - 1;
  count();
  if (!focus) return;
  const target = stops[at].querySelector("legend, h2");
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

form.classList.add("one");
top_.hidden = bar.hidden = false;
for (const [item, option] of waiting) {
  const input = form.querySelector(`input[name="a${item}"][value="${option}"]`);
  if (input) input.checked = true;
}
form.addEventListener("change", (event) => {
  const item = Number(event.target.name.slice(1));
  if (event.target.type !== "radio" || Number.isNaN(item)) return;
  waiting.set(item, Number(event.target.value));
  remember();
  count();
  send();
});
bar.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) show(at + Number(step.dataset.step), true);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#q-"]');
  if (!link) return;
  event.preventDefault();
  show(Number(link.hash.slice(3)) - 1, true);
});
addEventListener("online", send);
addEventListener("pageshow", (event) => event.persisted && location.reload());
if (form.dataset.ends) {
  const rest = new Date(form.dataset.ends) - Date.now();
  setTimeout(() => location.replace(location.pathname), Math.max(0, rest) + 31000);
}
const first = questions.findIndex((one) => !answered(one));
const asked = /^#q-(\d+)$/.exec(location.hash);
show(asked ? Number(asked[1]) - 1 : first < 0 ? questions.length : first, false);
if (waiting.size) send();
