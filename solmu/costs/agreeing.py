"""Agreeing on a cost case: it is proposed, each payer answers, and it is agreed by the rule."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.approvals import asking
from solmu.approvals.models import Round, Voice
from solmu.approvals.rules import EVERY, MAJORITY
from solmu.audit import history
from solmu.costs import content, drafting, mails
from solmu.costs.drafting import CostError, Draft
from solmu.costs.models import KIND, CostCase
from solmu.costs.permissions import LEADER
from solmu.costs.sharing import SharingError
from solmu.costs.weighing import Weighing
from solmu.lib import clock
from solmu.networks.models import Group, Network, Representative, Term
from solmu.organisations.models import Affiliation, Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer

State = CostCase.State


@transaction.atomic
def propose(case: CostCase, *, by: Viewer) -> Round:
    """Ask the payers, or the steering group, as the network's rule says; each gets a message."""
    row = drafting.locked(case)
    if row.state != State.DRAFT:
        raise CostError(_("Only a draft can be proposed."))
    return _ask(row, by=by)


@transaction.atomic
def change(case: CostCase, draft: Draft, *, revision: int, by: Viewer) -> CostCase:
    """Change a case; if it has been proposed, everybody is asked again about what it says now."""
    row = drafting.locked(case)
    if row.state == State.DRAFT:
        return drafting.write(row, draft, revision=revision, by=by)
    if row.state != State.PROPOSED:
        raise CostError(_("What has been agreed is changed by proposing a change."))
    drafting.write(row, draft, revision=revision, by=by)
    open_now = asking.latest(KIND, row.pk)
    now = _content(row)
    if open_now is None or asking.content_hash(now) != open_now.content_hash:
        _ask(row, by=by)
    return row


@transaction.atomic
def take_back(case: CostCase, *, by: Viewer) -> None:
    """Take the question back; the case is a draft again and nothing that was answered counts."""
    row = drafting.locked(case)
    with history.acting(by, gettext_noop("the question was taken back")):
        drafting.move(row, State.DRAFT)
        asking.close(KIND, row.pk)


@transaction.atomic
def answer(voice: Voice, *, yes: bool, note: str = "", seen: str = "", by: Viewer) -> CostCase:
    """Answer for a payer or from a seat; the last answer needed makes the case agreed.

    The case is locked first, so that answers given at once come one after another.
    """
    row = drafting.locked(CostCase(pk=voice.round.subject_id))
    if row.state != State.PROPOSED:
        raise CostError(_("This question is closed: it is no longer answered."))
    with history.acting(by):
        try:
            asked = asking.answer(voice, yes=yes, note=note, seen=seen, by=by)
        except asking.ApprovalError as error:
            raise CostError(str(error), "note" if not yes and not note.strip() else "") from error
        if asked.state == Round.State.APPROVED:
            drafting.move(row, State.AGREED)
            mails.decided(row, asked, by=by)
        elif asked.state == Round.State.DECLINED:
            drafting.move(row, State.DRAFT)
            mails.decided(row, asked, by=by)
    return row


def who_answers(network: Network, organisation_ids: Iterable[int]) -> dict[int, list[Person]]:
    """Who may answer for each payer: its leaders; where it has none in Solmu, its contact persons.

    A payer that nobody can answer for has an empty list.
    """
    today = clock.today()
    found: dict[int, list[Person]] = {key: [] for key in organisation_ids}
    leaders = Affiliation.objects.on(today).filter(role=LEADER, institution_id__in=found)
    for one in leaders.select_related("person__user"):
        found[one.institution_id].append(one.person)
    rest = [key for key, people in found.items() if not people]
    contacts = (
        Representative.objects.filter(
            network=network, organisation_id__in=rest, valid__contains=today
        )
        .exclude(kind=Representative.Kind.OTHER)
        .select_related("person__user")
        .order_by("kind", "pk")
    )
    for each in contacts:
        found[each.organisation_id].append(each.person)
    return found


def steering_seats(network: Network) -> list[Term]:
    """Who holds the seats of the network's steering groups today."""
    today = clock.today()
    terms = Term.objects.on(today).filter(
        deputy=False,
        seat__valid__contains=today,
        seat__group__valid__contains=today,
        seat__group__network=network,
        seat__group__kind=Group.Kind.STEERING,
    )
    return list(terms.select_related("person__user", "seat").order_by("pk"))


def _content(row: CostCase) -> dict[str, object]:
    items = list(row.items.all())
    if not items or not any(item.planned for item in items):
        raise CostError(_("Say first what it costs."), "items")
    try:
        return content.of(row, items, Weighing.of(row))
    except SharingError as error:
        raise CostError(str(error), "key") from error


def _ask(row: CostCase, *, by: Viewer) -> Round:
    now = _content(row)
    earlier = asking.latest(KIND, row.pk)
    if row.network.cost_rule == Network.CostRule.STEERING:
        rule, asked, receivers = _steering(row)
    else:
        rule = MAJORITY if row.network.cost_rule == Network.CostRule.MAJORITY else EVERY
        asked, receivers = _payers(row)
    with history.acting(by, gettext_noop("proposed")):
        opened = asking.open_round(KIND, row.pk, rule=rule, content=now, asked=asked, by=by)
        if row.state != State.PROPOSED:
            drafting.move(row, State.PROPOSED)
    mails.asked(row, opened, earlier, receivers, by=by)
    return opened


def _payers(row: CostCase) -> tuple[list[asking.Asked], list[Person]]:
    ids = list(row.payers.order_by("pk").values_list("organisation_id", flat=True))
    people = who_answers(row.network, ids)
    silent = [key for key in ids if not people[key]]
    if silent:
        names = ", ".join(str(one) for one in Organisation.objects.filter(pk__in=silent))
        raise CostError(
            _("Nobody can answer for: %(names)s. Name a contact person first.") % {"names": names},
            "payers",
        )
    return [asking.Asked(organisation_id=key) for key in ids], [
        person for key in ids for person in people[key]
    ]


def _steering(row: CostCase) -> tuple[str, list[asking.Asked], list[Person]]:
    terms = steering_seats(row.network)
    if not terms:
        raise CostError(_("The steering group has nobody in it today, so there is nobody to ask."))
    asked: dict[int, asking.Asked] = {}
    for term in terms:
        asked.setdefault(
            term.person_id,
            asking.Asked(organisation_id=term.seat.organisation_id, person_id=term.person_id),
        )
    return MAJORITY, list(asked.values()), [term.person for term in terms]
