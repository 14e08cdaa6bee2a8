// The map made lively: closer and farther by wheel, fingers, buttons and keys; marks joined anew at
// each zoom as solmu/partnerships/mapping.py joins them; what a mark holds is told beside it.

const NS = "http://www.w3.org/2000/svg";
const REACH = 28;
const SINGLE = 7;
const LABELS = 7;
const LISTED = 7;
const CLOSEST = 60; // map units that the narrowest view is wide
const still = matchMedia("(prefers-reduced-motion: reduce)");

// Where each map was last looked at, so that moving the time does not move the map.
const looked = new Map();

const radius = (count) => (count === 1 ? SINGLE : Math.min(21, 10 + 1.1 * Math.sqrt(count)));

function node(name, attributes, ...children) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Marks nearer than a radius joined, those of the place with most partners first; as geo.cluster.
function join(marks, reach) {
  const weights = new Map();
  for (const { place, count } of marks) weights.set(place, (weights.get(place) ?? 0) + count);
  const sorted = [...marks].sort(
    (a, b) => weights.get(b.place) - weights.get(a.place) || a.x - b.x || a.y - b.y,
  );
  const grid = new Map();
  const spots = [];
  for (const mark of sorted) {
    const column = Math.floor(mark.x / reach);
    const row = Math.floor(mark.y / reach);
    let nearest = null;
    let best = reach * reach;
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const other of grid.get((column + dx) * 100003 + row + dy) ?? []) {
          const far = (other.x - mark.x) ** 2 + (other.y - mark.y) ** 2;
          if (far < best) [nearest, best] = [other, far];
        }
      }
    }
    if (!nearest) {
      nearest = { x: mark.x, y: mark.y, marks: [], count: 0 };
      spots.push(nearest);
      const cell = column * 100003 + row;
      if (grid.has(cell)) grid.get(cell).push(nearest);
      else grid.set(cell, [nearest]);
    }
    nearest.marks.push(mark);
    nearest.count += mark.count;
  }
  return spots;
}

function arc(r, start, end) {
  if (end - start > 0.9995) return `M0 ${-r}A${r} ${r} 0 1 1 -0.01 ${-r}`;
  const [a, b] = [2 * Math.PI * start, 2 * Math.PI * end];
  const at = (angle) => `${(r * Math.sin(angle)).toFixed(2)} ${(-r * Math.cos(angle)).toFixed(2)}`;
  return `M${at(a)}A${r} ${r} 0 ${end - start > 0.5 ? 1 : 0} 1 ${at(b)}`;
}

class SolmuMap extends HTMLElement {
  connectedCallback() {
    this.svg = this.querySelector("svg");
    const box = (text) => {
      const [x, y, width, height] = text.split(" ").map(Number);
      return { x, y, width, height };
    };
    this.home = box(this.dataset.home);
    this.key = `${this.dataset.extent} ${this.dataset.home}`;
    this.view = { ...(looked.get(this.key) ?? box(this.svg.getAttribute("viewBox"))) };
    [this.wide, this.high] = this.dataset.whole.split(" ").map(Number);
    this.places = this.querySelector(".map-spots");
    this.pop = this.querySelector(".map-pop");
    this.pointers = new Map();
    this.gone = new AbortController();
    this.marks = null;
    this.classList.add("alive");
    const extents = document.querySelector(".map-extents");
    const on = extents?.querySelector("[aria-current]");
    if (on) extents.scrollLeft = on.offsetLeft - extents.firstElementChild.offsetLeft; // on a phone they are one line
    this.querySelector(".map-tools").hidden = false;
    this.svg.setAttribute("tabindex", "0");
    this.svg.setAttribute("aria-describedby", "map-help");
    this.listen();
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this);
    this.load();
  }

  disconnectedCallback() {
    this.resized?.disconnect();
    this.gone?.abort();
  }

  async load() {
    try {
      const answer = await fetch(this.dataset.marks, {
        headers: { Accept: "application/json" },
        signal: this.gone.signal,
      });
      if (!answer.ok) return;
      this.data = await answer.json();
    } catch {
      return; // the marks that came with the page stay
    }
    const areas = this.querySelector(".map-areas");
    if (this.dataset.lines && this.data.areas.length) {
      this.near = node("g", { class: "map-near", visibility: "hidden" });
      areas.after(this.near);
    }
    this.marks = this.data.marks.map(([x, y, rank, proven, count, id, name, place, country, changed]) => ({
      x, y, rank, proven: Boolean(proven), count, id, name, place, country, changed: Boolean(changed),
    }));
    this.draw();
  }

  // Where the view is

  get unit() {
    const box = this.svg.getBoundingClientRect();
    return Math.max(this.view.width / (box.width || 700), this.view.height / (box.height || 560));
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    const unit = this.unit;
    return {
      x: this.view.x + this.view.width / 2 + (event.clientX - box.left - box.width / 2) * unit,
      y: this.view.y + this.view.height / 2 + (event.clientY - box.top - box.height / 2) * unit,
    };
  }

  look(view, slowly = false) {
    const width = Math.min(Math.max(view.width, CLOSEST), Math.max(this.home.width, this.wide * 0.75));
    const height = (view.height * width) / view.width;
    const centre = {
      x: Math.min(Math.max(view.x + view.width / 2, 0), this.wide),
      y: Math.min(Math.max(view.y + view.height / 2, 0), this.high),
    };
    const to = { x: centre.x - width / 2, y: centre.y - height / 2, width, height };
    cancelAnimationFrame(this.moving);
    this.remember(to);
    if (!slowly || still.matches) {
      this.view = to;
      this.draw();
      return;
    }
    const from = { ...this.view };
    const start = performance.now();
    const step = (now) => {
      const part = Math.min(1, (now - start) / 150);
      const ease = part * (2 - part);
      for (const key of Object.keys(to)) this.view[key] = from[key] + (to[key] - from[key]) * ease;
      this.frame();
      if (part < 1) this.moving = requestAnimationFrame(step);
      else this.draw();
    };
    this.moving = requestAnimationFrame(step);
  }

  // The address says where one looks, so that it can be sent on.
  remember({ x, y, width, height }) {
    const address = new URL(location.href);
    const home = Math.abs(width - this.home.width) < 1 && Math.abs(x - this.home.x) < 1;
    if (home) address.searchParams.delete("at");
    else address.searchParams.set("at", [x + width / 2, y + height / 2, width].map(Math.round).join(","));
    history.replaceState(history.state, "", address);
  }

  zoom(by, around = null, slowly = false) {
    const { x, y, width, height } = this.view;
    const at = around ?? { x: x + width / 2, y: y + height / 2 };
    const least = CLOSEST / width;
    const factor = Math.max(by, least);
    this.look(
      {
        x: at.x - (at.x - x) * factor,
        y: at.y - (at.y - y) * factor,
        width: width * factor,
        height: height * factor,
      },
      slowly,
    );
  }

  pan(dx, dy, slowly = false) {
    const { x, y, width, height } = this.view;
    this.look({ x: x + dx, y: y + dy, width, height }, slowly);
  }

  // How it is drawn

  frame() {
    const { x, y, width, height } = this.view;
    this.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    this.scale();
  }

  // Marks keep their size on the screen while the map grows under them.
  scale() {
    const unit = this.unit.toFixed(4);
    for (const mark of this.places.children) {
      const place = mark.getAttribute("transform").match(/translate\([^)]*\)/)[0];
      mark.setAttribute("transform", `${place} scale(${unit})`);
    }
  }

  draw() {
    looked.set(this.key, { ...this.view });
    this.classList.toggle("closer", this.view.width < this.home.width * 0.95);
    this.frame();
    if (!this.marks) return;
    this.outlines();
    const unit = this.unit;
    if (!this.joined || this.joinedAt !== unit) {
      this.joined = join(this.marks, REACH * unit);
      this.joined.sort((a, b) => a.y - b.y || a.x - b.x);
      this.joinedAt = unit;
    }
    const box = this.svg.getBoundingClientRect();
    const half = { x: (box.width * unit) / 2 + 40 * unit, y: (box.height * unit) / 2 + 40 * unit };
    const centre = { x: this.view.x + this.view.width / 2, y: this.view.y + this.view.height / 2 };
    this.seen = { west: centre.x - (box.width * unit) / 2, east: centre.x + (box.width * unit) / 2 };
    const shown = this.joined.filter(
      (spot) => Math.abs(spot.x - centre.x) < half.x && Math.abs(spot.y - centre.y) < half.y,
    );
    const focused = document.activeElement?.closest?.(".spot")?.dataset.key;
    this.places.replaceChildren(
      ...shown.map((spot) => this.spot(spot, unit)),
      ...this.labels(shown, unit),
    );
    this.shut();
    if (focused) {
      const again = [...this.places.children].find((spot) => spot.dataset.key === focused);
      (again ?? this.svg).focus({ preventScroll: true });
    }
  }

  outlines() {
    if (!this.near) return;
    const near = this.view.width < Number(this.dataset.near);
    if (near && !this.near.childElementCount) {
      const file = this.dataset.lines;
      for (const [id, title, url] of this.data.areas) {
        const shape = node("use", { href: `${file}#${id}`, class: "map-municipality" });
        shape.append(node("title", {}, title));
        this.near.append(node("a", { href: url, tabindex: -1 }, shape));
      }
      this.near.append(node("use", { href: `${file}#lines`, class: "map-lines" }));
    }
    this.near.setAttribute("visibility", near ? "visible" : "hidden");
    this.querySelector("svg > .map-lines")?.setAttribute("visibility", near ? "visible" : "hidden");
  }

  level(rank) {
    return this.data.levels[rank] ?? [0, this.dataset.noLevel];
  }

  shares(spot) {
    const counts = new Map();
    for (const { rank, proven, count } of spot.marks) {
      const key = rank * 2 + Number(proven);
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
    return [...counts.entries()]
      .sort((a, b) => b[0] - a[0])
      .map(([key, count]) => ({ rank: key >> 1, proven: Boolean(key & 1), count }));
  }

  ring(spot) {
    const shares = this.shares(spot);
    const rings = this.drawn(spot, shares);
    if (!spot.marks.some((mark) => mark.changed)) return rings;
    return [node("circle", { class: "changed", r: radius(spot.count) + 3.5 }), ...rings];
  }

  drawn(spot, shares) {
    const kind = (share) => `level-${this.level(share.rank)[0]}${share.proven ? "" : " claimed"}`;
    if (spot.count === 1) {
      return [
        node("circle", { class: "hit", r: 12 }),
        node("circle", { class: `dot ${kind(shares[0])}`, r: SINGLE }),
      ];
    }
    const size = radius(spot.count);
    const drawn = [node("circle", { class: "plate", r: size })];
    let start = 0;
    for (const share of shares) {
      const end = start + share.count / spot.count;
      drawn.push(node("path", { class: `arc ${kind(share)}`, d: arc(size - 3.25, start, end) }));
      start = end;
    }
    drawn.push(node("text", { class: "number", dy: 3.8 }, spot.count < 10000 ? spot.count : "9999+"));
    return drawn;
  }

  most(spot, key) {
    const counts = new Map();
    for (const mark of spot.marks) if (mark[key]) counts.set(mark[key], (counts.get(mark[key]) ?? 0) + mark.count);
    return [...counts.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
  }

  place(spot) {
    const country = this.most(spot, "country");
    const wide = ["europe", "world"].includes(this.dataset.extent);
    if (country !== "FI" || wide) return this.data.countries[country];
    return this.data.places[this.most(spot, "place")] ?? "";
  }

  one(spot, key) {
    const values = new Set(spot.marks.map((mark) => mark[key]));
    return values.size === 1 ? [...values][0] : "";
  }

  // A partner, the list of one place, or nothing: then the map goes closer.
  url(spot) {
    if (spot.count === 1 && spot.marks[0].id) return `/partners/${spot.marks[0].id}/`;
    const [country, place] = [this.one(spot, "country"), this.one(spot, "place")];
    if (country === "FI" && place && !place.startsWith("r")) return `${this.dataset.list}municipality=${place}`;
    if (country === "FI" && place.length > 1) return `${this.dataset.list}region=${place.slice(1)}`;
    if (country && country !== "FI") return `${this.dataset.list}country=${country}`;
    return "";
  }

  heading(spot) {
    const place = this.place(spot);
    if (spot.count === 1 && spot.marks[0].name) return spot.marks[0].name;
    const many = this.dataset.many.replace("{n}", spot.count);
    if (!place) return many;
    const alone = this.one(spot, spot.marks[0].country === "FI" ? "place" : "country");
    const where = alone ? place : this.dataset.nearBy.replace("{place}", place);
    return `${where}, ${many}`;
  }

  spot(spot, unit) {
    const url = this.url(spot);
    const shown = node(
      "a",
      {
        class: "spot",
        href: url || "#map-table",
        transform: `translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)}) scale(${unit.toFixed(4)})`,
        "aria-label": [this.heading(spot), ...this.levels(spot), ...this.changes(spot)].join(", "),
      },
      node("g", { class: "size" }, ...this.ring(spot)),
    );
    shown.dataset.key = `${spot.x} ${spot.y}`;
    shown.spot = spot;
    return shown;
  }

  changes(spot) {
    return spot.marks.some((mark) => mark.changed) ? [this.dataset.changed] : [];
  }

  levels(spot) {
    const counts = new Map();
    for (const { rank, count } of this.shares(spot)) counts.set(rank, (counts.get(rank) ?? 0) + count);
    if (spot.count === 1) {
      const told = [this.place(spot), this.level(spot.marks[0].rank)[1]];
      if (!spot.marks[0].proven) told.push(this.dataset.claimed);
      return told.filter(Boolean);
    }
    return [...counts].map(([rank, count]) => `${this.level(rank)[1]} ${count}`);
  }

  labels(spots, unit) {
    const boxes = [];
    const texts = new Set();
    const drawn = [];
    for (const spot of [...spots].sort((a, b) => b.count - a.count || a.y - b.y || a.x - b.x)) {
      if (drawn.length === LABELS || spot.count < 2) break;
      const text = this.place(spot);
      if (!text || texts.has(text)) continue;
      const wide = text.length * 7 * unit;
      const gap = (radius(spot.count) + 4) * unit;
      for (const [x, y, west, anchor] of [
        [spot.x + gap, spot.y + 4 * unit, spot.x + gap, "start"],
        [spot.x - gap, spot.y + 4 * unit, spot.x - gap - wide, "end"],
        [spot.x, spot.y + gap + 9 * unit, spot.x - wide / 2, "middle"],
        [spot.x, spot.y - gap, spot.x - wide / 2, "middle"],
      ]) {
        const box = [west, y - 10 * unit, west + wide, y + 2 * unit];
        const free =
          west > this.seen.west && west + wide < this.seen.east &&
          spots.every((other) => {
            if (other === spot) return true;
            const dx = Math.max(box[0] - other.x, 0, other.x - box[2]);
            const dy = Math.max(box[1] - other.y, 0, other.y - box[3]);
            return dx * dx + dy * dy >= (radius(other.count) * unit) ** 2;
          }) && boxes.every((b) => box[0] >= b[2] || b[0] >= box[2] || box[1] >= b[3] || b[1] >= box[3]);
        if (!free) continue;
        boxes.push(box);
        texts.add(text);
        drawn.push(
          node(
            "text",
            {
              class: "map-label",
              "text-anchor": anchor,
              "aria-hidden": "true",
              transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${unit.toFixed(4)})`,
            },
            text,
          ),
        );
        break;
      }
    }
    return drawn;
  }

  // What a mark holds

  tell(link, pinned = false) {
    const { spot } = link;
    if (!spot) return;
    clearTimeout(this.leaving);
    const url = this.url(spot);
    const alone = spot.count === 1 && spot.marks[0].id;
    const told = [element("b", {}, alone ? element("a", { href: url }, this.heading(spot)) : this.heading(spot))];
    if (spot.count === 1) {
      told.push(element("span", { class: "note" }, [...this.levels(spot), ...this.changes(spot)].join(", ")));
    } else {
      const named = spot.marks.filter((mark) => mark.name);
      named.sort((a, b) => b.rank - a.rank || a.name.localeCompare(b.name));
      const rows = named.length
        ? named.slice(0, LISTED).map((mark) => [mark.rank, element("a", { href: `/partners/${mark.id}/` }, mark.name)])
        : this.levels(spot).map((text, at) => [this.shares(spot)[at]?.rank ?? 0, text]);
      told.push(
        element("ul", {}, ...rows.map(([rank, text]) => element("li", {}, this.swatch(rank), text))),
      );
      if (named.length > LISTED) {
        told.push(element("span", { class: "note" }, this.dataset.more.replace("{n}", named.length - LISTED)));
      }
      if (url) told.push(element("p", { class: "more" }, element("a", { href: url }, this.dataset.open)));
    }
    this.pop.replaceChildren(...told);
    this.pop.hidden = false;
    this.told = link;
    this.pinned = pinned;
    const area = this.getBoundingClientRect();
    const at = link.getBoundingClientRect();
    const size = this.pop.getBoundingClientRect();
    const [above, below] = [at.top - area.top - size.height - 6, at.bottom - area.top + 6];
    const [before, after] = [at.left - area.left - size.width - 6, at.right - area.left + 6];
    let left = after + size.width < area.width - 8 ? after : before;
    let top = at.top - area.top + at.height / 2 - size.height / 2;
    if (left < 8) {
      left = at.left - area.left + at.width / 2 - size.width / 2;
      top = below + size.height < area.height - 8 ? below : above;
    }
    this.pop.style.left = `${Math.max(8, Math.min(left, area.width - size.width - 8))}px`;
    this.pop.style.top = `${Math.max(8, Math.min(top, area.height - size.height - 8))}px`;
  }

  swatch(rank) {
    const shown = node("svg", { class: `swatch level-${this.level(rank)[0]}`, viewBox: "0 0 12 12", "aria-hidden": "true" });
    shown.append(node("circle", { cx: 6, cy: 6, r: 6 }));
    return shown;
  }

  shut() {
    clearTimeout(this.leaving);
    this.pop.hidden = true;
    // A copy of the page may not bring styles along.
    this.pop.removeAttribute("style");
    this.pinned = false;
  }

  leave() {
    clearTimeout(this.leaving);
    if (!this.pinned) this.leaving = setTimeout(() => this.shut(), 200);
  }

  // Closer to what a mark joins; where that would not part them, the list of them is told.
  enter(link) {
    const { spot } = link;
    const xs = spot.marks.map((mark) => mark.x);
    const ys = spot.marks.map((mark) => mark.y);
    const spread = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    if (spread * 2.2 > CLOSEST && this.view.width > CLOSEST * 1.2) {
      const share = Math.max(Math.min(0.45, (spread * 2.2) / Math.min(this.view.width, this.view.height)), 0.08);
      const centre = { x: (Math.max(...xs) + Math.min(...xs)) / 2, y: (Math.max(...ys) + Math.min(...ys)) / 2 };
      const [width, height] = [this.view.width * share, this.view.height * share];
      this.look({ x: centre.x - width / 2, y: centre.y - height / 2, width, height }, true);
      return true;
    }
    this.tell(link, true);
    this.pop.querySelector("a")?.focus();
    return true;
  }

  // What people do

  listen() {
    const { svg } = this;
    svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    svg.addEventListener("pointerdown", (event) => this.press(event));
    svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => this.release(event));
    svg.addEventListener("keydown", (event) => this.keys(event));
    svg.addEventListener("dragstart", (event) => event.preventDefault());
    svg.addEventListener("dblclick", (event) => {
      if (!event.target.closest("a")) this.zoom(0.5, this.point(event), true);
    });
    svg.addEventListener("click", (event) => this.click(event), true);
    // A finger has no hover: what it would open is under it when it lets go.
    svg.addEventListener("pointerover", (event) => {
      const link = event.target.closest(".spot");
      if (link && !this.pinned && event.pointerType !== "touch") this.tell(link);
    });
    svg.addEventListener("pointerout", (event) => event.target.closest(".spot") && this.leave());
    svg.addEventListener("focusin", (event) => {
      const link = event.target.closest(".spot");
      if (link?.matches(":focus-visible")) this.tell(link);
    });
    svg.addEventListener("focusout", () => this.leave());
    this.pop.addEventListener("mouseenter", () => clearTimeout(this.leaving));
    this.pop.addEventListener("mouseleave", () => this.leave());
    this.pop.addEventListener("focusin", () => clearTimeout(this.leaving));
    this.pop.addEventListener("focusout", (event) => {
      if (!this.pop.contains(event.relatedTarget)) this.shut();
    });
    // Escape closes what is told, wherever the focus is: it may have opened under the pointer.
    const { signal } = this.gone;
    const escape = (event) => {
      if (event.key !== "Escape" || this.pop.hidden) return;
      const back = this.pop.contains(document.activeElement) ? this.told : null;
      this.shut();
      back?.focus();
    };
    document.addEventListener("keydown", escape, { signal });
    document.addEventListener("htmx:before:request", () => this.shut(), { signal });
    this.querySelector(".map-tools").addEventListener("click", (event) => {
      const wanted = event.target.closest("button")?.dataset.zoom;
      if (wanted === "in") this.zoom(0.5, null, true);
      if (wanted === "out") this.zoom(2, null, true);
      if (wanted === "home") this.look({ ...this.home }, true);
    });
  }

  wheel(event) {
    // The page scrolls as ever; the map answers to the wheel when it has been touched or with Ctrl.
    if (!event.ctrlKey && !this.contains(document.activeElement)) return;
    event.preventDefault();
    const turned = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    this.zoom(Math.min(2, Math.max(0.5, Math.exp(turned * 0.0018))), this.point(event));
  }

  press(event) {
    if (event.button) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.dragged = 0;
    if (this.pointers.size === 2) svgCapture(this.svg, this.pointers);
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const unit = this.unit;
    // One finger scrolls the page until the map is closer; two always move the map.
    const mayPan = event.pointerType !== "touch" || this.classList.contains("closer");
    if (this.pointers.size === 1 && mayPan) {
      this.dragged += Math.hypot(now.x - before.x, now.y - before.y);
      if (this.dragged > 4) {
        if (!this.classList.contains("dragging")) {
          this.classList.add("dragging");
          this.svg.setPointerCapture(event.pointerId);
          this.shut();
        }
        const { x, y, width, height } = this.view;
        this.view = { x: x - (now.x - before.x) * unit, y: y - (now.y - before.y) * unit, width, height };
        this.frame();
      }
    } else if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(now.x - other.x, now.y - other.y)];
      this.dragged = 99;
      const middle = this.point({ clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 });
      const factor = Math.min(1.5, Math.max(0.67, was / Math.max(is, 1)));
      const { x, y, width, height } = this.view;
      const move = { x: ((now.x - before.x) / 2) * unit, y: ((now.y - before.y) / 2) * unit };
      this.view = {
        x: middle.x - (middle.x - x) * factor - move.x,
        y: middle.y - (middle.y - y) * factor - move.y,
        width: width * factor,
        height: height * factor,
      };
      this.frame();
    }
    this.pointers.set(event.pointerId, now);
  }

  release(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.dragged > 4) this.look(this.view);
    this.classList.remove("dragging");
  }

  click(event) {
    if (this.dragged > 4) {
      event.preventDefault();
      event.stopPropagation();
      this.dragged = 0;
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest(".spot");
    if (link?.spot?.count > 1) {
      event.preventDefault();
      this.enter(link);
    } else if (link?.spot && event.pointerType === "touch") {
      event.preventDefault(); // first who it is, then its page
      this.tell(link, true);
    } else if (!link) {
      this.svg.focus({ preventScroll: true });
    }
  }

  keys(event) {
    const step = this.view.width / 8;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (moves[event.key]) this.pan(...moves[event.key], true);
    else if (event.key === "+" || event.key === "=") this.zoom(0.6, null, true);
    else if (event.key === "-") this.zoom(1 / 0.6, null, true);
    else if (event.key === "0") this.look({ ...this.home }, true);
    else return;
    event.preventDefault();
  }
}

function svgCapture(svg, pointers) {
  for (const id of pointers.keys()) svg.setPointerCapture(id);
}

customElements.define("solmu-map", SolmuMap);
