"""The opening meeting in people's calendars: invited, changed and cancelled by mail (iTIP)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import override
from icalendar import Calendar, Event, Timezone, vCalAddress
from icalendar.parser import Contentline, Parameters

from solmu.lib import clock
from solmu.lib.translated import text_in
from solmu.notifications import outbox
from solmu.training import states
from solmu.training.autopilot import letters, steps
from solmu.training.autopilot.models import Invitation
from solmu.training.models import Cohort, Enrolment
from solmu.training.systems import working

REQUEST, CANCEL = "REQUEST", "CANCEL"
ZONE = "Europe/Helsinki"
_END = b"END:VEVENT"


@dataclass(slots=True)
class Opening:
    """The opening meeting of a cohort, as the autopilot knows it now."""

    cohort: Cohort
    starts_at: datetime
    minutes: int
    url: str
    _made: dict[tuple[str, int, str], bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, cohort: Cohort) -> Opening:
        """Read when and where a cohort (loaded with its programme) meets."""
        at, minutes = steps.meeting_time(cohort.programme, working.chosen(cohort.programme))
        starts = datetime.combine(cohort.starts_on, at, tzinfo=clock.HELSINKI)
        return cls(cohort, starts, minutes, cohort.meeting_url)

    @property
    def told(self) -> letters.Meeting:
        """What letters say of it."""
        return letters.Meeting(self.starts_at, self.url)

    @property
    def lies_ahead(self) -> bool:
        """Tell whether somebody can still come."""
        return clock.now() < self.starts_at

    def calendar(self, enrolment: Enrolment, *, method: str, sequence: int) -> str:
        """The event for one participant; all but the attendee is made once for many."""
        language = enrolment.language
        key = (method, sequence, language)
        base = self._made.get(key)
        if base is None:
            base = self._made[key] = self._event(method, sequence, language)
        person = enrolment.person
        parameters = Parameters(
            {
                "CUTYPE": "INDIVIDUAL",
                "ROLE": "REQ-PARTICIPANT",
                "PARTSTAT": "NEEDS-ACTION",
                "RSVP": "TRUE",
                "CN": person.name,
            }
        )
        who = Contentline.from_parts("ATTENDEE", parameters, vCalAddress(f"mailto:{person.email}"))
        return base.replace(_END, who.to_ical() + b"\r\n" + _END, 1).decode()

    def _event(self, method: str, sequence: int, language: str) -> bytes:
        programme = self.cohort.programme
        name = text_in(programme, "name", language)
        event = Event()
        event.add("uid", f"{self.cohort.uuid}@{settings.SOLMU_HOST}")
        event.add("dtstamp", clock.real_now().astimezone(UTC))
        event.add("dtstart", self.starts_at)
        event.add("dtend", self.starts_at + timedelta(minutes=self.minutes))
        event.add("sequence", sequence)
        event.add("summary", name)
        event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
        organiser = vCalAddress(f"mailto:{programme.contact_email or settings.DEFAULT_FROM_EMAIL}")
        organiser.params["CN"] = text_in(programme.institution.organisation, "name", language)
        event.add("organizer", organiser)
        if self.url:
            event.add("url", self.url)
            event.add("location", self.url)
            event.add("x-microsoft-skypeteamsmeetingurl", self.url)
            event.add("conference", self.url, parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
        calendar = Calendar()
        calendar.add("prodid", "-//Solmu//autopilot//EN")
        calendar.add("version", "2.0")
        calendar.add("method", method)
        calendar.add_component(Timezone.from_tzid(ZONE))
        calendar.add_component(event)
        return bytes(calendar.to_ical())


def invite_all(opening: Opening, rows: list[Enrolment]) -> dict[int, str]:
    """Note that participants are invited; the event of each for the letter that takes it."""
    Invitation.objects.bulk_create(
        [
            Invitation(
                cohort=opening.cohort,
                enrolment=row,
                starts_at=opening.starts_at,
                minutes=opening.minutes,
                url=opening.url,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )
    return {row.pk: opening.calendar(row, method=REQUEST, sequence=0) for row in rows}


def follow() -> int:
    """Bring calendars up to date: starts that moved or were cancelled, people who come and go."""
    sent = 0
    today = clock.today()
    ahead = Cohort.objects.filter(
        starts_on__gte=today, pk__in=Invitation.objects.values("cohort")
    ).select_related("programme__institution__organisation")
    for cohort in ahead:
        opening = Opening.of(cohort)
        if not opening.lies_ahead:
            continue
        for pk in _differing(opening):
            sent += _tell(pk, opening)
    return sent


def _differing(opening: Opening) -> list[int]:
    """The invitations of a cohort that say something else than what holds."""
    cohort = opening.cohort
    rows = Invitation.objects.filter(cohort=cohort).select_related("enrolment")
    return [row.pk for row in rows if _wanted(row, opening)]


def _wanted(row: Invitation, opening: Opening) -> str:
    """Which message an invitation needs; empty: none."""
    cohort = opening.cohort
    here = (
        cohort.state != Cohort.State.CANCELLED
        and row.enrolment.cohort_id == cohort.pk
        and row.enrolment.state in states.PLACED
    )
    if not here:
        return "" if row.cancelled else CANCEL
    same = (row.starts_at, row.minutes, row.url) == (
        opening.starts_at, opening.minutes, opening.url,
    )  # fmt: skip
    return "" if same and not row.cancelled else REQUEST


@transaction.atomic
def _tell(pk: int, opening: Opening) -> int:
    row = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("enrolment__person")
        .get(pk=pk)
    )
    method = _wanted(row, opening)
    if not method:
        return 0
    row.sequence += 1
    row.cancelled = method == CANCEL
    if method == REQUEST:
        row.starts_at, row.minutes, row.url = opening.starts_at, opening.minutes, opening.url
    row.save()
    enrolment = row.enrolment
    if not enrolment.person.email:
        return 0
    kind = "cancelled" if method == CANCEL else "changed"
    letter = letters.letter(
        kind, opening.cohort, enrolment.language, step=None, meeting=opening.told
    )
    return outbox.write_all(
        [
            draft(
                f"meeting-{row.sequence}",
                opening.cohort,
                enrolment,
                letter,
                {},
                calendar=opening.calendar(enrolment, method=method, sequence=row.sequence),
            )
        ]
    )


def draft(
    step: str,
    cohort: Cohort,
    enrolment: Enrolment,
    letter: letters.Letter,
    values: dict[str, Any],
    *,
    calendar: str = "",
) -> outbox.Draft:
    """A letter for one participant, under the key that keeps it from being written twice."""
    person = enrolment.person
    last = enrolment.last_day
    with override(letter.language):
        own = {
            "name": person.given_name or person.name,
            "last_day": steps.day_text(last) if last else "",
            **values,
        }
    subject, text, html = letter.to(own)
    return outbox.Draft(
        kind=f"training-{step.partition('-')[0].replace('_', '-')}",
        key=f"autopilot-{cohort.pk}-{step}-{enrolment.pk}",
        to=person.email,
        person_id=person.pk,
        subject=subject,
        text=text,
        html=html,
        language=letter.language,
        calendar=calendar,
    )
