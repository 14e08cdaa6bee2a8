"""Merging entries of the directory: everything is led over, and the merge can be undone."""

from datetime import date

import pytest
from django.test import Client

from solmu.lib.periods import period
from solmu.organisations import merging
from solmu.organisations.models import (
    Figure,
    Merge,
    Organisation,
    OrganisationSource,
    Relation,
    SlugHistory,
)
from solmu.organisations.permissions import can_undo_merge
from solmu.organisations.tests import factories
from solmu.people.viewer import Viewer
from solmu.search.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ADMIN = Viewer.system("test")


@pytest.fixture
def kept():
    return factories.organisation("Leipomo Rinkeli Oy")


@pytest.fixture
def gone():
    return factories.organisation(
        "Leipomo Rinkeli", business_id="1572860-0", website="https://rinkeli.example"
    )


def rows() -> dict[str, list[dict]]:
    """Everything that a merge may touch, as it is now."""
    models = (Organisation, Relation, Figure, OrganisationSource, SlugHistory)
    skip = {"name_key"}
    return {
        model.__name__: [
            {k: str(v) for k, v in row.items() if k not in skip}
            for row in model.objects.order_by("pk").values()
        ]
        for model in models
    }


def merged(kept, gone, **choices) -> Merge:
    return merging.ask(kept, gone, by=ADMIN, choices=choices)


def test_what_only_one_knew_is_kept(kept, gone):
    merged(kept, gone)

    kept.refresh_from_db()
    assert (kept.name_fi, kept.business_id, kept.website) == (
        "Leipomo Rinkeli Oy",
        "1572860-0",
        "https://rinkeli.example",
    )
    assert not Organisation.objects.visible_to(ADMIN).filter(pk=gone.pk).exists()


def test_links_lead_to_the_kept_entry_and_back_when_undone(kept, gone):
    owner, child = factories.organisation(), factories.organisation(parent=gone)
    one, two = factories.institution(), factories.institution()
    for institution, organisation in ((one, kept), (one, gone), (two, gone)):
        OrganisationSource.objects.create(
            institution=institution, organisation=organisation, origin="import"
        )
    Relation.objects.create(source=owner, target=gone, kind="owner", valid=period(), public=True)
    Figure.objects.create(organisation=kept, year=2024, students=5)
    Figure.objects.create(organisation=gone, year=2024, staff=7)
    Figure.objects.create(organisation=gone, year=2025, staff=8)
    before = rows()

    merge = merged(kept, gone)
    child.refresh_from_db()
    now = (
        Relation.objects.get().target_id,
        sorted(Figure.objects.filter(organisation=kept).values_list("year", "students", "staff")),
        OrganisationSource.objects.filter(organisation=kept).count(),
        child.parent_id,
    )
    left = merging.take_back(merge, by=ADMIN)

    assert now == (kept.pk, [(2024, 5, 7), (2025, None, 8)], 2, kept.pk)
    assert left == []
    assert rows() == before


def test_relation_between_the_two_goes_and_comes_back(kept, gone):
    Relation.objects.create(source=kept, target=gone, kind="campus", valid=period(), public=True)
    before = rows()

    merge = merged(kept, gone)
    assert not Relation.objects.exists()
    merging.take_back(merge, by=ADMIN)

    assert rows() == before


def test_overlapping_periods_wait_for_a_person(kept, gone):
    owner = factories.organisation()
    for target, first, last in (
        (kept, date(2020, 1, 1), date(2022, 12, 31)),
        (gone, date(2022, 1, 1), None),
    ):
        Relation.objects.create(
            source=owner, target=target, kind="owner", valid=period(first, last), public=True
        )
    before = rows()

    seen = merging.preview(kept, gone, {})
    with pytest.raises(merging.MergeError):
        merged(kept, gone)

    assert len(seen.overlaps) == 1
    # Shown as they are, not as they would be cut.
    assert seen.overlaps[0].kept.valid == period(date(2020, 1, 1), date(2022, 12, 31))
    assert seen.overlaps[0].gone.valid == period(date(2022, 1, 1), None)
    assert rows() == before


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("kept", [(date(2020, 1, 1), date(2023, 1, 1)), (date(2023, 1, 1), None)]),
        ("gone", [(date(2020, 1, 1), date(2022, 1, 1)), (date(2022, 1, 1), None)]),
    ],
)
def test_settled_overlap_is_cut_and_mended_when_undone(kept, gone, answer, expected):
    owner = factories.organisation()
    for target, first, last in (
        (kept, date(2020, 1, 1), date(2022, 12, 31)),
        (gone, date(2022, 1, 1), None),
    ):
        Relation.objects.create(
            source=owner, target=target, kind="owner", valid=period(first, last), public=True
        )
    before = rows()
    key = merging.preview(kept, gone, {}).overlaps[0].key

    merge = merged(kept, gone, **{key: answer})
    now = sorted((r.valid.lower, r.valid.upper) for r in Relation.objects.filter(target=kept))
    merging.take_back(merge, by=ADMIN)

    assert now == expected
    assert rows() == before


def test_period_inside_another_becomes_two(kept, gone):
    owner = factories.organisation()
    Relation.objects.create(source=owner, target=kept, kind="owner", valid=period(), public=True)
    Relation.objects.create(
        source=owner,
        target=gone,
        kind="owner",
        valid=period(date(2021, 1, 1), date(2021, 12, 31)),
        public=True,
    )
    before = rows()
    key = merging.preview(kept, gone, {}).overlaps[0].key

    merge = merged(kept, gone, **{key: "gone"})
    assert Relation.objects.filter(target=kept).count() == 3
    merging.take_back(merge, by=ADMIN)

    assert rows() == before


def test_undo_leaves_what_was_changed_since_and_says_so(kept, gone):
    merge = merged(kept, gone)
    Organisation.objects.filter(pk=kept.pk).update(website="https://uusi.example")

    left = merging.take_back(merge, by=ADMIN)

    assert len(left) == 1
    assert Organisation.objects.get(pk=kept.pk).website == "https://uusi.example"


def test_old_addresses_and_the_index_follow(kept, gone):
    SlugHistory.objects.create(slug="vanha-rinkeli", organisation=gone)

    merged(kept, gone)

    assert merging.address_of(gone.slug) == kept
    assert merging.address_of("vanha-rinkeli") == kept
    assert [e.record_id for e in Entry.objects.filter(kind="organisation")] == [kept.pk]


def test_institution_stays_whichever_was_named(kept):
    institution = factories.institution()

    assert merging.ends(kept, institution.organisation)[0] == institution.organisation
    with pytest.raises(merging.MergeError):
        merging.ends(factories.institution().organisation, institution.organisation)


def test_public_entries_wait_for_an_administrator(kept, gone):
    ours = factories.institution()
    coordinator = factories.viewer(factories.person_with_role(ours))

    merge = merging.ask(kept, gone, by=coordinator, choices={}, institution_id=ours.pk)
    waiting = merge.state
    merging.accept(merge, by=factories.viewer(factories.admin()), choices={})

    merge.refresh_from_db()
    assert (waiting, merge.state) == ("waiting", "done")


def test_own_entries_are_merged_at_once():
    ours = factories.institution()
    coordinator = factories.viewer(factories.person_with_role(ours))
    pair = [factories.organisation(public=False) for _number in range(2)]
    for each in pair:
        OrganisationSource.objects.create(institution=ours, organisation=each, origin="import")

    merge = merging.ask(*pair, by=coordinator, choices={}, institution_id=ours.pk)

    assert merge.state == "done"


def test_merge_by_pages(kept, gone):
    ours = factories.institution()
    clients = []
    for person in (factories.person_with_role(ours), factories.admin()):
        client = Client()
        client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
        clients.append(client)
    coordinator, admin = clients

    look = coordinator.get(f"/organisations/{kept.pk}/merge/", {"other": f"#{gone.pk}"})
    asked = coordinator.post(
        f"/organisations/{kept.pk}/merge/", {"other": f"#{gone.pk}", "merge": "1"}
    )
    merge = Merge.objects.get()
    refused = coordinator.post(f"/organisations/merges/{merge.pk}/", {"act": "accept"})
    listed = admin.get("/organisations/merges/")
    decided = admin.post(f"/organisations/merges/{merge.pk}/", {"act": "accept"})
    alone = coordinator.post(f"/organisations/merges/{merge.pk}/", {"act": "undo"})
    coordinator.post(f"/organisations/merges/{merge.pk}/", {"act": "ask-undo"})
    told = admin.get("/organisations/merges/").context["waiting"]
    undone = admin.post(f"/organisations/merges/{merge.pk}/", {"act": "undo"})

    assert look.status_code == 200
    assert asked.headers["Location"] == f"/organisations/merges/{merge.pk}/"
    assert refused.status_code == 403
    assert gone.name in listed.content.decode()
    assert decided.headers["Location"] == kept.get_absolute_url()
    assert (alone.status_code, list(told), undone.status_code) == (403, [merge], 302)
    merge.refresh_from_db()
    assert merge.state == "undone"
    stranger = Client()
    stranger.force_login(
        factories.person_with_role(factories.institution()).user,
        backend="solmu.people.viewing.ViewerBackend",
    )
    assert stranger.get(f"/organisations/merges/{merge.pk}/").status_code == 404


def test_own_merge_is_undone_alone_until_others_see_the_entry():
    ours = factories.institution()
    person = factories.person_with_role(ours)
    pair = [factories.organisation(public=False) for _number in range(2)]
    for each in pair:
        OrganisationSource.objects.create(institution=ours, organisation=each, origin="import")
    viewer = factories.viewer(person)
    merge = merging.ask(*pair, by=viewer, choices={}, institution_id=ours.pk)

    alone = can_undo_merge(viewer, merge)
    Organisation.objects.filter(pk=merge.kept_id).update(public=True)

    assert (alone, can_undo_merge(viewer, Merge.objects.get())) == (True, False)


def test_wish_to_undo_may_be_left(kept, gone):
    merge = merged(kept, gone)
    merging.ask_undo(merge, by=ADMIN)

    merging.keep(merge, by=ADMIN)

    merge.refresh_from_db()
    assert (merge.state, merge.undo_asked_at) == ("done", None)


def test_address_of_a_merged_entry_leads_to_the_kept_one(kept, gone):
    merged(kept, gone)
    last = factories.organisation()
    merged(last, kept)
    client = Client()
    person = factories.person_with_role(factories.institution())
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")

    shown = client.get(f"/organisations/{gone.pk}/?x=1")
    end = merging.end_of(Organisation.objects.get(pk=gone.pk))
    Organisation.objects.filter(pk=end.pk).update(public=False)

    assert shown.headers["Location"] == f"/organisations/{end.pk}/?x=1"
    assert client.get(f"/organisations/{gone.pk}/").status_code == 404
    assert client.get("/organisations/999999/").status_code == 404


def test_period_that_others_cut_twice_keeps_what_is_left(kept, gone):
    owner = factories.organisation()
    facts = {"source": owner, "kind": "owner", "public": True}
    for first, last in ((2020, 2020), (2023, 2023)):
        Relation.objects.create(
            target=kept, valid=period(date(first, 1, 1), date(last, 12, 31)), **facts
        )
    Relation.objects.create(target=gone, valid=period(date(2019, 1, 1)), **facts)
    before = rows()

    seen = merging.preview(kept, gone, {})
    merge = merged(kept, gone, **{overlap.key: "kept" for overlap in seen.overlaps})

    years = [
        (r.valid.lower.year, r.valid.upper and r.valid.upper.year) for r in kept.relations_to.all()
    ]
    assert sorted(years, key=lambda pair: pair[0]) == [
        (2019, 2020),
        (2020, 2021),
        (2021, 2023),
        (2023, 2024),
        (2024, None),
    ]
    assert merging.take_back(merge, by=ADMIN) == []
    assert rows() == before
