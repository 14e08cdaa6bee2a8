"""The palette as the stylesheet has it, and how well its pairs can be read."""

import re
from functools import cache
from pathlib import Path

_TOKENS = Path(__file__).parent / "static/ui/css/tokens.css"
_COLOUR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")

# Text on ground: 4.5 to one. Each pair that any component draws stands here.
TEXT_PAIRS = (
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "lake-wash"),
    ("ink", "berry-wash"),
    ("ink", "track"),
    ("soft", "paper"),
    ("soft", "card"),
    ("lake", "paper"),
    ("lake", "card"),
    ("lake", "berry-wash"),
    ("lake-deep", "paper"),
    ("lake-deep", "card"),
    ("on-lake", "lake"),
    ("on-lake", "lake-deep"),
    ("on-lake-wash", "lake-wash"),
    ("berry", "paper"),
    ("berry", "card"),
    ("berry", "berry-wash"),
    ("on-level-1", "level-1"),
    ("on-level-2", "level-2"),
    ("on-level-3", "level-3"),
    ("on-level-4", "level-4"),
)

# Edges of controls and marks that carry meaning: 3 to one. The pale ladder steps and tracks are not
# here: their marks have an outline of soft ink, and a word or number stands beside each.
MARK_PAIRS = (
    ("edge", "paper"),
    ("edge", "card"),
    ("lake", "paper"),
    ("lake", "card"),
    ("lake", "lake-wash"),
    ("soft", "water"),
    ("soft", "land"),
    ("soft", "homeland"),
    ("level-3", "card"),
    ("level-3", "paper"),
    ("berry", "berry-wash"),
)


@cache
def palette() -> dict[str, tuple[str, str]]:
    """Return each colour of tokens.css by name: on paper, in the dark."""
    first_block = _TOKENS.read_text().split("@media")[0]
    return {name: (light, dark) for name, light, dark in _COLOUR.findall(first_block)}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
