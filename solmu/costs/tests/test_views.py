"""The pages of costs in the demo."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from solmu.approvals.models import Voice
from solmu.costs import agreeing, drafting
from solmu.costs.models import CostCase
from solmu.lib import clock
from solmu.networks import guests
from solmu.networks.models import Network
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.demo

ClientAs = Callable[[str], Client]
LIST = "/networks/valkky/costs/"
SEVEN = ["tavastia", "lhkk", "hyria", "hami", "kiipula", "vaao", "eerikkila"]


@pytest.fixture
def proposed() -> CostCase:
    return CostCase.objects.get(state="proposed")


@pytest.fixture
def agreed() -> CostCase:
    return CostCase.objects.get(state="agreed")


def test_pages_open_for_those_in_the_network(
    client_as: ClientAs, proposed: CostCase, agreed: CostCase
) -> None:
    for case in (proposed, agreed):
        for address in ("", "history/"):
            answer = client_as("member").get(f"{case.get_absolute_url()}{address}")
            assert answer.status_code == 200
    assert client_as("member").get(LIST).status_code == 200
    assert client_as("member").get(f"{LIST}?format=csv").status_code == 200
    assert client_as("outsider").get(LIST).status_code == 403
    assert client_as("outsider").get(proposed.get_absolute_url()).status_code == 403
    assert client_as("member").get(f"{LIST}new/").status_code == 403
    assert client_as("").get(LIST).status_code == 302


def test_the_writer_has_its_pages(
    client_as: ClientAs, proposed: CostCase, agreed: CostCase
) -> None:
    lead = client_as("network-lead")

    assert lead.get(f"{LIST}new/").status_code == 200
    assert lead.get(f"{proposed.get_absolute_url()}edit/").status_code == 200
    assert lead.get(f"{agreed.get_absolute_url()}withdraw/").status_code == 200
    assert lead.get(f"{agreed.get_absolute_url()}spent/").status_code == 200
    assert lead.get(f"{agreed.get_absolute_url()}unknown/").status_code == 404
    assert client_as("member").get(f"{agreed.get_absolute_url()}withdraw/").status_code == 403


def test_many_payers_are_compared_when_somebody_asks(
    client_as: ClientAs, agreed: CostCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, compared = agreed.get_absolute_url(), 'class="table stacks wraps what-if"'
    monkeypatch.setattr("solmu.costs.page.MOST_LISTED", agreed.payers.count() - 1)

    many = client_as("member").get(address).content.decode()
    asked = client_as("member").get(address, {"what-if": "1"}).content.decode()

    assert compared not in many
    assert "?what-if=1#what-if" in many
    assert compared in asked


def test_of_many_payers_the_first_are_listed_and_the_rest_when_asked(
    client_as: ClientAs, proposed: CostCase, agreed: CostCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("solmu.costs.page.MOST_LISTED", 2)

    def told(case: CostCase, **query: str) -> tuple[list[str], str]:
        answer = client_as("member").get(case.get_absolute_url(), query)
        rows = answer.context["page"].share_rows
        return [str(row.payer) for row in rows], answer.content.decode()

    everybody, whole = told(proposed, all="1")
    listed, folded = told(proposed)
    kiipula = "Kiipulan ammattiopisto"  # the reader's own
    declined = Voice.objects.filter(answer="no").values_list("organisation__name_fi", flat=True)

    assert len(everybody) == 8
    assert set(listed) == {*everybody[:2], kiipula, *declined}
    assert kiipula not in everybody[:2]
    assert "?all=1#shares" in folded
    assert "?all=1#shares" not in whole
    assert folded.count("7 390,50") == whole.count("7 390,50")  # the total is of all

    _payers, settled = told(agreed)
    assert "?all=1#settlement" in settled
    assert settled.count('class="entry-row"') < told(agreed, all="1")[1].count('class="entry-row"')


def test_a_case_is_entered_shared_and_asked_about(client_as: ClientAs) -> None:
    lead = client_as("network-lead")
    payers = CostCase.objects.get(state="agreed").payers.all()
    sent = {
        "title": "Yhteinen kone", "text": "", "on": "2026-11-20", "group": "", "key": "equal",
        "revision": "1", "item-0-title": "Kone", "item-0-planned": "10 000,01",
    }  # fmt: skip
    sent |= {f"payer-{payer.organisation_id}-pays": "on" for payer in payers}

    answer = lead.post(f"{LIST}new/", sent)

    assert answer.status_code == 302, answer.content.decode()
    case = CostCase.objects.get(title="Yhteinen kone")
    assert lead.post(f"{case.get_absolute_url()}propose/").status_code == 302
    case.refresh_from_db()
    assert case.state == "proposed"
    assert "1 428,58" in lead.get(case.get_absolute_url()).content.decode().replace("\xa0", " ")


def test_the_rector_approves(client_as: ClientAs, proposed: CostCase) -> None:
    rector = client_as("rector")
    assert proposed.title in rector.get("/home/").content.decode()
    page = rector.get(proposed.get_absolute_url())
    ((voice, form, _share),) = page.context["answering"]
    sent = {"voice": voice.pk, "seen": form.initial["seen"]}
    address = f"{proposed.get_absolute_url()}answer/"

    assert client_as("coordinator").post(address, {**sent, "yes": "1"}).status_code == 403
    assert rector.post(address, {**sent, "no": "1"}).status_code == 422
    assert rector.post(address, {**sent, "seen": "0" * 64, "yes": "1"}).status_code == 422
    assert rector.post(address, {**sent, "yes": "1"}).status_code == 302

    voice.refresh_from_db()
    assert voice.answer == "yes"


def test_a_change_of_what_is_proposed_asks_again(proposed: CostCase) -> None:
    lead = Viewer.system("test")
    from solmu.approvals import asking
    from solmu.costs import agreeing
    from solmu.costs.models import KIND

    items = [drafting.Item(i.title, i.planned + 1, i.pk) for i in proposed.items.all()]
    draft = drafting.Draft(
        title=proposed.title, text=proposed.text, key=proposed.key, mix=proposed.mix, items=items,
        payers=[drafting.Paying(p.organisation_id) for p in proposed.payers.all()],
    )  # fmt: skip

    agreeing.change(proposed, draft, revision=proposed.revision, by=lead)

    now = asking.latest(KIND, proposed.pk)
    assert now is not None
    assert now.number == 2
    assert not now.voices.exclude(answer="").exists()
    with pytest.raises(drafting.ConflictError):
        agreeing.change(proposed, draft, revision=proposed.revision, by=lead)


def test_the_settlement_comes_as_files(client_as: ClientAs, agreed: CostCase) -> None:
    for form in ("pdf", "xlsx"):
        answer = client_as("member").get(f"{agreed.get_absolute_url()}settlement.{form}")
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert content.startswith(b"%PDF" if form == "pdf" else b"PK")


def test_an_agreed_case_is_changed_and_the_change_dropped(agreed: CostCase) -> None:
    lead = Viewer.system("test")
    with pytest.raises(drafting.CostError):
        drafting.propose_change(agreed, by=lead)
    agreed.transfers.all().delete()

    drafting.propose_change(agreed, by=lead)
    drafting.drop_change(agreed, by=lead)

    agreed.refresh_from_db()
    assert (agreed.state, agreed.version) == ("agreed", 2)
    assert agreed.payers.count() == 7
    drafting.withdraw(agreed, by=lead)
    drafting.bring_back(agreed, by=lead)


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def _drafted(title: str, slugs: list[str], items: int) -> CostCase:
    """A case of Välkky, not asked about yet."""
    payers = Organisation.objects.filter(slug__in=slugs).order_by("pk")
    assert len(payers) == len(slugs)
    draft = drafting.Draft(
        title=title,
        text="",
        on=clock.today(),
        key="equal",
        items=[drafting.Item(f"Erä {n}", Decimal("10.01")) for n in range(items)],
        payers=[drafting.Paying(payer.pk) for payer in payers],
    )
    network = Network.objects.get(organisation__slug="valkky")
    return drafting.create(network, draft, by=Viewer.system("test"))


@pytest.mark.parametrize("persona", ["network-lead", "rector", "member"])
def test_list_takes_the_same_queries_whatever_its_length(client_as: ClientAs, persona: str) -> None:
    client = client_as(persona)
    client.get(LIST)
    few = _queries(client, LIST)
    for number in range(3):
        _drafted(f"Lisää {number}", ["hyria", "tavastia"], 2)

    assert _queries(client, LIST) == few


@pytest.mark.parametrize("persona", ["network-lead", "rector", "member"])
@pytest.mark.parametrize("asked_about", [False, True])
def test_case_takes_the_same_queries_whatever_its_length(
    client_as: ClientAs, persona: str, *, asked_about: bool
) -> None:
    client = client_as(persona)
    short = _drafted("Lyhyt", ["tavastia", "hyria"], 1)
    long = _drafted("Pitkä", SEVEN, 9)
    if asked_about:
        agreeing.propose(short, by=Viewer.system("test"))
        agreeing.propose(long, by=Viewer.system("test"))
    client.get(short.get_absolute_url())
    few = _queries(client, short.get_absolute_url())

    assert _queries(client, long.get_absolute_url()) == few


def test_guests_are_not_shown_the_way_to_costs(client_as: ClientAs) -> None:
    guest = guests.invite(
        Network.objects.get(organisation__slug="valkky"),
        "vieno@elsewhere.example",
        by=Viewer.system("test"),
        sponsor=Person.objects.get(email="member@solmu.example"),
        until=clock.today(),
    )
    client = Client()
    client.force_login(guest.person.user, backend="solmu.people.viewing.ViewerBackend")

    page = client.get("/networks/valkky/")

    assert page.status_code == 200
    assert LIST not in page.content.decode()
    assert LIST in client_as("member").get("/networks/valkky/").content.decode()
    assert client.get(LIST).status_code == 403
