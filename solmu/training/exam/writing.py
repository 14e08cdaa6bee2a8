"""Changing the bank: what is changed becomes a new row, so that attempts keep what they asked."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib.translated import LANGUAGES
from solmu.people.viewer import Viewer
from solmu.training.exam.models import Question
from solmu.training.models import Programme

MOST_OPTIONS = 8
_NUMBER = re.compile(r"(\d+)$")


class QuestionError(ValueError):
    """What a question lacks, in words for its writer."""


@dataclass(slots=True)
class Draft:
    """A question as somebody writes it; options are dicts of languages."""

    part: int
    texts: dict[str, str] = field(default_factory=dict)
    options: list[dict[str, str]] = field(default_factory=list)
    right: int = 0
    whys: dict[str, str] = field(default_factory=dict)
    key: str = ""

    @classmethod
    def of(cls, question: Question) -> Draft:
        """A question as it is."""
        return cls(
            question.part,
            {code: text for code in LANGUAGES if (text := getattr(question, f"text_{code}"))},
            [dict(option) for option in question.options],
            question.right,
            {code: text for code in LANGUAGES if (text := getattr(question, f"why_{code}"))},
            question.key,
        )

    def check(self) -> None:
        """QuestionError when it can't be asked."""
        if not any(self.texts.values()):
            raise QuestionError(_("The question is missing."))
        if not 1 <= self.part <= 99:
            raise QuestionError(_("A part is a number from 1 to 99."))
        if len(self.options) < 2:
            raise QuestionError(_("There are at least two options."))
        if len(self.options) > MOST_OPTIONS:
            raise QuestionError(_("There are at most %(n)s options.") % {"n": MOST_OPTIONS})
        if not 0 <= self.right < len(self.options):
            raise QuestionError(_("One option is the right one."))
        for code, text in self.texts.items():
            if not text:
                continue
            said = [option.get(code, "") for option in self.options]
            if not all(said):
                raise QuestionError(
                    _("In “%(language)s” an option is missing.") % {"language": code}
                )
            if len({one.casefold() for one in said}) < len(said):
                raise QuestionError(_("Two options say the same."))

    def as_plain(self) -> dict[str, Any]:
        """As plain values, to be sent to and fro with a preview."""
        return asdict(self)

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of its row."""
        return {
            "part": self.part,
            "options": [
                {code: option[code] for code in LANGUAGES if option.get(code)}
                for option in self.options
            ],
            "right": self.right,
            **{f"text_{code}": self.texts.get(code, "") for code in LANGUAGES},
            **{f"why_{code}": self.whys.get(code, "") for code in LANGUAGES},
        }


@transaction.atomic
def add(programme: Programme, draft: Draft, *, by: Viewer) -> Question:
    """Add a question to the bank."""
    draft.check()
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    key = draft.key or next_key(programme, draft.part)
    if Question.objects.active().filter(programme=programme, key=key).exists():
        raise QuestionError(_("There is a question with this id already."))
    with history.acting(by, gettext_noop("added a question")):
        return Question.objects.create(programme=programme, key=key, **draft.facts)


@transaction.atomic
def change(question: Question, draft: Draft, *, by: Viewer) -> Question:
    """Replace a question by what it says now; the same row when nothing differs."""
    draft.check()
    row = Question.objects.select_for_update().get(pk=question.pk)
    if Draft.of(row).facts == draft.facts:
        return row
    if row.replaced_by.exists():
        raise QuestionError(_("This question was changed meanwhile. Open it again."))
    with history.acting(by, gettext_noop("changed a question")):
        was_active = row.active
        row.active = False
        row.save(update_fields=["active"])
        return Question.objects.create(
            programme_id=row.programme_id,
            key=row.key,
            replaces=row,
            active=was_active,
            **draft.facts,
        )


@transaction.atomic
def use(question: Question, *, active: bool, by: Viewer) -> None:
    """Take a question out of use, or back into it."""
    row = Question.objects.select_for_update().get(pk=question.pk)
    if active and row.replaced_by.exists():
        raise QuestionError(_("A newer question has replaced this one."))
    if row.active != active:
        row.active = active
        with history.acting(by, gettext_noop("changed which questions are in use")):
            row.save(update_fields=["active"])


def next_key(programme: Programme, part: int) -> str:
    """The next free id of a part: p2-23."""
    start = f"p{part}-"
    keys = Question.objects.filter(programme=programme, key__startswith=start)
    numbers = [int(found[1]) for key in keys.values_list("key", flat=True)
               if (found := _NUMBER.search(key))]  # fmt: skip
    return f"{start}{max(numbers, default=0) + 1:02}"
