"""The messages about enrolling, one function each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from solmu.lib import clock
from solmu.lib.translated import text_in
from solmu.notifications import outbox
from solmu.people import links
from solmu.people.models import SignedLink
from solmu.training.models import Cohort, Enrolment, Group

CONFIRM = "enrolment-confirm"
CONFIRM_GROUP = "enrolment-group-confirm"
OWN = "enrolment-own"
RECORD = "training.enrolment"
RECORD_GROUP = "training.group"
CONFIRM_DAYS = 7


def own_address(enrolment: Enrolment) -> str:
    """An address of the participant's own page that works without signing in, until all is over."""
    last = enrolment.last_day or clock.today()
    days = max((last - clock.today()).days, 0) + 60
    _link, token = links.create(
        OWN, RECORD, enrolment.pk, email=enrolment.person.email, person=enrolment.person, days=days
    )
    return _address("training:own", token)


def of_link(link: SignedLink) -> Enrolment | None:
    """The enrolment that a link belongs to."""
    return (
        Enrolment.objects.filter(pk=link.record_id)
        .select_related("person", "programme__institution__organisation", "cohort", "group")
        .first()
    )


def group_of_link(link: SignedLink) -> Group | None:
    """The group that a link belongs to."""
    return (
        Group.objects.filter(pk=link.record_id)
        .select_related("contact", "programme__institution__organisation")
        .first()
    )


def confirm(enrolment: Enrolment) -> None:
    """Ask the applicant to confirm that the address is theirs."""
    links.revoke(RECORD, enrolment.pk, CONFIRM)
    _link, token = links.create(
        CONFIRM, RECORD, enrolment.pk, email=enrolment.person.email, days=CONFIRM_DAYS
    )
    _write("confirm", enrolment, link=_address("training:confirm", token), days=CONFIRM_DAYS)


def confirm_group(group: Group) -> None:
    """Ask whoever enrols a group to confirm their address."""
    links.revoke(RECORD_GROUP, group.pk, CONFIRM_GROUP)
    _link, token = links.create(
        CONFIRM_GROUP, RECORD_GROUP, group.pk, email=group.contact.email, days=CONFIRM_DAYS
    )
    outbox.write(
        "training-group-confirm",
        to=group.contact.email,
        person=group.contact,
        template="training/email/group_confirm",
        language=group.language,
        context={
            "programme": text_in(group.programme, "name", group.language),
            "workplace": group.workplace_name,
            "people": [one.person.name for one in group.enrolments.select_related("person")],
            "days": CONFIRM_DAYS,
            "link": _address("training:group-confirm", token),
        },
    )


def known_already(enrolment: Enrolment) -> None:
    """Tell somebody who enrols again that they are enrolled."""
    _write("known", enrolment, link=own_address(enrolment))


def welcome(enrolment: Enrolment) -> None:
    """Tell the applicant when they start, or that they wait for a place."""
    _write(
        "welcome",
        enrolment,
        link=own_address(enrolment),
        by=enrolment.group.contact.name if enrolment.group else "",
    )


def place_free(enrolment: Enrolment) -> None:
    """Tell somebody from the waiting list that there is a place."""
    _write("place_free", enrolment, link=own_address(enrolment))


def start_changed(enrolment: Enrolment) -> None:
    """Tell the participant of the start that was chosen anew."""
    _write("start_changed", enrolment, link=own_address(enrolment))


def start_cancelled(enrolment: Enrolment, cohort: Cohort, why: str) -> None:
    """Tell the participant that a start was cancelled, and where they are now."""
    _write(
        "start_cancelled",
        enrolment,
        link=own_address(enrolment),
        key=f"training-cancelled-{cohort.pk}-{enrolment.pk}",
        cancelled=cohort.starts_on,
        why=why,
    )


def withdrawn(enrolment: Enrolment) -> None:
    """Confirm that the enrolment was withdrawn."""
    _write("withdrawn", enrolment, link=_address("training:programme", enrolment.programme.slug))


def _write(
    kind: str, enrolment: Enrolment, *, link: str, key: str | None = None, **more: Any
) -> None:
    if not enrolment.person.email:
        return
    language = enrolment.language
    programme, cohort = enrolment.programme, enrolment.cohort
    outbox.write(
        f"training-{kind.replace('_', '-')}",
        to=enrolment.person.email,
        person=enrolment.person,
        template=f"training/email/{kind}",
        language=language,
        key=key,
        context={
            "name": enrolment.person.given_name or enrolment.person.name,
            "programme": text_in(programme, "name", language),
            "institution": text_in(programme.institution.organisation, "name", language),
            "contact": programme.contact_email,
            "cohort": cohort,
            "last_day": enrolment.last_day,
            "waiting": enrolment.state == Enrolment.State.WAITING,
            "hours": programme.hours,
            "link": link,
            **more,
        },
    )


def _address(name: str, *args: Any) -> str:
    return settings.SOLMU_ADDRESS + reverse(name, args=args)
