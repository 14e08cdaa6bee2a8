"""The renewal calendar: the days of agreements ahead, by month and as a feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateField, F, Q
from django.db.models.functions import Cast
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from solmu.agreements import querysets
from solmu.agreements.drafting.drafting import HOLDER
from solmu.agreements.models import Agreement, Duty, Notice
from solmu.audit import history
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.months import interval, months_later
from solmu.lib.periods import last_day
from solmu.lib.translated import LANGUAGES, text_in
from solmu.people import links
from solmu.people.models import Person
from solmu.people.viewer import Viewer

PURPOSE = "agreements-feed"
RECORD = "person"
DAYS = 3650
MONTHS = 12
MOST = 300  # on a page, and in a feed

State = Agreement.State
# Read as they are, not as records: a page has hundreds.
_READ = ("pk", "title", "valid", "next_review_on", "renews_months")
_NAMES = tuple(f"organisation__name_{code}" for code in LANGUAGES)
_DUTY = ("pk", "text", "due_on", "agreement_id", "agreement__title", *_NAMES)
# As `running.notice_by`: notice is given months before the last day.
_LAST_DAY = F("valid__endswith") - timedelta(days=1)
_NOTICE_ON = Cast(_LAST_DAY - interval("months", "notice_months"), DateField())


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """Something that happens to an agreement on a day."""

    on: date
    what: str
    agreement_id: int
    title: str
    # Of what kind: for the feed's own ids.
    kind: str
    detail: str = ""

    @property
    def url(self) -> str:
        """Where it is told of."""
        return f"/agreements/{self.agreement_id}/life/"


def ahead(viewer: Viewer, first: date, months: int = MONTHS) -> list[Day]:
    """The days of the agreements that the viewer sees, from a day on, in order."""
    until = months_later(first, months)
    language = get_language() or "fi"
    seen = querysets.seen(viewer).queryset().filter(state=State.ACTIVE)

    # Where one kind alone fills what is told, nothing later is read of the others.
    def whole(rows: list[Any], day: str) -> list[Any]:
        nonlocal until
        if len(rows) == MOST:
            until = min(until, getattr(rows[-1], day) + timedelta(days=1))
        return rows

    reviewed = whole(
        list(
            seen.filter(next_review_on__gte=first, next_review_on__lt=until)
            .order_by("next_review_on", "pk")
            .values_list(*_READ, named=True)[:MOST]
        ),
        "next_review_on",
    )
    duties = whole(
        list(
            Duty.objects.filter(
                Q(done_on=None) | Q(every_months__gt=0),
                agreement__in=seen,
                due_on__gte=first,
                due_on__lt=until,
            )
            .order_by("due_on", "pk")
            .values_list(*_DUTY, named=True)[:MOST]
        ),
        "due_on",
    )
    ending = list(
        seen.filter(valid__endswith__gt=first, valid__endswith__lte=until)
        .order_by("valid__endswith", "pk")
        .values_list(*_READ, named=True)[:MOST]
    )
    renewing = list(
        seen.filter(renews_months__gt=0)
        .annotate(notice_on=_NOTICE_ON)
        .filter(notice_on__gte=first, notice_on__lt=until)
        .order_by("notice_on", "pk")
        .values_list(*_READ, "notice_on", named=True)[:MOST]
    )
    noticed = set(
        Notice.objects.filter(
            agreement_id__in=[row.pk for row in (*ending, *renewing)]
        ).values_list("agreement_id", flat=True)
    )
    found: list[Day] = []

    def add(on: date | None, what: str, row: Any, kind: str) -> None:
        if on is not None and first <= on < until:
            found.append(Day(on, what, row.pk, row.title, kind))

    for row in ending:
        renews = row.renews_months and row.pk not in noticed
        what = _("renews by itself") if renews else _("ends")
        add(last_day(row.valid), what, row, "end")
    for row in reviewed:
        add(row.next_review_on, _("review"), row, "review")
    for row in renewing:
        if row.pk not in noticed:
            add(row.notice_on, _("last day to give notice"), row, "notice")
    found += [
        Day(
            one.due_on,
            _("duty of %(who)s") % {"who": text_in(one, "organisation__name", language)},
            one.agreement_id,
            one.agreement__title,
            f"duty{one.pk}",
            one.text,
        )
        for one in duties
        if one.due_on
    ]
    checks = list(
        Goal.objects.filter(
            holder_kind=HOLDER,
            state=Goal.State.OPEN,
            holder_id__in=seen.values("pk"),
            next_check_on__gte=first,
            next_check_on__lt=until,
        ).order_by("next_check_on", "pk")[:MOST]
    )
    titles = dict(
        Agreement.objects.filter(pk__in={one.holder_id for one in checks}).values_list(
            "pk", "title"
        )
    )
    found += [
        Day(
            one.next_check_on,
            _("check of a goal"),
            one.holder_id,
            titles[one.holder_id],
            f"goal{one.pk}",
            one.title,
        )
        for one in checks
        if one.next_check_on
    ]
    return sorted(found)[:MOST]


def by_month(days: list[Day]) -> list[tuple[date, list[Day]]]:
    """The days of each month."""
    return [
        (month, list(rows)) for month, rows in groupby(days, key=lambda one: one.on.replace(day=1))
    ]


@transaction.atomic
def new_feed(person: Person, *, by: Viewer) -> str:
    """A secret address for one's own calendar; the one before it ends. Told once."""
    with history.acting(by, gettext_noop("calendar feed made")):
        links.revoke(RECORD, person.pk, PURPOSE)
        _link, token = links.create(PURPOSE, RECORD, person.pk, person=person, days=DAYS)
    return token


@transaction.atomic
def end_feed(person: Person, *, by: Viewer) -> None:
    """The secret address works no more."""
    with history.acting(by, gettext_noop("calendar feed ended")):
        links.revoke(RECORD, person.pk, PURPOSE)


def person_of(token: str) -> Person | None:
    """Whose calendar the address is."""
    link = links.find(token, PURPOSE)
    if link is None or link.person is None or link.person.user_id is None:
        return None
    return link.person


def calendar(viewer: Viewer) -> bytes:
    """The days from a month ago on, as a calendar to subscribe to."""
    made: Any = Calendar()
    made.add("prodid", "-//Solmu//agreements//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("Agreements"))
    stamp = datetime.combine(clock.real_now().date(), time(), clock.HELSINKI)
    for one in ahead(viewer, clock.today() - timedelta(days=31), 24):
        event: Any = Event()
        event.add("uid", f"{one.agreement_id}-{one.kind}-{one.on}@{settings.SOLMU_HOST}")
        event.add("dtstamp", stamp)
        event.add("dtstart", one.on)
        event.add("dtend", one.on + timedelta(days=1))
        event.add("summary", f"{one.title}: {one.what}")
        if one.detail:
            event.add("description", one.detail)
        event.add("url", settings.SOLMU_ADDRESS + one.url)
        event.add("transp", "TRANSPARENT")
        alarm: Any = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", one.title)
        alarm.add("trigger", timedelta(days=-14))
        event.add_component(alarm)
        made.add_component(event)
    return bytes(made.to_ical())
