"""The messages about seats: that somebody was named, and that terms end before long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from solmu.lib import clock
from solmu.lib.periods import last_day
from solmu.lib.translated import text_in
from solmu.networks.mails import language_of
from solmu.networks.models import Network, Term
from solmu.notifications import outbox
from solmu.people.models import Person
from solmu.people.viewer import Viewer


def named(term: Term, *, by: Viewer) -> None:
    """Tell somebody that they sit in a seat, with the way to what belongs to it."""
    person, seat = term.person, term.seat
    last = last_day(term.valid)
    if not person.email or by.person_id == person.pk or (last and last < clock.today()):
        return
    network, language = seat.group.network, language_of(person)
    before = predecessor(term)
    with override(language):
        role = str(Term.Role(term.role).label)
    outbox.write(
        "seat",
        to=person.email,
        template="networks/email/seat",
        language=language,
        key=f"seat-{term.uuid}",
        person=person,
        context={
            "who": by.name,
            "network": text_in(network.organisation, "name", language),
            "group": text_in(seat.group, "name", language),
            "organisation": (
                text_in(seat.organisation, "name", language) if seat.organisation else ""
            ),
            "role": role,
            "deputy": term.deputy,
            "first": term.valid.lower,
            "last": last,
            "before": before.person.name if before and before.person_id != person.pk else "",
            "link": settings.SOLMU_ADDRESS
            + reverse("networks:seat-pack", args=[network.slug, seat.uuid]),
        },
    )


def terms_end(to: Person, network: Network, terms: Sequence[Term], *, on: date) -> None:
    """Remind of terms that end before long without a follower."""
    if not to.email:
        return
    language = language_of(to)
    lines: list[dict[str, Any]] = []
    with override(language):
        for term in terms:
            last = last_day(term.valid)
            lines.append(
                {
                    "name": term.person.name,
                    "group": text_in(term.seat.group, "name", language),
                    "organisation": (
                        text_in(term.seat.organisation, "name", language)
                        if term.seat.organisation
                        else term.seat.title
                    ),
                    "deputy": term.deputy,
                    "last": date_format(last, "SHORT_DATE_FORMAT") if last else "",
                    "link": settings.SOLMU_ADDRESS
                    + reverse("networks:seat", args=[network.slug, term.seat.uuid]),
                }
            )
    outbox.write(
        "terms-end",
        to=to.email,
        template="networks/email/terms_end",
        language=language,
        key=f"terms-end-{network.pk}-{to.pk}-{on:%Y%m%d}-{min(term.pk for term in terms)}",
        person=to,
        context={
            "network": text_in(network.organisation, "name", language),
            "lines": lines,
            "count": len(lines),
            "link": settings.SOLMU_ADDRESS + reverse("networks:groups", args=[network.slug]),
        },
    )


def predecessor(term: Term) -> Term | None:
    """Who held the seat before."""
    return (
        Term.objects.filter(
            seat_id=term.seat_id, deputy=term.deputy, valid__endswith__lte=term.valid.lower
        )
        .select_related("person")
        .order_by("-valid")
        .first()
    )
