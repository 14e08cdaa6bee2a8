"""Facts about a stakeholder that are not dated: roles, the next step, notes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from solmu.audit import history
from solmu.partnerships import indexing
from solmu.partnerships.models import Stakeholder
from solmu.people.viewer import Viewer

FACTS = ("roles", "next_step", "next_step_on", "notes")


@transaction.atomic
def describe(stakeholder: Stakeholder, *, by: Viewer, **facts: Any) -> Stakeholder:
    """Change what is said of a stakeholder."""
    stakeholder = Stakeholder.objects.select_for_update().get(pk=stakeholder.pk)
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"a stakeholder has no {name} to change")
        setattr(stakeholder, name, value.strip() if isinstance(value, str) else value)
    with history.acting(by):
        stakeholder.save(update_fields=list(facts))
        indexing.index_stakeholders([stakeholder.pk])
    return stakeholder
