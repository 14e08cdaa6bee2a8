"""What is told ahead: the end, the last day to give notice, the review, and duties that are due."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from solmu.agreements.drafting.drafting import HOLDER
from solmu.agreements.living import mails, running
from solmu.agreements.models import Agreement, Duty, GoalOwner, Notice, Party
from solmu.goals.models import Goal
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.months import months_later
from solmu.lib.periods import last_day
from solmu.people.models import Person

State = Agreement.State
AHEAD = (30, 90)  # days; each is told once
REVIEW_AHEAD = timedelta(days=14)
DUTY_AHEAD = timedelta(days=14)
CHECK_AHEAD = timedelta(days=14)


@tasks.periodic("30 6 * * *", "agreements.tell_ahead")
def sweep() -> None:
    """Tell both sides 90 and 30 days ahead, and that a review or a duty comes up; each once."""
    _ends()
    _reviews()
    _duties()
    _goals()
    _kept()


def _ends() -> None:
    today = clock.today()
    near, far = today + timedelta(days=AHEAD[1] + 1), months_later(today, running.LONGEST_NOTICE)
    rows = Agreement.objects.filter(
        Q(renews_months=None, valid__endswith__lte=near) | Q(renews_months__gt=0),
        state=State.ACTIVE,
        valid__endswith__range=(today, far),
    ).select_related("institution__organisation", "owner__user")
    noticed = set(
        Notice.objects.filter(agreement__state=State.ACTIVE).values_list("agreement_id", flat=True)
    )
    for agreement in rows.order_by("pk").iterator(chunk_size=500):
        ends = last_day(agreement.valid)
        until = None if agreement.pk in noticed else running.notice_by(agreement)
        told_of = until or ends
        if ends is None or told_of is None or told_of < today:
            continue
        left = (told_of - today).days
        days = next((one for one in AHEAD if left <= one), None)
        if days is not None:
            with transaction.atomic():
                mails.ahead(agreement, ends=ends, notice_by=until, days=days)


def _reviews() -> None:
    rows = Agreement.objects.filter(
        state=State.ACTIVE, next_review_on__lte=clock.today() + REVIEW_AHEAD
    ).select_related("institution__organisation", "owner__user")
    for agreement in rows.order_by("pk").iterator(chunk_size=500):
        if agreement.next_review_on:
            with transaction.atomic():
                mails.review(agreement, agreement.next_review_on)


def _duties() -> None:
    """One message a side a day about duties that come due, or are late; each duty once a round."""
    until = clock.today() + DUTY_AHEAD
    rows = Duty.objects.filter(
        Q(done_on=None) | Q(every_months__gt=0),
        due_on__lte=until,
        agreement__state=State.ACTIVE,
    ).order_by("agreement_id", "organisation_id", "due_on", "pk")
    found: dict[tuple[int, int], list[Duty]] = {}
    for duty in rows:
        found.setdefault((duty.agreement_id, duty.organisation_id), []).append(duty)
    for (agreement_id, organisation_id), duties in found.items():
        party = (
            Party.objects.filter(agreement_id=agreement_id, organisation_id=organisation_id)
            .exclude(state__in=running.GONE)
            .select_related("agreement__institution__organisation", "contact__user")
            .first()
        )
        if party is None:
            continue
        last = max((one.due_on, one.pk) for one in duties if one.due_on)
        texts = [(one.text, one.due_on) for one in duties if one.due_on]
        with transaction.atomic():
            mails.duties_due(party, texts, key=f"agreement-duty-{party.pk}-{last[1]}-{last[0]}")


def _goals() -> None:
    """Tell whoever looks after a goal on each side that it is checked soon; a check once."""
    rows = Goal.objects.filter(
        holder_kind=HOLDER,
        state=Goal.State.OPEN,
        next_check_on__lte=clock.today() + CHECK_AHEAD,
        holder_id__in=Agreement.objects.filter(state=State.ACTIVE).values("pk"),
    )
    by_agreement: dict[int, list[Goal]] = {}
    for goal in rows.order_by("holder_id", "next_check_on", "pk"):
        by_agreement.setdefault(goal.holder_id, []).append(goal)
    for agreement_id, goals in by_agreement.items():
        parties = Party.objects.filter(agreement_id=agreement_id).exclude(state__in=running.GONE)
        owners = {
            (one.goal_id, one.organisation_id): one.person
            for one in GoalOwner.objects.filter(agreement_id=agreement_id).select_related("person")
        }
        for party in parties.select_related(
            "agreement__institution__organisation", "contact__user"
        ):
            told: dict[Person, list[Goal]] = {}
            for goal in goals:
                person = owners.get((goal.pk, party.organisation_id)) or party.contact
                if person is not None and person.email:
                    told.setdefault(person, []).append(goal)
            for person, theirs in told.items():
                with transaction.atomic():
                    mails.goals_due(party, person, theirs)


def _kept() -> None:
    """Tell whoever keeps an agreement that the years it is kept are over; once."""
    rows = Agreement.objects.kept_long_enough(clock.today())
    for agreement in rows.select_related("institution__organisation", "owner__user").order_by("pk"):
        with transaction.atomic():
            mails.kept(agreement)
