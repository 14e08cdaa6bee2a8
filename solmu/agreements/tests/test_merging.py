"""Two entries of one company, one or both of them parties: the agreements go along, and back."""

from datetime import date, timedelta

import pytest

from solmu.agreements.binding import binding, evidence
from solmu.agreements.models import Agreement, Mandate, Party
from solmu.agreements.signing import integrity, signing
from solmu.agreements.tests import signing_factories as made
from solmu.lib import clock
from solmu.organisations import merging
from solmu.organisations.models import Organisation
from solmu.organisations.tests import factories
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db


def _names(agreement: Agreement, day: date) -> list[str]:
    return [str(one.organisation) for one in binding.bound_on(agreement, day)]


def _merge(kept: Organisation, gone: Organisation, **choices: str):
    by = factories.viewer(factories.admin())
    return merging.ask(kept, gone, by=by, choices=choices), by


def test_signed_agreement_follows_the_entry_that_stays_and_comes_back():
    gone = factories.organisation("Kumpu oy")
    agreement = made.in_force(made.agreement(organisations=[gone]))
    kept = factories.organisation("Kumpu Oy Ab")
    today = clock.today()

    merge, by = _merge(kept, gone)

    assert "Kumpu Oy Ab" in _names(agreement, today)
    assert not integrity.broken(agreement)
    assert Mandate.objects.filter(organisation=kept).exists()
    assert Evidence.objects.filter(source_kind="agreement").get().valid.lower == today
    merging.take_back(merge, by=by)
    assert "Kumpu oy" in _names(agreement, today)


def test_draft_that_names_both_is_not_sent_before_one_is_taken_out():
    one, other = factories.organisation("Kumpu oy"), factories.organisation("Kumpu Oy Ab")
    agreement = made.agreement(organisations=[one, other])

    merge, by = _merge(one, other)

    told = signing.problems_of(agreement, [])
    assert "Kumpu oy is named twice as a party: take one of them out." in told
    merging.take_back(merge, by=by)
    assert set(agreement.parties.values_list("organisation", flat=True)) >= {one.pk, other.pk}


def test_both_bound_parties_become_one_as_a_person_says():
    one, other = factories.organisation("Kumpu oy"), factories.organisation("Kumpu Oy Ab")
    agreement = made.in_force(made.agreement(organisations=[one, other]))
    seen = merging.preview(one, other, {})
    assert [type(overlap.kept) for overlap in seen.overlaps] == [Party]

    merge, by = _merge(one, other, **{overlap.key: "kept" for overlap in seen.overlaps})

    assert len(_names(agreement, clock.today())) == 2
    assert not integrity.broken(agreement)
    assert list(evidence.rebuild())
    merging.take_back(merge, by=by)
    assert len(_names(agreement, clock.today() + timedelta(days=1))) == 3
