"""Guessing what a spreadsheet's columns are: by their headings, and by what is in them.

Which fields there are is told by the room that imports; this only compares.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as made
from datetime import date
from functools import lru_cache
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from solmu.imports import cleaning
from solmu.imports.reading import Cell, ReadingError, Row, Sheet, Workbook, plain
from solmu.lib import names

LOOK_DOWN = 40
SAMPLE = 300
SURE = 0.45

TOTALS = re.compile(
    r"(kaikki )?(yhteensa|yht|summa|total(t|s|summa)?|sammanlagt|grand total|sum|lukumaara|"
    r"keskiarvo|antal)\b[^a-z]*([a-z]+)?[^a-z]*"
)
FOOTNOTES = re.compile(
    r"(paivitetty|huom|lahde|laatinut|tulostettu|uppdaterad|obs|kalla|updated|source|note|printed)\b"
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column may be: the headings that people give it and a look at its content."""

    key: str
    label: str | Promise
    words: tuple[str, ...]
    weak: tuple[str, ...] = ()
    looks: Callable[[Sequence[Cell]], float] | None = None
    alone: bool = False
    many: bool = False


@dataclass(slots=True)
class Column:
    """One column of the file and the field that it is taken for; with no field it is kept as is."""

    index: int
    heading: str
    field: str = ""
    confidence: float = 0.0
    tick: str = ""
    examples: list[str] = made(default_factory=list)


@dataclass(slots=True)
class MappedColumns:
    """What every column is. Can be written as JSON, corrected by a person and read back."""

    columns: list[Column]

    def as_json(self) -> list[dict[str, Any]]:
        """Return the mapping as plain values."""
        return [asdict(column) for column in self.columns]

    @classmethod
    def from_json(cls, values: Sequence[Mapping[str, Any]]) -> Self:
        """Read a mapping that `as_json` wrote."""
        return cls([Column(**value) for value in values])

    def of(self, key: str) -> list[Column]:
        """Return the columns of a field, from left to right."""
        return [column for column in self.columns if column.field == key]

    @property
    def kept(self) -> list[Column]:
        """The columns that nobody mapped."""
        return [column for column in self.columns if not column.field]


@dataclass(slots=True)
class DataRow:
    """One data row: the sheet, the row's number as the spreadsheet program shows it, the cells."""

    sheet: str
    number: int
    cells: Row


@dataclass(slots=True)
class Table:
    """The data rows of a file under one heading, and what was left out and why."""

    headings: list[str]
    rows: list[DataRow]
    sheets: list[str]
    skipped_sheets: list[tuple[str, str]] = made(default_factory=list)
    dropped: dict[str, int] = made(default_factory=dict)


def lay_out(book: Workbook, fields: Sequence[Field]) -> Table:
    """Find the heading and the data rows; sheets of the same shape become one table."""
    laid = [_Laid(sheet, fields) for sheet in book.sheets]
    visible = [one for one in laid if one.filled and not one.sheet.hidden] or laid
    best = max(visible, key=lambda one: (one.score >= 1, one.score * min(one.filled, 50)))
    if not best.filled:
        raise ReadingError(_("The file has no rows."))
    table = Table(best.headings, [], [])
    dropped: Counter[str] = Counter()
    for one in laid:
        reason = _why_skipped(one, best)
        if reason:
            table.skipped_sheets.append((one.sheet.name, reason))
            continue
        table.sheets.append(one.sheet.name)
        table.rows += one.data(best, dropped)
    table.dropped = dict(dropped)
    for row in table.rows:
        if len(row.cells) < len(table.headings):
            row.cells = row.cells + [None] * (len(table.headings) - len(row.cells))
    if not table.rows:
        raise ReadingError(_("There is a heading but no rows under it."))
    return table


def _why_skipped(one: _Laid, best: _Laid) -> str:
    if one is best:
        return ""
    if not one.filled:
        return _("empty")
    if one.sheet.hidden:
        return _("hidden")
    if one.heading_row is None or one.likeness(best) < 0.75:
        return _("other columns")
    return ""


class _Laid:
    """A sheet with its heading found."""

    def __init__(self, sheet: Sheet, fields: Sequence[Field]) -> None:
        self.sheet = sheet
        self.filled = sum(1 for row in sheet.rows[:2000] if _filled(row))
        self.heading_row, self.score = _find_heading(sheet, fields)
        self.headings = self._read_headings()

    def _read_headings(self) -> list[str]:
        width = max((len(row) for row in self.sheet.rows[:200]), default=0)
        if self.heading_row is None:
            return [_("Column %(letter)s") % {"letter": column_letters(n)} for n in range(width)]
        row = self.sheet.rows[self.heading_row]
        texts = [cleaning.text(cell) for cell in row] + [""] * (width - len(row))
        groups = self._groups(width)
        return [
            f"{group} / {text}" if group and text and group != text else text or group
            for group, text in zip(groups, texts, strict=False)
        ]

    def _groups(self, width: int) -> list[str]:
        """Return the merged headings one row above: "Contact" over "Name" and "E-mail"."""
        groups = [""] * width
        if not self.heading_row:
            return groups
        above = self.heading_row - 1
        for top, left, bottom, right in self.sheet.merged:
            if top == above == bottom and right > left and right - left + 1 < max(width - 1, 3):
                value = cleaning.text(self.sheet.rows[above][left])
                groups[left : right + 1] = [value] * len(groups[left : right + 1])
        return groups

    def likeness(self, other: _Laid) -> float:
        """Tell how many of the other sheet's headings this sheet has too."""
        ours, theirs = set(self._keys()) - {""}, set(other._keys()) - {""}
        return len(ours & theirs) / max(1, min(len(ours), len(theirs)))

    def _keys(self) -> list[str]:
        return [cleaning.value_key(heading) for heading in self.headings]

    def data(self, best: _Laid, dropped: Counter[str]) -> list[DataRow]:
        """Return the data rows with their cells in the order of the best sheet's columns."""
        order = self._order(best)
        heading = set(self._keys()) - {""}
        longest = max(map(len, self.headings), default=0) + 4
        titles = self._title_rows()
        first = 0 if self.heading_row is None else self.heading_row + 1
        name = self.sheet.name
        rows = []
        for number, row in enumerate(self.sheet.rows[first:], first + 1):
            filled = [cell for cell in row if cell is not None and cell != ""]
            reason = self._why_dropped(number - 1, filled, heading, longest, titles)
            if reason:
                dropped[reason] += 1
                continue
            cells = row
            if order is not None:
                cells = [row[n] if n is not None and n < len(row) else None for n in order]
            rows.append(DataRow(name, number, cells))
        return rows

    def _order(self, best: _Laid) -> list[int | None] | None:
        if self is best:
            return None
        ours, theirs = self._keys(), best._keys()
        if ours == theirs:
            return None
        for position, heading in enumerate(ours):
            if heading and heading not in theirs:
                best.headings.append(self.headings[position])
        return [ours.index(heading) if heading in ours else None for heading in best._keys()]

    def _title_rows(self) -> set[int]:
        wide = max(3, len(self.headings) // 2)
        return {
            top
            for top, left, bottom, right in self.sheet.merged
            if top == bottom and right - left + 1 >= wide
        }

    def _why_dropped(
        self,
        place: int,
        filled: Sequence[Cell],
        heading: set[str],
        longest: int,
        titles: Collection[int],
    ) -> str:
        if not filled:
            return "empty"
        if place in titles and len(set(map(plain, filled))) <= 2:
            return "titles"
        few = len(filled) <= max(2, len(self.headings) // 2)
        for cell in filled[:3]:
            if not isinstance(cell, str):
                continue
            if few and _is_total(cell):
                return "totals"
            if (
                len(filled) <= 2
                and FOOTNOTES.match(names.folded(cell))
                and not names.has_legal_form(cell)
            ):
                return "notes"
            break
        if len(filled) > 1 and heading and self.heading_row is not None:
            first = filled[0]
            if (
                isinstance(first, str)
                and len(first) <= longest
                and cleaning.value_key(first[:200]) in heading
            ):
                keys = {cleaning.value_key(plain(cell)[:200]) for cell in filled}
                if len(keys & heading) >= max(2, len(keys) * 0.6):
                    return "headings"
        return "" if any(not isinstance(cell, str) or cell.strip() for cell in filled) else "empty"


def _filled(row: Row) -> bool:
    return any(cell is not None and cell != "" for cell in row)


@lru_cache(maxsize=10_000)
def _is_total(text: str) -> bool:
    return bool(TOTALS.fullmatch(names.folded(text.strip()))) and not names.has_legal_form(text)


def _find_heading(sheet: Sheet, fields: Sequence[Field]) -> tuple[int | None, float]:
    """Return the row that reads most like headings, and how much it does."""
    best, best_score, filled = None, 0.0, 0
    for number, row in enumerate(sheet.rows[:LOOK_DOWN]):
        texts = [cell for cell in row if cell is not None and cell != ""]
        if not texts:
            continue
        filled += 1
        score = _heading_likeness(texts, fields)
        # One known word makes a heading of the very first row only.
        if score > best_score + 0.01 and score >= (0.9 if filled == 1 or len(texts) == 1 else 1.4):
            best, best_score = number, score
    return best, best_score


def _heading_likeness(cells: Sequence[Cell], fields: Sequence[Field]) -> float:
    found: dict[str, float] = {}
    strange = 0
    for text in dict.fromkeys(plain(cell)[:200] for cell in cells):
        if re.search(r"\d{3}|@", text) or len(text) > 60:
            strange += 1
            continue
        key, score = max(
            ((one.key, heading_score(text, one)) for one in fields), key=lambda pair: pair[1]
        )
        if score >= 0.5:
            found[key] = max(score, found.get(key, 0))
    if any(isinstance(cell, date) for cell in cells):
        strange += 1
    return sum(found.values()) - strange * 0.6


def heading_score(heading: str, one: Field) -> float:
    """Tell from 0 to 1 how well a heading names a field."""
    group, _bar, last = heading.rpartition(" / ")
    score = max(_score(heading, one.words), 0.7 * _score(heading, one.weak))
    if group:
        score = max(score, 0.8 * _score(last, one.words), 0.45 * _score(last, one.weak))
    return score


@lru_cache(maxsize=50_000)
def _score(heading: str, words: tuple[str, ...]) -> float:
    key = cleaning.value_key(re.sub(r"\([^)]*\)", " ", heading)) or cleaning.value_key(heading)
    if not key:
        return 0
    return max((_likeness(key, cleaning.value_key(word)) for word in words), default=0)


def _likeness(key: str, word: str) -> float:
    if key == word:
        return 1
    compact, one = key.replace(" ", ""), word.replace(" ", "")
    if compact == one:
        return 0.97
    if len(one) >= 5 and abs(len(compact) - len(one)) <= 2 and fuzz.ratio(compact, one) >= 84:
        return 0.85
    tokens, wanted = key.split(), word.split()
    if all(token in tokens for token in wanted):
        return 0.6 + 0.25 * len(wanted) / len(tokens)
    if len(one) >= 6 and one in compact:
        return 0.5 + 0.3 * len(one) / len(compact)
    return 0


def guess(
    table: Table, fields: Sequence[Field], known: Mapping[str, Container[str]] | None = None
) -> MappedColumns:
    """Guess each column's field; `known` gives a field's usual values, as `cleaning.value_key`s."""
    known = known or {}
    samples = [_sample(table, index) for index in range(len(table.headings))]
    columns = [
        Column(index, heading, examples=_examples(samples[index]))
        for index, heading in enumerate(table.headings)
    ]
    _find_ticks(columns, samples, known)
    scored = [
        (_final_score(column, samples[column.index], one, known), column.index, place)
        for column in columns
        if not column.field and samples[column.index]
        for place, one in enumerate(fields)
    ]
    taken: set[str] = set()
    for score, index, place in sorted(scored, key=lambda entry: (-entry[0], entry[1], entry[2])):
        column, one = columns[index], fields[place]
        if score < SURE:
            break
        if column.field or (one.key in taken and not one.many):
            continue
        column.field, column.confidence = one.key, round(min(score, 1.0), 2)
        taken.add(one.key)
    return MappedColumns(columns)


def _find_ticks(
    columns: Sequence[Column], samples: Sequence[list[Cell]], known: Mapping[str, Container[str]]
) -> None:
    """Find columns that are one value of a list, ticked ("x" under "Project")."""
    for column in columns:
        sample = samples[column.index]
        if not sample or not all(cleaning.is_ticked(cell) for cell in sample):
            continue
        heading = column.heading.rpartition(" / ")[2]
        for key, values in known.items():
            if cleaning.value_key(heading) in values:
                column.field, column.tick, column.confidence = key, heading, 0.9
                break


def _final_score(
    column: Column, sample: Sequence[Cell], one: Field, known: Mapping[str, Container[str]]
) -> float:
    heading = heading_score(column.heading, one)
    content = _content_score(sample, one, known)
    if content is None:
        return heading * 0.9
    if heading >= 0.5:
        if content < 0.15 and len(sample) > 2:
            return heading * 0.6
        return heading * 0.8 + content * 0.2
    return content * 0.75 if one.alone else content * 0.3


def _content_score(
    sample: Sequence[Cell], one: Field, known: Mapping[str, Container[str]]
) -> float | None:
    scores = []
    if one.looks:
        scores.append(one.looks(sample))
    if values := known.get(one.key):
        hits = sum(
            any(
                cleaning.value_key(part[:200]) in values
                for part in (plain(cell), *cleaning.several(cell))
            )
            for cell in sample
        )
        scores.append(hits / len(sample))
    return max(scores) if scores else None


def _sample(table: Table, index: int) -> list[Cell]:
    step = max(1, len(table.rows) // SAMPLE)
    cells = (row.cells[index] if index < len(row.cells) else None for row in table.rows[::step])
    sample: list[Cell] = [cell for cell in cells if cell is not None and cell != ""]
    return (
        sample
        or [
            row.cells[index]
            for row in table.rows[:5000]
            if index < len(row.cells) and row.cells[index] not in (None, "")
        ][:5]
    )


def _examples(sample: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(cleaning.text(cell)[:60] for cell in sample))[:3]


def column_letters(index: int) -> str:
    """Return a column's letters as spreadsheet programs show them: A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# Looks at content


def share(test: Callable[[Cell], bool]) -> Callable[[Sequence[Cell]], float]:
    """Make a look: the share of cells that pass the test."""

    def look(sample: Sequence[Cell]) -> float:
        return sum(map(test, sample)) / len(sample) if sample else 0

    return look


def is_email(cell: Cell) -> bool:
    """Tell whether the cell holds an e-mail address."""
    return isinstance(cell, str) and "@" in cell


def is_business_id(cell: Cell) -> bool:
    """Tell whether the cell is written as a business ID, rightly or not."""
    return bool(re.fullmatch(r"(FI[\s-]*)?\d{6,7}-\d|[A-Z]{2}\s?\d{8,12}", plain(cell)))


def is_phone(cell: Cell) -> bool:
    """Tell whether the cell looks like a phone number, not like a date or an identifier."""
    text = plain(cell)
    return bool(re.fullmatch(r"(\+|00|0)[\d\s()/-]{6,22}", text)) and not is_business_id(cell)


def is_day(cell: Cell) -> bool:
    """Tell whether the cell is a date or reads as one."""
    if isinstance(cell, date):
        return True
    if not isinstance(cell, str | int | float) or isinstance(cell, bool):
        return False
    try:
        return cleaning.day(cell) is not None
    except cleaning.CleaningError:
        return False


def is_postal_code(cell: Cell) -> bool:
    """Tell whether the cell looks like a postal code."""
    return bool(re.fullmatch(r"(FI-)?\d{5}|[A-Z]{2}-\d{4,5}|\d{3} \d{2}", plain(cell)))


def is_website(cell: Cell) -> bool:
    """Tell whether the cell looks like a web address."""
    return bool(re.match(r"https?://|www\.", plain(cell), re.IGNORECASE))


def is_organisation(cell: Cell) -> bool:
    """Tell whether the cell looks like an organisation's name."""
    return isinstance(cell, str) and names.has_legal_form(cell)


def is_person(cell: Cell) -> bool:
    """Tell whether the cell looks like a person's name."""
    return isinstance(cell, str) and cleaning.looks_like_person(cell)
