"""The bank that comes with Solmu, and the one that an adopted programme begins with."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib.translated import LANGUAGES
from solmu.people.viewer import Viewer
from solmu.training.exam.models import Question
from solmu.training.exam.writing import Draft
from solmu.training.learning import shipped
from solmu.training.models import Programme


@transaction.atomic
def load(programme: Programme, name: str, *, by: Viewer) -> tuple[int, int]:
    """Bring a shipped bank in: how many are new, how many replaced; again, it changes nothing."""
    known = {one.key: one for one in Question.objects.filter(programme=programme).order_by("pk")}
    added, replaced = [], []
    for written in shipped.questions(name):
        draft = _draft(written)
        draft.check()
        before = known.get(draft.key)
        if before is None:
            added.append(Question(programme=programme, key=draft.key, **draft.facts))
        elif Draft.of(before).facts != draft.facts:
            replaced.append(before)
            added.append(
                Question(
                    programme=programme,
                    key=draft.key,
                    replaces=before,
                    active=before.active,
                    **draft.facts,
                )
            )
    with history.acting(by, gettext_noop("loaded shipped questions")):
        Question.objects.filter(pk__in=[one.pk for one in replaced]).update(active=False)
        Question.objects.bulk_create(added)
    return len(added) - len(replaced), len(replaced)


def follow(programme: Programme, name: str, by: Viewer) -> None:
    """Load the bank together with the contents."""
    load(programme, name, by=by)


def follow_adoption(programme: Programme, original: Programme, by: Viewer) -> None:
    """Give an adopted programme the questions of the original."""
    with history.acting(by, gettext_noop("adopted a programme")):
        Question.objects.bulk_create(
            Question(programme=programme, key=one.key, **Draft.of(one).facts)
            for one in Question.objects.active().filter(programme=original).order_by("pk")
        )


def _draft(written: dict[str, Any]) -> Draft:
    options = [
        {code: option[code] for code in LANGUAGES if option.get(code)}
        for option in written["options"]
    ]
    rights = [at for at, option in enumerate(written["options"]) if option.get("right")]
    return Draft(
        int(written["part"]),
        dict(written["text"]),
        options,
        rights[0] if len(rights) == 1 else -1,
        dict(written.get("why", {})),
        written["id"],
    )
