"""What the participant's home and the board of a start tell of certificates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from solmu.training import states
from solmu.training.certificates import feedback, posting
from solmu.training.certificates.models import Certificate
from solmu.training.models import Enrolment, Programme


@dataclass(frozen=True, slots=True)
class Panel:
    """A participant's certificate, and the question how it was."""

    certificate: Certificate | None
    url: str
    asked: bool
    feedback: str
    template: str = "certificates/_panel.html"


def of_participant(
    request: HttpRequest, enrolment: Enrolment, progress: Any, access: Any
) -> Panel | None:
    """For those who have a result; nothing before."""
    if enrolment.state not in feedback.ASKED:
        return None
    row = (
        Certificate.objects.valid().filter(enrolment=enrolment).first()
        if enrolment.state in states.DONE
        else None
    )
    asked = feedback.is_asked(enrolment)
    if row is None and not asked:
        return None
    return Panel(
        row,
        reverse("certificates:own", args=[enrolment.uuid]),
        asked,
        reverse("certificates:own-feedback", args=[enrolment.uuid]),
    )


@dataclass(frozen=True, slots=True)
class PostPanel:
    """How many certificates wait for the post."""

    count: int
    url: str
    template: str = "certificates/_post_panel.html"


def of_programme(request: HttpRequest, programme: Programme) -> PostPanel | None:
    """On the programme's page: what waits for the post."""
    count = posting.waiting(programme).count()
    return PostPanel(count, reverse("certificates:post", args=[programme.slug])) if count else None
