"""The messages of costs, one function each."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import override

from solmu.approvals.models import Round
from solmu.costs import content
from solmu.costs.models import CostCase
from solmu.costs.money import euros
from solmu.lib import clock
from solmu.lib.translated import text_in
from solmu.networks.mails import language_of
from solmu.networks.models import Participant
from solmu.notifications import outbox
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer


def asked(
    case: CostCase, opened: Round, earlier: Round | None, receivers: Iterable[Person], *, by: Viewer
) -> None:
    """Ask each who may answer; asked again, they are told what has changed."""
    keys = [payer["organisation"] for payer in opened.content["payers"]]
    names = {one.pk: str(one) for one in Organisation.objects.filter(pk__in=keys)}
    for person in dict.fromkeys(receivers):
        with override(language_of(person)):
            changed = content.changes(earlier.content, opened.content, names) if earlier else []
            amount = euros(Decimal(opened.content["amount"]))
        _write(
            "cost-asked",
            person,
            case,
            key=f"cost-asked-{opened.pk}-{person.pk}",
            amount=amount,
            changed=changed,
            again=earlier is not None,
            sender=by.name,
        )


def decided(case: CostCase, closed: Round, *, by: Viewer) -> None:
    """Tell those who prepared the case how it went."""
    declined = closed.state == Round.State.DECLINED
    last = closed.voices.filter(answer="no").order_by("-at").first() if declined else None
    leading = Participant.objects.filter(
        network=case.network_id,
        way=Participant.Way.LEAD,
        state=Participant.State.APPROVED,
        valid__contains=clock.today(),
    )
    leads = Person.objects.filter(participations__in=leading).select_related("user")
    receivers = dict.fromkeys(filter(None, [case.created_by, *leads]))
    for person in receivers:
        if person.pk != by.person_id:
            _write(
                "cost-decided",
                person,
                case,
                key=f"cost-decided-{closed.pk}-{person.pk}",
                declined=declined,
                note=last.note if last else "",
                name=by.name,
            )


def _write(kind: str, to: Person, case: CostCase, *, key: str, **context: Any) -> None:
    if not to.email:
        return
    language = language_of(to)
    outbox.write(
        kind,
        to=to.email,
        person=to,
        template=f"costs/email/{kind.partition('-')[2]}",
        language=language,
        key=key,
        context={
            **context,
            "title": case.title,
            "network": text_in(case.network.organisation, "name", language),
            "link": str(settings.SOLMU_ADDRESS) + case.get_absolute_url(),
        },
    )
