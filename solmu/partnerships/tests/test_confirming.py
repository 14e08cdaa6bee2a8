import re
from datetime import timedelta

import pytest
from django.test import Client

from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.organisations.tests import factories as directory
from solmu.partnerships import describing, evidence, standing
from solmu.partnerships.models import Confirmation, Contact, Stakeholder
from solmu.partnerships.partner import confirming, contacts, value
from solmu.partnerships.partner.confirming import ConfirmingError
from solmu.partnerships.tests import factories
from solmu.people.models import SignedLink
from solmu.people.viewer import Viewer
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db

TODAY = clock.today()
LINK = re.compile(r"/partners/confirm/[\w-]+/")


@pytest.fixture
def stakeholder() -> Stakeholder:
    made = factories.partner(
        factories.institution("Opisto"), "Konepaja Oy", 3, goals="Kymmenen opiskelijaa vuodessa"
    )
    describing.describe(made, by=Viewer.system("test"), notes="Salainen muistiinpano")
    return made


@pytest.fixture
def contact(stakeholder: Stakeholder) -> Contact:
    return contacts.add(
        stakeholder,
        by=Viewer.system("test"),
        given_name="Berit",
        email="berit@posti.example",
        language="sv",
    )


@pytest.fixture
def owner(stakeholder: Stakeholder) -> Viewer:
    return directory.viewer(directory.person_with_role(stakeholder.institution, "coordinator"))


def ask(of: Stakeholder, contact: Contact, by: Viewer, *shows: str) -> tuple[Confirmation, str]:
    made = confirming.ask(of, contact, shows=shows or ("goals", "form"), by=by)
    return made, last_address()


def last_address() -> str:
    found = LINK.search(Message.objects.filter(kind="confirmation").first().text)
    assert found
    return found.group()


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


def test_asking_sends_a_link_in_the_contacts_language(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer
) -> None:
    made, address = ask(stakeholder, contact, owner)

    message = Message.objects.get(kind="confirmation")
    assert (message.to, message.language) == ("berit@posti.example", "sv")
    assert address in message.html
    assert made.state == "asked"
    # The token itself is nowhere in the link's row.
    assert address.split("/")[3] not in str(SignedLink.objects.values().get())


def test_page_shows_only_what_was_ticked(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    value.assess(stakeholder, on=TODAY, by=owner, we_get="Osaajia", we_get_score=3)
    _made, address = ask(stakeholder, contact, owner, "goals")

    page = visitor.get(address).content.decode()

    assert "Kymmenen opiskelijaa vuodessa" in page
    for hidden in ("Salainen", "Osaajia", "Kumppani<", ">Partner<", "3/4"):
        assert hidden not in page


def test_level_scores_and_notes_are_shown_when_ticked(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    value.assess(stakeholder, on=TODAY, by=owner, we_get_score=3)
    _made, address = ask(stakeholder, contact, owner, "level", "scores", "notes")

    page = visitor.get(address).content.decode()

    for shown in ("Salainen muistiinpano", "Partner", "3/4"):
        assert shown in page


def test_what_is_shown_is_frozen(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    _made, address = ask(stakeholder, contact, owner, "goals")
    standing.change(stakeholder, on=TODAY, reason="x", by=owner, goals="Aivan muuta")

    page = visitor.get(address).content.decode()

    assert "Kymmenen opiskelijaa vuodessa" in page
    assert "Aivan muuta" not in page


def test_opening_the_link_changes_nothing(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    _made, address = ask(stakeholder, contact, owner)
    before = (Confirmation.objects.values().get(), SignedLink.objects.values().get())

    for _time in range(3):
        assert visitor.get(address).status_code == 200
        assert visitor.head(address).status_code == 200

    assert (Confirmation.objects.values().get(), SignedLink.objects.values().get()) == before


def test_confirming_makes_evidence_that_both_ends_see(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    made, address = ask(stakeholder, contact, owner)

    answer = visitor.post(address, {"choice": "confirmed", "text": ""})

    assert answer.status_code == 200
    made.refresh_from_db()
    assert (made.state, made.answered_on) == ("confirmed", TODAY)
    row = Evidence.objects.get(kind="confirmation")
    assert row.institution is None
    partner = directory.person_with_role(factories.institution(), "reader")
    assert Evidence.objects.visible_to(directory.viewer(partner)).count() == 0
    assert Message.objects.filter(kind="confirmation-answered").count() == 1
    assert list(writing.differences({"confirmation": evidence.rebuild_confirmations})) == []


@pytest.mark.parametrize("choice", ["corrected", "declined"])
def test_correction_and_refusal_are_no_evidence(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client, choice: str
) -> None:
    made, address = ask(stakeholder, contact, owner)

    visitor.post(address, {"choice": choice, "text": "Sopimus päättyi jo."})

    made.refresh_from_db()
    assert (made.state, made.answer) == (choice, "Sopimus päättyi jo.")
    assert not Evidence.objects.exists()


def test_correction_says_what_to_correct(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    made, address = ask(stakeholder, contact, owner)

    assert visitor.post(address, {"choice": "corrected", "text": " "}).status_code == 422

    made.refresh_from_db()
    assert made.state == "asked"


def test_link_answers_once(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    made, address = ask(stakeholder, contact, owner)
    visitor.post(address, {"choice": "confirmed"})

    again = visitor.post(address, {"choice": "declined"})

    assert again.status_code == 410
    made.refresh_from_db()
    assert made.state == "confirmed"
    assert "You confirmed" in visitor.get(address).content.decode()


def test_expired_and_unknown_links_say_so(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    made, address = ask(stakeholder, contact, owner)
    SignedLink.objects.update(expires_at=clock.real_now() - timedelta(minutes=1))

    assert visitor.get(address).status_code == 410
    assert visitor.post(address, {"choice": "confirmed"}).status_code == 410
    assert visitor.get("/partners/confirm/nonsense/").status_code == 404
    made.refresh_from_db()
    assert made.state == "asked"
    assert "Kymmenen" not in visitor.get(address).content.decode()
    # An expired question doesn't stand in the way of a new one.
    ask(stakeholder, contact, owner)


def test_sending_again_ends_the_old_link(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    made, old = ask(stakeholder, contact, owner)

    confirming.resend(made, by=owner)

    assert last_address() != old
    assert visitor.get(old).status_code == 410
    assert visitor.get(last_address()).status_code == 200


def test_cancelled_question_can_not_be_answered(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    made, address = ask(stakeholder, contact, owner)

    confirming.cancel(made, by=owner)

    assert visitor.post(address, {"choice": "confirmed"}).status_code == 410
    with pytest.raises(ConfirmingError):
        confirming.resend(made, by=owner)


def test_one_question_at_a_time(stakeholder: Stakeholder, contact: Contact, owner: Viewer) -> None:
    ask(stakeholder, contact, owner)
    with pytest.raises(ConfirmingError):
        ask(stakeholder, contact, owner)


def test_asking_needs_an_address_and_something_to_show(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer
) -> None:
    silent = contacts.add(stakeholder, by=owner, given_name="Sisu")
    with pytest.raises(ConfirmingError):
        confirming.ask(stakeholder, silent, shows=["goals"], by=owner)
    with pytest.raises(ConfirmingError):
        confirming.ask(stakeholder, contact, shows=["something"], by=owner)


def test_whole_way_through_the_pages(
    stakeholder: Stakeholder, contact: Contact, owner: Viewer, visitor: Client
) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(
        stakeholder.institution.affiliations.first().person.user,
        backend="solmu.people.viewing.ViewerBackend",
    )
    address = f"/partners/{stakeholder.pk}/confirm/"

    assert client.post(address, {"contact": contact.pk}).status_code == 422
    assert client.post(address, {"contact": contact.pk, "shows": ["goals"]}).status_code == 302
    assert (
        "Waits for an answer"
        in client.get(f"/partners/{stakeholder.pk}/?tab=together").content.decode()
    )
    visitor.post(last_address(), {"choice": "confirmed"})
    assert (
        "confirmed it" in client.get(f"/partners/{stakeholder.pk}/?tab=together").content.decode()
    )
