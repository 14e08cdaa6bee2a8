"""Questions from a spreadsheet or a GIFT file: read, shown with what would become of each, applied.

A row is a question in one language; rows with the same id are the languages of one question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from solmu.audit import history
from solmu.imports import cleaning, guessing, previews, reading
from solmu.imports.guessing import Field
from solmu.lib.translated import LANGUAGES
from solmu.people.viewer import Viewer
from solmu.training.exam import gift, writing
from solmu.training.exam.models import Question
from solmu.training.exam.writing import MOST_OPTIONS, Draft, QuestionError
from solmu.training.models import Programme

MOST = 3000
SEALED = "questions of the programme"
LETTERS = "ABCDEFGH"
CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"

FIELDS = (
    Field("key", gettext_lazy("Id"), ("id", "tunnus", "tunniste", "kod", "key", "nro", "numero")),
    Field("part", gettext_lazy("Part"), ("osa", "osio", "del", "part", "aihe", "category")),
    Field("language", gettext_lazy("Language"), ("kieli", "språk", "language", "lang")),
    Field("text", gettext_lazy("Question"), ("kysymys", "fråga", "question", "kysymysteksti")),
    *(
        Field(
            f"option{n}",
            gettext_lazy(letter),
            (
                letter.lower(), f"vaihtoehto {letter.lower()}", f"vaihtoehto {n}",
                f"alternativ {letter.lower()}", f"alternativ {n}", f"option {letter.lower()}",
                f"option {n}", f"answer {n}", f"vastaus {n}", f"svar {n}", f"choice {n}",
            ),
            alone=True,
        )
        for n, letter in enumerate(LETTERS, 1)
    ),
    Field(
        "right",
        gettext_lazy("Right answer"),
        (
            "oikea", "oikea vastaus", "oikea vaihtoehto", "rätt", "rätt svar", "right",
            "right answer", "correct", "correct answer", "answer key",
        ),
    ),
    Field(
        "why",
        gettext_lazy("Explanation"),
        ("perustelu", "selitys", "förklaring", "motivering", "explanation", "feedback", "why"),
    ),
)  # fmt: skip
_LANGUAGE = {
    "fi": {"fi", "suomi", "finska", "finnish"},
    "sv": {"sv", "ruotsi", "svenska", "swedish"},
    "en": {"en", "englanti", "engelska", "english"},
}


@dataclass(slots=True)
class Row:
    """A row of the file, and what becomes of it."""

    number: int
    key: str = ""
    part: int | None = None
    language: str = "fi"
    text: str = ""
    options: list[str] = field(default_factory=list)
    right: int = -1
    why: str = ""
    outcome: str = ""
    reason: str = ""
    unmapped: list[tuple[str, str]] = field(default_factory=list)

    @property
    def cells(self) -> list[Any]:
        """The row as a file of rejected rows has it."""
        options = [*self.options, *[""] * (MOST_OPTIONS - len(self.options))]
        right = LETTERS[self.right] if 0 <= self.right < MOST_OPTIONS else ""
        return [self.key, self.part, self.language, self.text, *options, right, self.why]


@dataclass(slots=True)
class Plan:
    """What a file would do: its rows, and the questions that would be written."""

    rows: list[Row]
    drafts: list[Draft] = field(default_factory=list)

    def of(self, outcome: str) -> list[Row]:
        """The rows of an outcome."""
        return [row for row in self.rows if row.outcome == outcome]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each outcome; each row counts once."""
        found = {"rows": len(self.rows)}
        for outcome in (CREATED, UPDATED, UNCHANGED, REJECTED):
            found[outcome] = len(self.of(outcome))
        found["unmapped"] = sum(len(row.unmapped) for row in self.rows)
        return found


def headings() -> list[str]:
    """The headings of a file of questions, in the reader's language."""
    return [str(one.label) for one in FIELDS]


def read(content: bytes, *, is_gift: bool, language: str) -> list[Row]:
    """The rows of a file; ReadingError when it isn't one."""
    if is_gift:
        return list(_gift_rows(content, language))
    found, columns = previews.rows_of(content, FIELDS, most=MOST)
    if "text" not in columns or "option1" not in columns:
        raise reading.ReadingError(
            _("The file needs columns for the question, its options and the right answer.")
        )
    return [_row(one, columns, language) for one in found]


def looks_like_gift(name: str, content: bytes) -> bool:
    """Tell a GIFT file from a spreadsheet."""
    if name.lower().endswith((".gift", ".gift.txt")):
        return True
    return name.lower().endswith(".txt") and b"{" in content and b"=" in content


def plan(programme: Programme, rows: list[Row]) -> Plan:
    """What would become of each row, compared with the bank."""
    known = list(Question.objects.filter(programme=programme, replaced_by=None).order_by("pk"))
    by_key = {one.key: one for one in known}
    by_text = {
        (code, _said(getattr(one, f"text_{code}"))): one.key
        for one in known
        for code in LANGUAGES
        if getattr(one, f"text_{code}")
    }
    drafts: dict[str, Draft] = {}
    fresh: set[str] = set()
    numbers: dict[int, int] = {}
    for row in rows:
        if row.reason:
            row.outcome = REJECTED
            continue
        key = row.key or by_text.get((row.language, _said(row.text)), "")
        if not key:
            part = row.part or 1
            numbers[part] = numbers.get(part, _last(by_key, part)) + 1
            key = f"p{part}-{numbers[part]:02}"
            by_text[row.language, _said(row.text)] = key
        before = by_key.get(key)
        if key not in drafts:
            drafts[key] = Draft.of(before) if before else Draft(row.part or 1, key=key)
            if before is None:
                fresh.add(key)
        draft = drafts[key]
        try:
            after = _merged(draft, row)
            after.check()
        except QuestionError as error:
            row.outcome, row.reason = REJECTED, str(error)
            if not draft.texts:
                del drafts[key]
                fresh.discard(key)
            continue
        if after.facts == draft.facts:
            row.outcome = UNCHANGED
        else:
            row.outcome = CREATED if key in fresh else UPDATED
        row.key = key
        drafts[key] = after
    changed = {row.key for row in rows if row.outcome in {CREATED, UPDATED}}
    return Plan(rows, [draft for key, draft in drafts.items() if key in changed])


def seal(programme: Programme, found: Plan) -> str:
    """What was previewed, signed."""
    return previews.seal(SEALED, programme.pk, [draft.as_plain() for draft in found.drafts])


@transaction.atomic
def apply(programme: Programme, drafts: list[Draft], *, by: Viewer) -> int:
    """Write the questions of a plan; all, or none."""
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    known = {one.key: one for one in Question.objects.filter(programme=programme, replaced_by=None)}
    with history.acting(by, gettext_noop("imported questions")):
        for draft in drafts:
            before = known.get(draft.key)
            if before is None:
                writing.add(programme, draft, by=by)
            else:
                writing.change(before, draft, by=by)
    return len(drafts)


def apply_sealed(programme: Programme, sealed: str, *, by: Viewer) -> int:
    """Write what was previewed."""
    plain = previews.unseal(SEALED, programme.pk, sealed)
    return apply(programme, [Draft(**one) for one in plain], by=by)


def lines(questions: list[Question]) -> Iterator[list[Any]]:
    """The rows of a file of questions: one for each language that a question has."""
    for one in questions:
        for code in LANGUAGES:
            text = getattr(one, f"text_{code}")
            if not text:
                continue
            options = [option.get(code, "") for option in one.options]
            options += [""] * (MOST_OPTIONS - len(options))
            why = getattr(one, f"why_{code}")
            yield [one.key, one.part, code, text, *options, LETTERS[one.right], why]


def written(questions: list[Question], language: str) -> list[gift.Written]:
    """Questions in one language, for GIFT and QTI; those without it are left out."""
    return [
        gift.Written(
            one.key,
            one.part,
            getattr(one, f"text_{language}"),
            [option.get(language, "") for option in one.options],
            one.right,
            getattr(one, f"why_{language}"),
        )
        for one in questions
        if getattr(one, f"text_{language}")
    ]


def _merged(draft: Draft, row: Row) -> Draft:
    """A question with one language as the row says."""
    size = max(len(draft.options), len(row.options))
    others = [code for code, text in draft.texts.items() if text and code != row.language]
    if others and len(row.options) != len(draft.options):
        raise QuestionError(
            _("The other languages of this question have another number of options.")
        )
    if others and row.right != draft.right:
        raise QuestionError(_("The other languages of this question have another right option."))
    options = [dict(draft.options[at]) if at < len(draft.options) else {} for at in range(size)]
    options = options[: len(row.options)]
    for at, option in enumerate(row.options):
        options[at][row.language] = option
    whys = dict(draft.whys)
    if row.why:
        whys[row.language] = row.why
    return Draft(
        row.part or draft.part,
        {**draft.texts, row.language: row.text},
        options,
        row.right,
        whys,
        draft.key,
    )


def _gift_rows(content: bytes, language: str) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    for one in gift.read(text):
        yield Row(
            one.line, one.key[:40], one.part, language, one.text, one.options, one.right, one.why,
            reason=one.reason,
        )  # fmt: skip


def _row(data: guessing.DataRow, columns: dict[str, int], language: str) -> Row:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cleaning.text(data.cells[at]) if at is not None and at < len(data.cells) else ""

    row = Row(data.number, cell("key")[:40], None, language, cell("text"), why=cell("why"))
    row.options = [text for n in range(1, MOST_OPTIONS + 1) if (text := cell(f"option{n}"))]
    if told := cell("language"):
        code = next((c for c, words in _LANGUAGE.items() if told.casefold() in words), "")
        row.language = code or language
        if not code:
            row.unmapped.append(("language", told))
    if told := cell("part"):
        digits = "".join(sign for sign in told.partition(".")[0] if sign.isdecimal())
        if digits and 1 <= int(digits[:3]) <= 99:
            row.part = int(digits[:3])
        else:
            row.unmapped.append(("part", told))
    right = cell("right")
    row.right = _place(right, row.options)
    if not row.text:
        row.reason = _("The question is missing.")
    elif len(row.options) < 2:
        row.reason = _("There are at least two options.")
    elif not right:
        row.reason = _("The right answer is missing.")
    elif row.right < 0:
        row.reason = _("“%(right)s” is none of the options.") % {"right": right}
    return row


def _place(right: str, options: list[str]) -> int:
    """Where the right option is: told by its letter, its number or its text."""
    said = [_said(option) for option in options]
    if _said(right) in said:
        return said.index(_said(right))
    word = right.strip().rstrip(".)").upper()
    if len(word) == 1 and word in LETTERS[: len(options)]:
        return LETTERS.index(word)
    number = word.removesuffix(".0")
    if number.isdecimal() and 1 <= int(number) <= len(options):
        return int(number) - 1
    return -1


def _said(text: str) -> str:
    return " ".join(text.split()).casefold()


def _last(by_key: dict[str, Question], part: int) -> int:
    numbers = [
        int(key.rpartition("-")[2])
        for key in by_key
        if key.startswith(f"p{part}-") and key.rpartition("-")[2].isdecimal()
    ]
    return max(numbers, default=0)
