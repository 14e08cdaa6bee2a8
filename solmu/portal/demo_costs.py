"""The demo's shared costs in Välkky: one agreed and paid in part, one under discussion.

All amounts and figures are examples.
"""

from datetime import date, timedelta
from decimal import Decimal

from solmu.approvals import asking
from solmu.approvals.models import Round, Voice
from solmu.costs import content, drafting, settling
from solmu.costs.drafting import Draft, Item, Paying
from solmu.costs.models import KIND, CostCase
from solmu.costs.weighing import Weighing
from solmu.lib import clock
from solmu.networks.models import Group, Network
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer

SEVEN = ("tavastia", "lhkk", "hyria", "hami", "kiipula", "vaao", "eerikkila")
EIGHT = (*SEVEN, "hevosopisto")


def fill(
    networks: dict[str, Network], institutions: dict[str, Institution], people: dict[str, Person]
) -> None:
    """Write two cost cases of Välkky."""
    valkky, lead = networks["valkky"], people["network-lead"]
    by = Viewer(user_id=lead.user_id, person_id=lead.pk, name=lead.name)
    finance = Group.objects.get(network=valkky, slug="talous-ja-henkilosto")
    today = clock.today()
    hyria, tavastia = institutions["hyria"].organisation, institutions["tavastia"].organisation

    agreed = drafting.create(
        valkky,
        Draft(
            title="Yhteinen oppimateriaalipankki",
            text="Esimerkkiluku: keksitty kustannus. Alusta ja käyttöönoton koulutus.",
            on=today - timedelta(days=160),
            group_id=finance.pk,
            key=CostCase.Key.STUDENTS,
            items=[
                Item("Alustan vuosimaksu (esimerkkiluku)", Decimal("7400.00")),
                Item("Käyttöönoton koulutus (esimerkkiluku)", Decimal("2600.01")),
            ],
            payers=_paying(institutions, SEVEN),
        ),
        by=by,
    )
    _ask(agreed, by, everybody=True, on=today - timedelta(days=140))
    costs = (
        (Decimal("7400.00"), hyria, today - timedelta(days=90)),
        (Decimal("2710.50"), tavastia, today - timedelta(days=60)),
    )
    settling.record(
        agreed,
        {
            item.pk: settling.Spent(actual, bearer.pk, on)
            for item, (actual, bearer, on) in zip(agreed.items.all(), costs, strict=True)
        },
        by=by,
    )
    for number, transfer in enumerate(settling.draw_up(agreed, netting=True, by=by)):
        if number < 3:
            settling.mark_paid(transfer, on=today - timedelta(days=20 - number), by=by)

    proposed = drafting.create(
        valkky,
        Draft(
            title="Ammattitaidon messuosasto",
            text="Esimerkkiluku: keksitty kustannus. Yhteinen osasto alueen messuilla.",
            on=today - timedelta(days=12),
            group_id=finance.pk,
            key=CostCase.Key.MIX,
            mix={"equal": "40", "students": "60"},
            items=[
                Item("Osaston vuokra (esimerkkiluku)", Decimal("4800.00")),
                Item("Rakenteet ja kuljetus (esimerkkiluku)", Decimal("1950.00")),
                Item("Esitteet (esimerkkiluku)", Decimal("640.50")),
            ],
            payers=_paying(institutions, EIGHT),
        ),
        by=by,
    )
    _ask(proposed, by, everybody=False, on=today - timedelta(days=5))


def _paying(institutions: dict[str, Institution], slugs: tuple[str, ...]) -> list[Paying]:
    return [Paying(institutions[slug].pk) for slug in slugs]


def _ask(case: CostCase, by: Viewer, *, everybody: bool, on: date) -> None:
    """Ask the payers as of an earlier day, without mail; all have approved, or all but some."""
    frozen = content.of(case, case.items.all(), Weighing.of(case))
    payers = Organisation.objects.filter(costs_shared__case=case).order_by("pk")
    asked = [asking.Asked(organisation_id=payer.pk) for payer in payers]
    opened = asking.open_round(KIND, case.pk, rule="every", content=frozen, asked=asked, by=by)
    row = drafting.locked(case)
    drafting.move(row, CostCase.State.PROPOSED)
    waits = () if everybody else ("tavastia", "vaao", "hevosopisto")
    for voice in opened.voices.exclude(organisation__slug__in=waits):
        asking.answer(voice, yes=True, by=Viewer.system("demo content"))
    when = clock.real_now() - (clock.today() - on)
    Voice.objects.filter(round=opened).exclude(answer="").update(at=when)
    opened.refresh_from_db()
    closed = when if opened.state == Round.State.APPROVED else None
    Round.objects.filter(pk=opened.pk).update(opened_at=when, closed_at=closed)
    if everybody:
        drafting.move(row, CostCase.State.AGREED)
