"""Makes the vendored fonts smaller: the weights and characters that Solmu uses.

Run after `npm run vendor`: `python frontend/fonts.py` (the dependency group "data" has fontTools).
"""

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

VENDOR = Path(__file__).resolve().parent.parent / "solmu/ui/static/ui/vendor"
WEIGHTS = (400, 700)
FEATURES = ["kern", "liga", "tnum", "lnum", "mark", "mkmk", "ccmp", "locl"]
# As tokens.css tells the browser.
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x131, 0x152, 0x153, 0x304, 0x308),
    *range(0x2010, 0x2016),
    *range(0x2018, 0x201F),
    *(0x2020, 0x2021, 0x2022, 0x2026, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A),
    *(0x20AC, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212),
]


def slim(path: Path, characters: list[int]) -> None:
    """Rewrite one font with only these characters; none named: all that it has."""
    font = TTFont(path)
    before = path.stat().st_size
    options = Options(layout_features=FEATURES, hinting=False, flavor="woff2")
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters or font.getBestCmap())
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    font.save(path)
    print(f"{path.name}: {before} -> {path.stat().st_size}")


if __name__ == "__main__":
    slim(VENDOR / "atkinson-latin.woff2", LATIN)
    slim(VENDOR / "atkinson-latin-ext.woff2", [])
