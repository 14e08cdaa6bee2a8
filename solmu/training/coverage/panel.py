"""What a partner's page tells of students and trained instructors there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from solmu.lib import clock
from solmu.training.coverage import covering
from solmu.training.coverage.covering import Cover
from solmu.training.coverage.permissions import can_count


@dataclass(frozen=True, slots=True)
class Panel:
    """A workplace's coverage."""

    cover: Cover
    url: str
    may_count: bool
    template: str = "coverage/_panel.html"


def of_partner(request: HttpRequest, stakeholder: Any) -> Panel | None:
    """On each partner's page."""
    found = covering.of(
        stakeholder.institution_id, [stakeholder.organisation_id], clock.today()
    ).get(stakeholder.organisation_id, Cover())
    url = reverse("coverage:workplace", args=[stakeholder.organisation_id])
    may = can_count(request.viewer, stakeholder.institution_id)
    return Panel(found, url, may)
