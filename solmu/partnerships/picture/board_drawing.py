"""The strategy board drawn as SVG, for slides and papers."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.partnerships.picture.board import Board, Card, Cell, Row

WIDTH, HEAD, LEFT, COLUMN, MARGIN = 1200, 96, 240, 310, 20
LINE, CARD, PAD = 20, 44, 10
NAME = 36  # letters of a name that fit a card
INK, SOFT, RULE, PAPER = "#16282b", "#586a6b", "#e3e0d6", "#fbfaf6"
LADDER = {1: "#cfdcd8", 2: "#8fbab3", 3: "#3f8f8b", 4: "#0c4f55"}


def drawing(board: Board, title: str, mark: str = "") -> str:
    """The board as one SVG document; `mark` says what a reader must know: that it is fiction."""
    heights = [_height(row) for row in board.rows]
    height = HEAD + sum(heights) + MARGIN + (LINE if mark else 0)
    day = date_format(board.picture.on, "SHORT_DATE_FORMAT")
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="Atkinson Hyperlegible Next, Arial, sans-serif">'
    )
    parts = [
        opening,
        f"<title>{conditional_escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        _text(MARGIN, 40, f"{title}, {day}", size=24, weight=700),
    ]
    for at, (_scope, label, number, _url) in enumerate(board.scopes):
        x = LEFT + at * COLUMN + PAD
        parts.append(_text(x, HEAD - 12, f"{label.capitalize()}  {number}", size=15, fill=SOFT))
    y = HEAD
    for row, row_height in zip(board.rows, heights, strict=True):
        parts += _row(row, y)
        y += row_height
    if mark:
        parts.append(_text(MARGIN, height - MARGIN / 2, mark, size=14, fill=SOFT))
    return "".join([*parts, "</svg>"])


def _height(row: Row) -> int:
    most = max(
        (len(cell.cards) * CARD + (LINE if cell.rest else 0) for cell in row.cells), default=0
    )
    return max(most, CARD) + 2 * PAD


def _row(row: Row, y: int) -> Iterator[str]:
    yield f'<path d="M{MARGIN} {y}H{WIDTH - MARGIN}" stroke="{RULE}"/>'
    if row.level:
        fill = LADDER.get(row.level.rank, LADDER[4])
        yield f'<circle cx="{MARGIN + 7}" cy="{y + 24}" r="7" fill="{fill}" stroke="{SOFT}"/>'
    name = row.level.name if row.level else _("No level yet")
    yield _text(MARGIN + 22, y + 29, f"{name}  {row.number}", size=16, weight=680)
    for at, cell in enumerate(row.cells):
        yield from _cell(cell, LEFT + at * COLUMN + PAD, y + PAD)


def _cell(cell: Cell, x: int, y: int) -> Iterator[str]:
    for card in cell.cards:
        yield from _card(card, x, y)
        y += CARD
    if cell.rest:
        told = ngettext("All %(n)s", "All %(n)s", cell.number) % {"n": cell.number}
        yield _text(x, y + 14, told, size=14, fill=SOFT)


def _card(card: Card, x: int, y: int) -> Iterator[str]:
    dashes = ' stroke-dasharray="5 4"' if card.claimed else ""
    yield (
        f'<rect x="{x}" y="{y}" width="{COLUMN - 2 * PAD}" height="{CARD - 6}" rx="7" fill="#fff" '
        f'stroke="{SOFT if card.claimed else RULE}"{dashes}/>'
    )
    name = card.name if len(card.name) <= NAME else f"{card.name[: NAME - 1]}…"
    yield _text(x + 10, y + 17, name, size=14)
    note = " · ".join(filter(None, (card.owner, card.attention)))
    yield _text(x + 10, y + 32, note, size=12, fill=SOFT)


def _text(x: float, y: float, text: str, *, size: int, weight: int = 400, fill: str = INK) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'xml:space="preserve">{conditional_escape(text)}</text>'
    )
