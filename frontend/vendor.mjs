// Copies the front-end files that Solmu ships into solmu/ui/static/ui/vendor, each with its licence,
// and makes one SVG sprite of the icons named in icons.txt. Run `npm run vendor` in this folder,
// then `python fonts.py`, which makes the fonts smaller.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "node_modules");
const vendor = join(here, "../solmu/ui/static/ui/vendor");

const FONT = "@fontsource-variable/atkinson-hyperlegible-next";

// [package, file in the package, file in the vendor folder]
const FILES = [
  [FONT, "files/atkinson-hyperlegible-next-latin-wght-normal.woff2", "atkinson-latin.woff2"],
  [FONT, "files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2", "atkinson-latin-ext.woff2"],
  [FONT, "LICENSE", "atkinson.LICENSE.txt"],
  ["htmx.org", "dist/htmx.min.js", "htmx.js"],
  ["htmx.org", "LICENSE", "htmx.LICENSE.txt"],
  ["lucide-static", "LICENSE", "lucide.LICENSE.txt"],
];

function sprite() {
  const names = readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter(Boolean);
  const symbols = names.map((name) => {
    const svg = readFileSync(join(packages, "lucide-static/icons", `${name}.svg`), "utf8");
    const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
for (const [name, from, to] of FILES) cpSync(join(packages, name, from), join(vendor, to));
const htmx = join(vendor, "htmx.js");
writeFileSync(htmx, readFileSync(htmx, "utf8").replace(/\n?\/\/# sourceMappingURL=.*\n?/, "\n"));
writeFileSync(join(vendor, "icons.svg"), sprite());
