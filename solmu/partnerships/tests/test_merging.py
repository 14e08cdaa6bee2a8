"""Merging organisations that are stakeholders of one institution, or of several."""

from datetime import date

import pytest
from django.test import Client

from solmu.lib.composed import composed
from solmu.lib.periods import period
from solmu.organisations import merging
from solmu.organisations.models import Merge
from solmu.organisations.tests import factories
from solmu.partnerships import evidence
from solmu.partnerships.founding import ladder
from solmu.partnerships.models import (
    Contact,
    DialogueEntry,
    Level,
    Stakeholder,
    Standing,
    ValueAssessment,
)
from solmu.people.tests.api_client import ApiClient
from solmu.people.viewer import Viewer
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ADMIN = Viewer.system("test")
MODELS = (Stakeholder, Standing, Contact, DialogueEntry, ValueAssessment, Evidence)


def rows() -> dict[str, list[dict]]:
    return {
        model.__name__: [
            {key: str(value) for key, value in row.items() if model is not Evidence or key != "id"}
            for row in model.objects.order_by("pk").values()
        ]
        for model in MODELS
    }


@pytest.fixture
def two_partners():
    """Two entries of one bakery, both partners of one institution, with all that hangs on them."""
    institution = factories.institution()
    ladder.create_defaults(institution)
    levels = list(Level.objects.filter(institution=institution))
    person = factories.person()
    pair = []
    for number, roles in enumerate((["employer"], ["customer", "employer"])):
        organisation = factories.organisation(f"Leipomo {number}")
        stakeholder = Stakeholder.objects.create(
            institution=institution, organisation=organisation, roles=roles
        )
        Standing.objects.create(
            stakeholder=stakeholder, valid=period(date(2020 + number, 1, 1)), level=levels[number]
        )
        Contact.objects.create(
            stakeholder=stakeholder, person=person, valid=period(date(2022, 1, 1))
        )
        ValueAssessment.objects.create(
            stakeholder=stakeholder, on=date(2024, 5, 5), we_give_score=number
        )
        DialogueEntry.objects.create(
            stakeholder=stakeholder, kind="meeting", on=date(2024, 3, 3), title="Palaveri"
        )
        pair.append(organisation)
    writing.rebuild_all(composed("EVIDENCE"))
    return pair


def settled(kept, gone, answer="kept") -> dict[str, str]:
    return {overlap.key: answer for overlap in merging.preview(kept, gone, {}).overlaps}


def test_two_stakeholders_become_one_with_everything(two_partners):
    kept, gone = two_partners
    overlaps = settled(kept, gone)

    merging.ask(kept, gone, by=ADMIN, choices=overlaps)

    stakeholder = Stakeholder.objects.get()
    assert len(overlaps) == 2
    assert (stakeholder.organisation, stakeholder.roles) == (kept, ["employer", "customer"])
    assert stakeholder.dialogue.count() == 2
    assert stakeholder.standings.get().level.rank == 1
    assert stakeholder.contacts.count() == 1
    assert stakeholder.values.count() == 1


def test_evidence_after_a_merge_is_what_a_rebuild_gives(two_partners):
    kept, gone = two_partners

    merging.ask(kept, gone, by=ADMIN, choices=settled(kept, gone))

    assert list(writing.differences(composed("EVIDENCE"))) == []
    assert Evidence.objects.filter(source_kind=evidence.DIALOGUE).count() == 2


@pytest.mark.parametrize("answer", ["kept", "gone"])
def test_merge_of_partners_is_undone_completely(two_partners, answer):
    kept, gone = two_partners
    before = rows()

    merge = merging.ask(kept, gone, by=ADMIN, choices=settled(kept, gone, answer))
    left = merging.take_back(merge, by=ADMIN)

    assert left == []
    assert rows() == before


def test_partners_of_different_institutions_keep_theirs(two_partners):
    kept, _gone = two_partners
    other = factories.organisation("Leipomo 3")
    institution = factories.institution()
    theirs = Stakeholder.objects.create(institution=institution, organisation=other)

    merging.ask(kept, other, by=ADMIN, choices={})

    theirs.refresh_from_db()
    assert theirs.organisation == kept
    assert Stakeholder.objects.filter(organisation=kept).count() == 2


def test_address_of_a_merged_partner_leads_to_the_kept_one(two_partners):
    pair = two_partners
    choices = settled(*pair)
    gone = Stakeholder.objects.get(organisation=pair[1])
    merging.ask(*pair, by=ADMIN, choices=choices)
    kept = Stakeholder.objects.get()
    client, stranger = Client(), Client()
    person_here = factories.person_with_role(kept.institution)
    person = factories.person_with_role(factories.institution())
    for one, who in ((client, person_here), (stranger, person)):
        one.force_login(who.user, backend="solmu.people.viewing.ViewerBackend")

    answer = client.get(f"/partners/{gone.pk}/?tab=path")

    assert answer.headers["Location"] == f"/partners/{kept.pk}/?tab=path"
    assert client.post(f"/partners/{gone.pk}/edit/").status_code == 404
    assert stranger.get(f"/partners/{gone.pk}/").status_code == 404
    program, other = ApiClient(person_here), ApiClient(person)
    for was, now in (
        (f"/api/v1/partnerships/{gone.pk}", f"/api/v1/partnerships/{kept.pk}"),
        (f"/api/v1/organisations/{pair[1].pk}", f"/api/v1/organisations/{pair[0].pk}"),
    ):
        told = program.get(f"{was}?on=2026-01-01")
        assert (told.status_code, told.headers["Location"]) == (307, f"{now}?on=2026-01-01")
    assert other.get(f"/api/v1/partnerships/{gone.pk}").status_code == 404
    merge = Merge.objects.get()
    merging.take_back(merge, by=ADMIN)
    assert client.get(f"/partners/{gone.pk}/").status_code == 200
