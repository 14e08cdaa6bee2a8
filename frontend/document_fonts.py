"""Makes the fonts of PDF documents from the vendored web fonts: whole TTF files, one a weight.

Run after `frontend/fonts.py`: `python frontend/document_fonts.py` (the dependency group "data" has
fontTools). The web fonts are split by script; a document needs each weight in one file.
"""

from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "solmu/ui/static/ui/vendor"
FONTS = ROOT / "solmu/documents/fonts"
FAMILY = "Atkinson Hyperlegible Next"
WEIGHTS = {"Regular": 400, "Bold": 700}


def whole(style: str, weight: int) -> TTFont:
    """One weight with the letters of both web fonts."""
    with TemporaryDirectory() as folder:
        parts: list[str] = []
        there: set[int] = set()
        for name in ("atkinson-latin", "atkinson-latin-ext"):
            font = instantiateVariableFont(TTFont(VENDOR / f"{name}.woff2"), {"wght": weight})
            font.flavor = None
            if there:  # the second file adds only the letters that the first hasn't
                subsetter = Subsetter(Options(layout_features=[], hinting=False))
                subsetter.populate(unicodes=set(font.getBestCmap()) - there)
                subsetter.subset(font)
            there |= set(font.getBestCmap())
            path = Path(folder) / f"{name}.ttf"
            font.save(path)
            parts.append(str(path))
        merged = Merger().merge(parts)
    names = merged["name"]
    for number, text in (
        (1, FAMILY),
        (2, style),
        (4, f"{FAMILY} {style}"),
        (16, FAMILY),
        (17, style),
    ):
        names.setName(text, number, 3, 1, 0x409)
    names.setName(f"AtkinsonHyperlegibleNext-{style}", 6, 3, 1, 0x409)
    merged["OS/2"].usWeightClass = weight
    return merged


if __name__ == "__main__":
    FONTS.mkdir(exist_ok=True)
    for style, weight in WEIGHTS.items():
        path = FONTS / f"AtkinsonHyperlegibleNext-{style}.ttf"
        whole(style, weight).save(path)
        print(f"{path.name}: {path.stat().st_size}")
    copyfile(VENDOR / "atkinson.LICENSE.txt", FONTS / "LICENSE.txt")
