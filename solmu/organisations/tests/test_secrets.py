"""What one institution or role must not learn or take from another, where it could have slipped."""

import json
import logging
import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from solmu.lib.logs import JsonFormatter
from solmu.organisations import directory
from solmu.organisations.models import (
    Affiliation,
    FactProposal,
    Institution,
    Organisation,
    OrganisationSource,
)
from solmu.organisations.tests import factories
from solmu.people import links
from solmu.people.models import Person
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.django_db


def client(person: Person) -> Client:
    made = Client()
    assert person.user
    made.force_login(person.user)
    return made


@pytest.mark.parametrize(
    ("role", "given", "status"),
    [
        ("coordinator", "leader", 403),
        ("coordinator", "reader", 302),
        ("leader", "leader", 302),
        ("contributor", "reader", 403),
    ],
)
def test_leaders_role_is_given_by_leaders(role: str, given: str, status: int) -> None:
    home = factories.institution()
    me = factories.person_with_role(home, role)
    mine = Affiliation.objects.get(person=me)
    people = f"/institutions/{home.organisation.slug}/people/"
    assert client(me).post(f"{people}{mine.pk}/", {"role": given}).status_code == status
    sent = {"emails": "uusi@solmu.example", "role": given, "language": "fi"}
    again = factories.person_with_role(home, role)
    assert client(again).post(f"{people}invite/", sent).status_code == status


def test_leaders_role_is_taken_by_leaders() -> None:
    home = factories.institution()
    leader = factories.person_with_role(home, "leader")
    held = Affiliation.objects.get(person=leader)
    people = f"/institutions/{home.organisation.slug}/people/"
    coordinator = client(factories.person_with_role(home, "coordinator"))
    assert coordinator.post(f"{people}{held.pk}/end/").status_code == 403
    assert coordinator.post(f"{people}{held.pk}/", {"role": "reader"}).status_code == 403
    page = coordinator.get(people).content.decode()
    assert f"{people}{held.pk}/end/" not in page
    assert 'value="leader"' not in page
    held.refresh_from_db()
    assert held.role == "leader"


def test_parent_that_one_institution_brought_is_not_named_to_others() -> None:
    here, elsewhere = factories.institution(), factories.institution()
    ours = factories.organisation("Salainen Emo Oy", public=False)
    OrganisationSource.objects.create(organisation=ours, institution=here, origin="person")
    child = factories.organisation("Tytär Oy")
    by = factories.person_with_role(here)
    directory.edit(child, {"parent": ours}, by=factories.viewer(by), institution_id=here.pk)
    address = f"/organisations/{child.pk}/"
    assert "Salainen Emo" in client(by).get(address).content.decode()
    other = client(factories.person_with_role(elsewhere))
    assert "Salainen Emo" not in other.get(address).content.decode()


def test_proposed_parent_is_named_to_those_who_may_know_of_it() -> None:
    here, elsewhere = factories.institution(), factories.institution()
    ours = factories.organisation("Salainen Emo Oy", public=False)
    OrganisationSource.objects.create(organisation=ours, institution=here, origin="person")
    child = factories.organisation("Tytär Oy", fact_sources={"parent": elsewhere.pk})
    Organisation.objects.filter(pk=child.pk).update(parent=factories.organisation("Julkinen Emo"))
    FactProposal.objects.create(
        organisation=child, institution=here, giver=elsewhere, field="parent", value=ours.pk
    )
    mine = client(factories.person_with_role(here)).get("/organisations/proposals/")
    assert "Salainen Emo" in mine.content.decode()
    theirs = client(factories.person_with_role(elsewhere)).get("/organisations/proposals/")
    assert "Julkinen Emo" in theirs.content.decode()
    assert "Salainen Emo" not in theirs.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/link/{}/",
        "/accounts/invitation/{}/",
        "/partners/confirm/{}/",
        "/accounts/password/reset/key/1-{}/",
    ],
)
def test_token_of_a_link_is_in_no_log(path: str) -> None:
    token = "aB3_-" * 9
    record = logging.makeLogRecord({"msg": "Gone: %s", "args": (path.format(token),)})
    assert token not in json.loads(JsonFormatter().format(record))["message"]


def _while_open(work: Callable[[], None], other: Callable[[], None]) -> None:
    """Run `other` on a connection of its own while the transaction of `work` is still open."""
    thread = threading.Thread(target=lambda: (other(), connections.close_all()))
    with transaction.atomic():
        work()
        thread.start()
        with connection.cursor() as cursor:
            for _turn in range(500):
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_get_activity(NULL) WHERE wait_event_type = 'Lock'"
                    " AND datid = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
                if cursor.fetchone()[0] or not thread.is_alive():
                    break
                threading.Event().wait(0.01)
    thread.join()


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", ["9300000-9", ""])
def test_entry_added_twice_at_once_is_no_error(number: str) -> None:
    here, elsewhere = factories.institution(), factories.institution()
    made: list[tuple[Organisation, bool]] = []

    def add(at: Institution) -> None:
        facts = {"name_fi": "Kaarna Oy", "business_id": number}
        made.append(directory.add(facts, by=Viewer.system("test"), institution=at))

    _while_open(lambda: add(here), lambda: add(elsewhere))

    assert [new for _entry, new in made] == [True, not number]
    assert len({entry.pk for entry, _new in made}) == (1 if number else 2)
    made[0][0].refresh_from_db()
    assert made[0][0].public == bool(number)


@pytest.mark.parametrize("purpose", ["sign-in", "invitation", "confirm-partnership"])
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_link_opens_nothing_but_its_purpose(purpose: str, method: str) -> None:
    user = factories.user("aino@solmu.example")
    _link, token = links.create(purpose, "user", user.pk, email=user.email)
    doors = {
        "sign-in": f"/accounts/link/{token}/",
        "invitation": f"/accounts/invitation/{token}/",
        "confirm-partnership": f"/partners/confirm/{token}/",
    }
    for other, address in doors.items():
        if other != purpose:
            visitor = Client()
            answer = getattr(visitor, method)(address, {"choice": "confirmed"})
            assert answer.status_code in {404, 405, 410}
            assert "_auth_user_id" not in visitor.session
    assert links.find(token, purpose) is not None


def test_new_password_ends_other_sessions_and_signing_in_changes_the_key() -> None:
    user = factories.user("aino@solmu.example")
    visitor = Client()
    visitor.get("/accounts/login/")
    visitor.session.save()
    before = visitor.session.session_key
    _link, token = links.create("sign-in", "user", user.pk, email=user.email)
    assert visitor.post(f"/accounts/link/{token}/").status_code == 302
    assert visitor.session.session_key != before
    assert visitor.get("/accounts/me/").status_code == 200
    user.set_password("aivan toinen salasana")
    user.save()
    assert visitor.get("/accounts/me/").status_code == 302
