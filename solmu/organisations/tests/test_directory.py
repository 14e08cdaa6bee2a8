"""The directory's jobs: who may change which fact, and who sees an entry."""

import re

import pytest

from solmu.organisations import directory
from solmu.organisations.models import FactProposal, Organisation, OrganisationSource
from solmu.organisations.permissions import can_decide
from solmu.organisations.tests import factories
from solmu.people.viewer import Viewer
from solmu.search.models import Entry

pytestmark = pytest.mark.django_db
ADMIN = Viewer.system("test")


@pytest.fixture
def ours():
    return factories.institution("Ammattiopisto Tavastia")


@pytest.fixture
def theirs():
    return factories.institution("Hyria koulutus")


def viewer_at(institution, role="coordinator"):
    return factories.viewer(factories.person_with_role(institution, role))


def add(institution, **facts):
    facts = {"name_fi": "Leipomo Rinkeli Oy", **facts}
    return directory.add(facts, by=viewer_at(institution), institution=institution)[0]


def test_added_entry_is_seen_by_its_institution_alone(ours, theirs):
    made = add(ours)

    assert Organisation.objects.visible_to(viewer_at(ours)).filter(pk=made.pk).exists()
    assert not Organisation.objects.visible_to(viewer_at(theirs)).filter(pk=made.pk).exists()
    assert [
        e.institution_id for e in Entry.objects.filter(kind="organisation", record_id=made.pk)
    ] == [ours.pk]


def test_second_institution_makes_the_entry_public(ours, theirs):
    made = add(ours, business_id="1572860-0")

    again, is_new = directory.add(
        {"name_fi": "Rinkeli", "business_id": "FI15728600"},
        by=viewer_at(theirs),
        institution=theirs,
    )

    assert (again.pk, is_new, again.public) == (made.pk, True, True)
    assert again.name_fi == "Leipomo Rinkeli Oy"
    assert [e.public for e in Entry.objects.filter(kind="organisation", record_id=made.pk)] == [
        True
    ]


def test_wrong_business_id_is_refused(ours):
    with pytest.raises(directory.DirectoryError):
        add(ours, business_id="1572860-1")


def test_own_fact_is_changed(ours):
    made = add(ours)

    outcome = directory.edit(
        made, {"name_fi": "Rinkeli Oy"}, by=viewer_at(ours), institution_id=ours.pk
    )

    made.refresh_from_db()
    assert (outcome.changed, outcome.proposed) == (["name_fi"], [])
    assert (made.name_fi, made.name_key) == ("Rinkeli Oy", "rinkeli")


def test_fact_of_another_is_proposed_and_accepted_by_its_giver(ours, theirs):
    made = add(ours)
    directory.add_source(made, theirs, by=viewer_at(theirs))

    outcome = directory.edit(
        made, {"name_fi": "Rinkeli Oy"}, by=viewer_at(theirs), institution_id=theirs.pk
    )
    made.refresh_from_db()
    before = made.name_fi
    proposal = FactProposal.objects.get()
    seen_by_giver = FactProposal.objects.visible_to(viewer_at(ours)).exists()
    directory.accept(proposal, by=viewer_at(ours))

    made.refresh_from_db()
    assert outcome.proposed == ["name_fi"]
    assert (before, made.name_fi) == ("Leipomo Rinkeli Oy", "Rinkeli Oy")
    assert made.fact_sources["name_fi"] == theirs.pk
    assert (proposal.giver_id, seen_by_giver) == (ours.pk, True)


def test_empty_fact_is_filled_by_anybody(ours, theirs):
    made = add(ours)

    outcome = directory.edit(
        made, {"website": "https://rinkeli.example"}, by=viewer_at(theirs), institution_id=theirs.pk
    )

    assert outcome.changed == ["website"]


def test_register_is_not_overwritten_but_overwrites(ours):
    made, _new = directory.add({"name_fi": "Kunta"}, by=ADMIN)
    asked = directory.edit(made, {"name_fi": "Toinen"}, by=viewer_at(ours), institution_id=ours.pk)
    said = directory.edit(made, {"name_fi": "Kolmas"}, by=ADMIN)

    assert made.public
    assert (asked.proposed, said.changed) == (["name_fi"], ["name_fi"])


def test_same_value_proposes_nothing(ours, theirs):
    made = add(ours)

    directory.edit(made, {"name_fi": made.name_fi}, by=viewer_at(theirs), institution_id=theirs.pk)

    assert not FactProposal.objects.exists()


def test_business_id_of_another_is_refused(ours):
    add(ours, business_id="1572860-0")
    other = add(ours, name_fi="Toinen Oy")

    with pytest.raises(directory.DirectoryError):
        directory.edit(
            other, {"business_id": "1572860-0"}, by=viewer_at(ours), institution_id=ours.pk
        )


def test_municipality_gives_region_and_place(ours):
    made = add(ours, municipality=factories.municipality())

    assert (made.region_id, made.lat) == ("05", 61.0)


def test_slugs_are_free_and_keep_leading(client, ours):
    first, second = (
        directory.add({"name_fi": "Leipomo Rinkeli Oy"}, by=ADMIN)[0] for _number in range(2)
    )
    person = factories.person_with_role(ours)
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    directory.rename_address(first, "rinkeli", by=ADMIN)

    assert (first.slug, second.slug) == ("rinkeli", "leipomo-rinkeli-oy-2")
    assert (
        client.get("/organisations/leipomo-rinkeli-oy/").headers["Location"]
        == first.get_absolute_url()
    )
    assert client.get("/organisations/rinkeli/").headers["Location"] == first.get_absolute_url()
    with pytest.raises(directory.DirectoryError):
        directory.rename_address(second, "leipomo-rinkeli-oy", by=ADMIN)


def test_slug_of_a_private_entry_tells_of_no_other(ours, theirs):
    add(theirs)

    mine = add(ours)

    assert re.fullmatch(r"leipomo-rinkeli-oy-[0-9a-f]{8}", mine.slug)


def test_entry_that_becomes_an_institution_gets_a_plain_address(ours):
    made = add(ours)

    directory.publish(made, by=ADMIN)

    assert made.slug == "leipomo-rinkeli-oy"


def test_entry_that_another_alone_knew_is_new_to_the_second(ours, theirs):
    facts = {"name_fi": "Leipomo Rinkeli Oy", "business_id": "1572860-0"}
    first, _new = directory.add(facts, by=viewer_at(theirs), institution=theirs)

    second, is_new = directory.add(facts, by=viewer_at(ours), institution=ours)
    _third, is_new_again = directory.add(facts, by=viewer_at(ours), institution=ours)

    assert (first.pk, is_new, is_new_again) == (second.pk, True, False)


def test_business_id_of_an_unseen_entry_is_looked_at_by_an_administrator(ours, theirs):
    directory.add(
        {"name_fi": "Vieras", "business_id": "1572860-0"}, by=viewer_at(theirs), institution=theirs
    )
    mine = add(ours)

    outcome = directory.edit(
        mine, {"business_id": "1572860-0"}, by=viewer_at(ours), institution_id=ours.pk
    )

    assert (outcome.changed, outcome.proposed) == ([], ["business_id"])
    proposal = FactProposal.objects.get()
    assert not can_decide(viewer_at(ours), proposal)
    with pytest.raises(directory.DirectoryError):
        directory.accept(proposal, by=ADMIN)


def test_who_proposes_changes_nothing_and_own_coordinators_decide(ours):
    made = add(ours)
    facts = {"name_fi": "Rinkeli Oy", "website": "https://rinkeli.example"}

    outcome = directory.edit(made, facts, by=viewer_at(ours), institution_id=ours.pk, proposes=True)

    made.refresh_from_db()
    assert (outcome.changed, made.website) == ([], "")
    proposals = FactProposal.objects.all()
    assert {row.field for row in proposals} == {"name_fi", "website"}
    assert all(can_decide(viewer_at(ours), row) for row in proposals)


def test_organisation_is_no_part_of_itself(ours):
    group = add(ours, name_fi="Konserni")
    daughter = add(ours, name_fi="Tytär", parent=group)

    for parent in (group, daughter):
        with pytest.raises(directory.DirectoryError):
            directory.edit(group, {"parent": parent}, by=viewer_at(ours), institution_id=ours.pk)


def test_source_is_noted_once(ours):
    made = add(ours)
    directory.add_source(made, ours, by=viewer_at(ours))

    assert OrganisationSource.objects.count() == 1
    made.refresh_from_db()
    assert not made.public
