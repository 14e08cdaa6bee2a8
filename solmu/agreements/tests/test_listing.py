"""The list's own ways of finding: the same rows as everywhere else, and counts that stay true."""

from types import SimpleNamespace

import pytest

from solmu.agreements import counting, listing, querysets, waiting
from solmu.agreements.models import Agreement
from solmu.agreements.tests import signing_factories as made
from solmu.audit import history
from solmu.networks.tests import group_factories
from solmu.organisations.tests import factories
from solmu.partnerships.models import Stakeholder
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.django_db


def _staff(institution) -> Viewer:
    return factories.viewer(factories.person_with_role(institution))


def test_list_finds_what_is_visible_however_much_others_drafted(monkeypatch):
    own, other = factories.institution("Oma opisto"), factories.institution("Toinen opisto")
    mine = made.agreement(own)
    sent = made.agreement(other, [own.organisation], state="negotiation")
    made.agreement(other, [own.organisation])  # a draft of others is theirs alone
    signed = made.asked(made.agreement(factories.institution("Kolmas opisto")))[1]
    signer = Viewer(user_id=99, person_id=signed.person_id)
    viewer = _staff(own)

    for few in (querysets.FEW, 0):
        monkeypatch.setattr(querysets, "FEW", few)
        for who in (viewer, signer, Viewer.anonymous(), made.SYSTEM):
            found = set(querysets.seen(who).queryset())
            assert found == set(Agreement.objects.visible_to(who))
        assert set(querysets.seen(viewer).queryset()) == {mine, sent}


def test_a_job_that_changes_something_can_ask_what_is_visible():
    own = factories.institution("Oma opisto")
    sent = made.agreement(
        factories.institution("Toinen opisto"), [own.organisation], state="negotiation"
    )

    with history.acting(made.SYSTEM, "looks around"):
        assert list(querysets.seen(_staff(own)).queryset()) == [sent]


def test_title_party_and_case_number_find_an_agreement():
    found = made.agreement(
        organisations=[factories.organisation("Kuutamo Oy")], title="Yhdessä", case_number="12/26"
    )
    made.agreement(factories.institution("Toinen opisto"), title="Muu")

    for text in ("hdess", "kuutamo", "12/26"):
        assert querysets.named(text) == [found.pk]
        assert list(Agreement.objects.filter(querysets.called(text, text.lower()))) == [found]


def test_a_party_is_found_in_capitals_too_where_many_match(monkeypatch, rf):
    found = made.agreement(organisations=[factories.organisation("Kuutamo Oy")], title="Yhdessä")
    monkeypatch.setattr(querysets, "FEW", 0)
    request = rf.get("/agreements/", {"q": "KUUTAMO"})
    request.viewer = _staff(found.institution)

    assert list(listing.Listing(request).table.rows) == [found]


def test_an_agreement_opens_for_its_signer_after_somebody_unknown_asked():
    signed = made.asked(made.agreement(factories.institution("Kolmas opisto")))[1]
    found = signed.party.agreement

    def one(seen, *, pk):
        return seen.filter(pk=pk)

    # Neither has a role, so that their queries look alike until it is known who they are.
    for who, rows in (
        (Viewer.anonymous(), []),
        (Viewer(user_id=99, person_id=signed.person_id), [found]),
        (Viewer(user_id=98), []),
        (made.SYSTEM, [found]),
    ):
        assert querysets.seen_rows(who, "of a test", one, pk=found.pk) == rows


@pytest.mark.django_db(transaction=True)
def test_counts_follow_a_change():
    draft = made.agreement()
    key = draft.institution_id
    assert counting.by_state(key) == {"draft": 1}

    made.agreement(draft.institution, [])
    Agreement.objects.filter(pk=draft.pk).update(state="negotiation")

    assert counting.by_state(key) == {"draft": 1, "negotiation": 1}


def test_a_partners_page_shows_what_both_are_parties_to_whoever_drafted_it():
    own, partner, third = (factories.institution(name) for name in ("Oma", "Kumppani", "Kolmas"))
    network = group_factories.network()
    both = [own.organisation, partner.organisation]
    shared = made.agreement(third, both, state="negotiation", network=network)
    made.agreement(third, [partner.organisation], state="negotiation")  # without us
    made.agreement(third, [own.organisation], state="negotiation")  # without them
    request = SimpleNamespace(viewer=_staff(own))

    for organisation in (partner.organisation, network.organisation):
        stakeholder = Stakeholder(pk=1, institution=own, organisation=organisation)
        panel = waiting.partner_panel(request, stakeholder)
        assert panel is not None
        assert panel.agreements == [shared]
