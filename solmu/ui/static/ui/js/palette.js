// The command palette: every page, record and action from one field. Without it, the form leads to /search/.

const dialog = document.getElementById("palette");
const form = document.querySelector("form[data-palette]");

if (dialog && form) {
  const outer = form.querySelector("input");
  const input = dialog.querySelector("input");
  const found = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  let asked;
  let waiting;

  const options = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => found.querySelector("[aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else input.removeAttribute("aria-activedescendant");
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.classList.add("icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${dialog.dataset.icons}#${name}`);
    svg.append(use);
    return svg;
  }

  function span(className, text) {
    const element = document.createElement("span");
    element.className = className;
    element.textContent = text;
    return element;
  }

  function says(text) {
    const line = document.createElement("div");
    line.className = "says";
    line.textContent = text;
    found.replaceChildren(line);
    status.textContent = text;
    input.setAttribute("aria-expanded", "false");
    choose(null);
  }

  // What the page behind offers: its tabs and its buttons that lead somewhere.
  function here() {
    const text = input.value.trim().toLowerCase();
    const links = document.querySelectorAll("#main .actions a[href], #main .tabs a[href], #main a.button[href]");
    const items = new Map();
    for (const link of links) {
      const title = link.textContent.trim();
      if (title.toLowerCase().includes(text)) items.set(link.href, { title, url: link.href, icon: "arrow-right" });
    }
    return { label: dialog.dataset.here, items: [...items.values()].slice(0, 8) };
  }

  function show(groups) {
    const filled = [here(), ...groups].filter((group) => group.items.length);
    if (!filled.length) return says(dialog.dataset.none);
    let number = 0;
    found.replaceChildren(...filled.map((group, at) => {
      const box = document.createElement("div");
      box.setAttribute("role", "group");
      const label = span("group", group.label);
      label.id = `palette-group-${at}`;
      box.setAttribute("aria-labelledby", label.id);
      box.append(label, ...group.items.map((item) => {
        const option = document.createElement("a");
        option.className = "item";
        option.id = `palette-item-${number++}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.tabIndex = -1;
        option.href = item.url;
        if (item.icon) option.append(icon(item.icon));
        option.append(span("", item.title));
        if (item.hint) option.append(span("hint", item.hint));
        return option;
      }));
      return box;
    }));
    input.setAttribute("aria-expanded", "true");
    status.textContent = `${dialog.dataset.count} ${number}`;
    choose(options()[0]);
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const url = `${dialog.dataset.url}?q=${encodeURIComponent(input.value.trim())}`;
    try {
      const response = await fetch(url, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      show((await response.json()).groups);
    } catch (error) {
      if (error.name !== "AbortError") says(dialog.dataset.failed);
    }
  }

  function open(text = "") {
    if (dialog.open) return;
    input.value = text;
    outer.value = "";
    dialog.showModal();
    input.focus();
    ask();
  }

  function move(by) {
    const all = options();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    choose(all[(at + by + all.length) % all.length]);
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  outer.addEventListener("click", () => open(outer.value));
  outer.addEventListener("input", () => open(outer.value));
  form.querySelector("button")?.addEventListener("click", (event) => {
    event.preventDefault();
    open(outer.value);
  });

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const moves = { ArrowDown: () => move(1), ArrowUp: () => move(-1) };
    if (event.ctrlKey || event.metaKey) Object.assign(moves, { Home: () => choose(all[0]), End: () => choose(all.at(-1)) });
    if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    } else if (event.key === "Enter") {
      event.preventDefault();
      location.href = chosen()?.href ?? `${dialog.dataset.page}?q=${encodeURIComponent(input.value)}`;
    }
  });
  found.addEventListener("mousemove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
}
