"""What follows an agreement: a new draft that renews or changes it, and agreements beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements import indexing
from solmu.agreements.drafting import drafting
from solmu.agreements.living.duties import LifeError
from solmu.agreements.models import Agreement, Clause, Duty, GoalOwner, Party
from solmu.audit import history
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.periods import last_day, period
from solmu.people.viewer import Viewer

_CARRIED = (
    "institution_id", "stakeholder_id", "network_id", "base_version_id", "kind", "title", "summary",
    "languages", "prevailing", "values", "owner_id", "notice_months", "renews_months", "accession",
    "silence_days", "in_order", "means", "retention_class", "keep_years",
)  # fmt: skip
_OF_CLAUSE = ("key", "position", "kind", "confidential", "title_fi", "title_sv", "title_en",
              "text_fi", "text_sv", "text_en")  # fmt: skip


@transaction.atomic
def renewal(agreement: Agreement, *, by: Viewer) -> Agreement:
    """A new draft for the time after the agreement's last day, as long as its term was."""
    valid, starts, ends = agreement.valid, None, None
    if valid and (last := last_day(valid)):
        starts = last + timedelta(days=1)
        if valid.lower:
            ends = last + (valid.upper - valid.lower)
    return _copied(agreement, by, period(starts, ends) if starts else None, renews=agreement)


@transaction.atomic
def amendment(agreement: Agreement, *, by: Viewer) -> Agreement:
    """A new draft that takes the agreement's place once it is signed, to the same last day."""
    last = last_day(agreement.valid) if agreement.valid else None
    return _copied(agreement, by, period(None, last) if last else None, amends=agreement)


@transaction.atomic
def relate(agreement: Agreement, other: Agreement, *, by: Viewer) -> None:
    """Say that two agreements belong together."""
    if agreement.pk == other.pk:
        raise LifeError(_("An agreement isn't beside itself."))
    with history.acting(by, gettext_noop("agreements put together")):
        agreement.related.add(other)


@transaction.atomic
def unrelate(agreement: Agreement, other: Agreement, *, by: Viewer) -> None:
    """Say that two agreements don't belong together after all."""
    with history.acting(by, gettext_noop("agreements taken apart")):
        agreement.related.remove(other)


def _copied(agreement: Agreement, by: Viewer, valid: Any, **line: Agreement) -> Agreement:
    name, other = next(iter(line.items()))
    known = Agreement.objects.filter(**line, state__in=[*Agreement.OPEN, Agreement.State.SIGNING])
    if known.exists():
        raise LifeError(_("A new draft of it is being made already."))
    with history.acting(by, gettext_noop("drafted to follow another agreement")):
        made = Agreement.objects.create(
            **{field: getattr(agreement, field) for field in _CARRIED},
            **{name: other},
            valid=valid,
            next_review_on=None,
        )
        parties = [
            one
            for one in drafting.parties_of(agreement)
            if one.bound is None or one.bound.upper is None or one.bound.upper > clock.today()
        ]
        Party.objects.bulk_create(
            Party(
                agreement=made,
                organisation_id=one.organisation_id,
                position=position,
                called=one.called,
                contact_id=one.contact_id,
                signers_needed=one.signers_needed,
            )
            for position, one in enumerate(parties)
        )
        Clause.objects.bulk_create(
            Clause(agreement=made, **{field: getattr(one, field) for field in _OF_CLAUSE})
            for one in agreement.clauses.all()
        )
        ids = {one.organisation_id for one in parties}
        for duty in Duty.objects.filter(agreement=agreement, organisation_id__in=ids):
            if duty.done_on and not duty.every_months:
                continue  # done for good
            Duty.objects.create(
                agreement=made, organisation_id=duty.organisation_id, person_id=duty.person_id,
                text=duty.text, due_on=duty.due_on, every_months=duty.every_months, note=duty.note,
            )  # fmt: skip
        for goal in drafting.goals_of(agreement):
            if goal.state == Goal.State.OPEN:
                _copy_goal(goal, made)
        made.values = {**agreement.values, **drafting.known_values(made)}
        made.save(update_fields=["values"])
    indexing.index_agreements([made.pk])
    return made


def _copy_goal(goal: Goal, made: Agreement) -> None:
    today = clock.today()
    ends = goal.valid.upper if goal.valid.upper and goal.valid.upper > today else None
    new = Goal.objects.create(
        holder_kind=drafting.HOLDER,
        holder_id=made.pk,
        title=goal.title,
        text=goal.text,
        language=goal.language,
        organisation_id=goal.organisation_id,
        valid=period(today, ends - timedelta(days=1) if ends else None),
        next_check_on=goal.next_check_on,
    )
    for one in goal.indicators.all():
        last = one.values.order_by("on").last()
        new.indicators.create(
            name=one.name,
            unit=one.unit,
            # Where the old one came to is where the new one begins.
            baseline=last.value if last else one.baseline,
            target=one.target,
            direction=one.direction,
            source=one.source,
        )
    for owner in GoalOwner.objects.filter(goal=goal):
        GoalOwner.objects.create(
            agreement=made, goal=new, organisation_id=owner.organisation_id,
            person_id=owner.person_id,
        )  # fmt: skip
