from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from solmu.approvals import asking
from solmu.approvals.models import Round, Voice
from solmu.lib import clock
from solmu.organisations.tests.factories import organisation
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.django_db
BY = Viewer.system("test")


def _opened(count: int = 2, rule: str = "every") -> Round:
    asked = [asking.Asked(organisation_id=organisation().pk) for _ in range(count)]
    return asking.open_round("thing", 1, rule=rule, content={"a": 1}, asked=asked, by=BY)


def test_the_last_answer_needed_closes_the_round() -> None:
    one, other = _opened().voices.order_by("pk")

    assert asking.answer(one, yes=True, by=BY).is_open
    closed = asking.answer(other, yes=True, by=BY)

    assert (closed.state, closed.closed_at is None) == ("approved", False)
    with pytest.raises(asking.ApprovalError):
        asking.answer(one, yes=False, note="too late", by=BY)


def test_silence_approves_when_the_last_day_is_over() -> None:
    asked = [asking.Asked(organisation_id=organisation().pk) for _ in range(2)]
    facts: dict[str, Any] = {"rule": "silence", "content": {"a": 1}, "asked": asked, "by": BY}
    with pytest.raises(asking.ApprovalError):
        asking.open_round("thing", 1, **facts)
    quiet = asking.open_round("thing", 1, **facts, days=14)
    objected = asking.open_round("thing", 2, **facts, days=14)
    asking.answer(objected.voices.first(), yes=False, note="Not so", by=BY)

    with clock.shifted(timedelta(days=14)):
        asking.sweep()
    quiet.refresh_from_db()
    assert quiet.is_open  # the last day isn't over

    with clock.shifted(timedelta(days=15)):
        asking.sweep()
        asking.sweep()
    for one in (quiet, objected):
        one.refresh_from_db()
    assert (quiet.state, objected.state) == ("approved", "declined")


def test_a_new_round_replaces_the_open_one() -> None:
    first = _opened()

    second = _opened()

    first.refresh_from_db()
    assert (first.state, second.number) == ("replaced", 2)
    assert asking.latest("thing", 1) == second


def test_declining_needs_a_reason_and_the_content_that_was_read() -> None:
    voice = _opened().voices.first()

    with pytest.raises(asking.ApprovalError):
        asking.answer(voice, yes=False, note=" ", by=BY)
    with pytest.raises(asking.ApprovalError):
        asking.answer(voice, yes=True, seen="0" * 64, by=BY)
    assert asking.answer(voice, yes=False, note="Too dear", by=BY).state == "declined"


@pytest.mark.database
def test_an_organisation_has_one_voice() -> None:
    opened = _opened()
    voice = opened.voices.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        Voice.objects.create(round=opened, organisation=voice.organisation)
