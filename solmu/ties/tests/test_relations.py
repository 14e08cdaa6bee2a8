from datetime import date

import pytest

from solmu.lib.composed import follow
from solmu.lib.periods import period
from solmu.organisations.models import Relation
from solmu.organisations.tests import factories
from solmu.ties import relations, writing
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def relation() -> Relation:
    made = Relation.objects.create(
        source=factories.organisation(),
        target=factories.organisation(),
        kind="owner",
        valid=period(date(2020, 1, 1)),
        institution=factories.institution(),
    )
    follow("relation", [made.pk])
    return made


def test_relation_is_evidence_while_it_lasts(relation: Relation) -> None:
    row = Evidence.objects.get()
    assert (row.kind, row.valid, row.institution_id) == (
        "relation",
        relation.valid,
        relation.institution_id,
    )

    relation.valid = period(date(2020, 1, 1), date(2021, 1, 1))
    relation.save()
    follow("relation", [relation.pk])
    assert Evidence.objects.get().valid == relation.valid

    key = relation.pk
    relation.delete()
    follow("relation", [key])
    assert not Evidence.objects.exists()


def test_public_relation_is_known_to_both_ends(relation: Relation) -> None:
    relation.public = True
    relation.save()
    follow("relation", [relation.pk])
    assert Evidence.objects.get().institution is None


def test_rebuilding_finds_no_difference(relation: Relation) -> None:
    assert list(writing.differences({relations.RELATION: relations.rebuild})) == []


def test_relation_recorded_by_one_institution_is_told_to_it_alone(relation: Relation) -> None:
    member = factories.viewer(factories.person_with_role(relation.institution))
    outsider = factories.viewer(factories.person_with_role(factories.institution()))

    assert list(relations.sources(member, [relation.pk])) == [relation.pk]
    assert relations.sources(outsider, [relation.pk]) == {}
    assert Evidence.objects.visible_to(outsider).count() == 0
