"""The yearly review: the page that writes itself, the decision, and what follows from it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.drafting import drafting, promising
from solmu.agreements.living import following, lights, mails, running
from solmu.agreements.living.duties import LifeError
from solmu.agreements.models import (
    Agreement,
    Duty,
    Fulfilment,
    LevelProposal,
    Party,
    Review,
)
from solmu.audit import history
from solmu.goals import progress
from solmu.goals.models import IndicatorValue
from solmu.lib import clock
from solmu.lib.months import months_later
from solmu.organisations.models import Affiliation
from solmu.partnerships import standing
from solmu.partnerships.models import Level, Standing
from solmu.partnerships.permissions import can_decide_level
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.ties.kinds import kind_name
from solmu.ties.models import Evidence

Decision = Review.Decision
MOST = 200  # pieces of evidence


def since(agreement: Agreement, today: date) -> date:
    """The first day of what is looked at: after the last review, at most the agreement's first."""
    last = Review.objects.filter(agreement=agreement).order_by("on", "pk").last()
    begins: date = (agreement.valid.lower if agreement.valid else None) or today
    return last.on if last else begins


def summary(agreement: Agreement, today: date) -> dict[str, Any]:
    """All that the review shows, as plain data: it is frozen with the decision."""
    first = since(agreement, today)
    parties = [one for one in drafting.parties_of(agreement) if one.bound is not None]
    return {
        "from": first.isoformat(),
        "to": today.isoformat(),
        "parties": [str(one.organisation) for one in parties],
        "goals": _goals(agreement, first, today),
        "duties": _duties(agreement, first, today),
        "together": _together(agreement, parties, first, today),
        # What only the institution knows of itself: shown to its own people alone.
        "ours": _together(agreement, parties, first, today, ours=True),
        "changes": _changes(agreement, first),
    }


@transaction.atomic
def decide(
    agreement: Agreement,
    *,
    decision: str,
    reason: str,
    next_on: date | None,
    by: Viewer,
) -> tuple[Review, Agreement | None]:
    """Freeze the review with its decision; renewing and changing make a new draft, also returned.

    Another level is only proposed: a leader's yes moves the partnership.
    """
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    today, reason = clock.today(), reason.strip()
    if row.state != Agreement.State.ACTIVE:
        raise LifeError(_("Only an agreement in force is reviewed."))
    if not reason:
        raise LifeError(_("Say why: the decision is read later by others too."))
    if next_on and next_on <= today:
        raise LifeError(_("The next review lies ahead."))
    level = next_level(row, today) if decision == Decision.RAISE else None
    if decision == Decision.RAISE and level is None:
        raise LifeError(_("The partnership has no higher level to go to."))
    with history.acting(by, gettext_noop("reviewed")):
        review = Review.objects.create(
            agreement=row,
            on=today,
            summary=summary(row, today),
            decision=decision,
            reason=reason,
            by_id=by.person_id,
        )
        row.next_review_on = (
            None if decision == Decision.END else next_on or months_later(today, 12)
        )
        row.save(update_fields=["next_review_on"])
    draft = None
    if decision == Decision.RENEW:
        draft = following.renewal(row, by=by)
    elif decision == Decision.CHANGE:
        draft = following.amendment(row, by=by)
    elif decision == Decision.END:
        running.give_notice(row, row.institution.organisation, told_on=today, reason=reason, by=by)
    elif level is not None:
        _propose(review, level, by)
    return review, draft


@transaction.atomic
def answer(proposal: LevelProposal, *, yes: bool, by: Viewer) -> LevelProposal:
    """A leader's yes moves the partnership on the picture; a no leaves it where it stands."""
    row = (
        LevelProposal.objects.select_for_update(of=("self",))
        .select_related("review__agreement__stakeholder", "level")
        .get(pk=proposal.pk)
    )
    if row.state != LevelProposal.State.WAITING:
        raise LifeError(_("This has been answered already."))
    states = LevelProposal.State
    with history.acting(by, gettext_noop("answered about the level")):
        row.state = states.ACCEPTED if yes else states.DECLINED
        row.answered_on, row.answered_by_id = clock.today(), by.person_id
        row.save(update_fields=["state", "answered_on", "answered_by"])
    stakeholder = row.review.agreement.stakeholder
    if yes and stakeholder is not None:
        standing.change(
            stakeholder,
            on=clock.today(),
            reason=_("Review of the agreement: %(reason)s") % {"reason": row.review.reason},
            by=by,
            level_id=row.level_id,
        )
    return row


def next_level(agreement: Agreement, today: date) -> Level | None:
    """The level above the one where the partnership stands; None without one."""
    if agreement.stakeholder_id is None:
        return None
    now = (
        Standing.objects.filter(stakeholder_id=agreement.stakeholder_id, valid__contains=today)
        .select_related("level")
        .first()
    )
    if now is None:
        return None
    rank = now.level.rank if now.level else 0
    levels = Level.objects.filter(institution_id=agreement.institution_id, rank__gt=rank)
    return levels.order_by("rank").first()


def may_answer(viewer: Viewer, proposal: LevelProposal) -> bool:
    """Say yes or no to a level: whoever decides it by the institution's ladder."""
    return can_decide_level(viewer, proposal.review.agreement.institution_id, proposal.level)


def _propose(review: Review, level: Level, by: Viewer) -> None:
    with history.acting(by, gettext_noop("another level proposed")):
        proposal = LevelProposal.objects.create(review=review, level=level)
    leaders = Affiliation.objects.on(clock.today()).filter(
        institution_id=review.agreement.institution_id, role="leader"
    )
    people = Person.objects.filter(pk__in=leaders.values("person_id"), merged_into=None)
    for person in people.exclude(email="").select_related("user"):
        mails.proposal(proposal, person)


def _goals(agreement: Agreement, first: date, today: date) -> list[dict[str, Any]]:
    rows = drafting.goals_of(agreement)
    owners = promising.owners_of(agreement)
    values: dict[int, list[IndicatorValue]] = {}
    measured = IndicatorValue.objects.filter(indicator__goal__in=rows, on__lte=today)
    for one in measured.order_by("on"):
        values.setdefault(one.indicator_id, []).append(one)
    found = []
    for goal in rows:
        indicators, percents = [], []
        for indicator in goal.indicators.all():
            own = values.get(indicator.pk, [])
            last = own[-1] if own else None
            before = next((one for one in reversed(own) if one.on <= first), None)
            done = progress.percent(
                indicator.baseline, indicator.target, last.value if last else None
            )
            if done is not None:
                percents.append(done)
            indicators.append(
                {
                    "name": indicator.name,
                    "unit": indicator.unit,
                    "baseline": lights.number(indicator.baseline),
                    "target": lights.number(indicator.target),
                    "before": lights.number(before.value) if before else "",
                    "value": lights.number(last.value) if last else "",
                    "on": last.on.isoformat() if last else "",
                    "note": last.note if last else "",
                    "percent": done,
                }
            )
        light = lights.of_goal(goal, percents, today)
        found.append(
            {
                "title": goal.title,
                "owners": [person.name for person in owners.get(goal.pk, {}).values()],
                "light": light.word,
                "tone": light.tone,
                "indicators": indicators,
            }
        )
    return found


def _duties(agreement: Agreement, first: date, today: date) -> list[dict[str, Any]]:
    rows = Duty.objects.filter(agreement=agreement).select_related("organisation")
    done: dict[int, list[Fulfilment]] = {}
    for one in Fulfilment.objects.filter(duty__agreement=agreement, done_on__range=(first, today)):
        done.setdefault(one.duty_id, []).append(one)
    found = []
    for duty in rows.order_by("organisation_id", "due_on", "pk"):
        own, light = done.get(duty.pk, []), lights.of_duty(duty, today)
        late = sum(1 for one in own if one.due_on and one.done_on > one.due_on)
        found.append(
            {
                "who": str(duty.organisation),
                "text": duty.text,
                "due_on": duty.due_on.isoformat() if duty.due_on else "",
                "times": len(own),
                "late": late,
                "light": light.word,
                "tone": light.tone,
                "notes": [one.note for one in own if one.note],
            }
        )
    return found


def _together(
    agreement: Agreement, parties: list[Party], first: date, today: date, *, ours: bool = False
) -> list[dict[str, Any]]:
    """What the parties have done together in the time, by kind: what both know, or `ours` alone."""
    ids = [one.organisation_id for one in parties]
    rows = (
        Evidence.objects.filter(
            a_id__in=ids, b_id__in=ids, institution=agreement.institution_id if ours else None
        )
        .filter(valid__overlap=(first, today + timedelta(days=1)))
        .exclude(source_kind="agreement", source_id=agreement.pk)
        .values_list("kind", "source_kind", "source_id")
    )
    once = {(kind, source, key) for kind, source, key in rows[: MOST * 10]}
    counted = Counter(kind for kind, _source, _key in once)
    return [
        {"kind": kind, "label": str(kind_name(kind)), "n": n} for kind, n in counted.most_common()
    ]


def _changes(agreement: Agreement, first: date) -> list[str]:
    """What changed in who is bound and by what, in sentences."""
    found = []
    for party in agreement.parties.filter(bound__isnull=False).select_related("organisation"):
        begins = party.bound.lower
        if begins and begins > first:
            found.append(_("%(party)s joined.") % {"party": party.organisation})
        if party.state in running.GONE:
            found.append(_("%(party)s leaves or has left.") % {"party": party.organisation})
    for later in Agreement.objects.filter(amends=agreement).exclude(state=Agreement.State.ENDED):
        found.append(_("A changed agreement is being made: %(title)s.") % {"title": later.title})
    for review in Review.objects.filter(agreement=agreement, on__gte=first):
        found.append(_("Reviewed: %(decision)s.") % {"decision": review.get_decision_display()})
    return found
