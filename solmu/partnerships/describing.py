"""Facts about a stakeholder that are not dated: roles, the next step, notes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from solmu.audit import history
from solmu.partnerships import indexing
from solmu.partnerships.models import Stakeholder
from solmu.people.viewer import Viewer

FACTS = ("roles", "next_step", "next_step_on", "notes")
TEXTS = ("next_step", "notes")


@transaction.atomic
def describe(
    stakeholder: Stakeholder, *, by: Viewer, language: str = "", **facts: Any
) -> Stakeholder:
    """Change what is said of a stakeholder; `language` is that of the texts given.

    Without it a text that changes is in the writer's own language, and any other keeps its own.
    """
    own = (by.language or get_language() or "fi")[:2]
    stakeholder = Stakeholder.objects.select_for_update().get(pk=stakeholder.pk)
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"a stakeholder has no {name} to change")
        new = value.strip() if isinstance(value, str) else value
        if name in TEXTS and (language or new != getattr(stakeholder, name)):
            setattr(stakeholder, f"{name}_language", language or own)
        setattr(stakeholder, name, new)
    languages = [f"{name}_language" for name in TEXTS if name in facts]
    with history.acting(by):
        stakeholder.save(update_fields=[*facts, *languages])
        indexing.index_stakeholders([stakeholder.pk])
    return stakeholder
