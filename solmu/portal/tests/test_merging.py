"""A merge walks every room: nothing that is computed from records may differ after it."""

import pytest

from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.organisations import merging
from solmu.organisations.tests import factories as directory
from solmu.partnerships.models import DialogueEntry
from solmu.partnerships.partner import contacts, dialogue
from solmu.partnerships.tests import factories
from solmu.people.viewer import Viewer
from solmu.search import indexing
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db

SYSTEM = Viewer.system("test")


def differences() -> tuple[list[tuple[str, str]], dict[str, tuple[int, int]]]:
    found = indexing.differences(composed("INDEXES"))
    stale = {kind: pair for kind, pair in found.items() if any(pair)}
    return list(writing.differences(composed("EVIDENCE"))), stale


@pytest.mark.parametrize("both", [False, True], ids=["one institution", "the same institution"])
def test_merge_and_undo_leave_evidence_and_search_as_the_records_tell(*, both: bool) -> None:
    kept, gone = directory.organisation("Konepaja Oy"), directory.organisation("Konepaja")
    at = factories.institution()
    elsewhere = at if both else factories.institution()
    for institution, organisation in ((at, kept), (elsewhere, gone)):
        partner = factories.stakeholder(institution, organisation)
        dialogue.log(partner, kind="visit", on=clock.today(), title="Käynti", by=SYSTEM)
        contacts.add(partner, by=SYSTEM, given_name="Aino", email=f"a{partner.pk}@posti.example")
    for write in composed("INDEXES"):
        write()
    assert differences() == ([], {})

    merge = merging.ask(kept, gone, by=SYSTEM, choices={})
    assert differences() == ([], {})
    assert Evidence.objects.filter(a=gone).count() + Evidence.objects.filter(b=gone).count() == 0
    assert DialogueEntry.objects.count() == 2

    merging.take_back(merge, by=SYSTEM)
    assert differences() == ([], {})
    assert Evidence.objects.count() == 2
