"""The month with Google's accounts and course: asked once, whatever Google answers in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.training.autopilot import running, steps
from solmu.training.models import Cohort
from solmu.training.systems import working
from solmu.training.systems.models import System, Work
from solmu.training.systems.tests import fakes
from solmu.training.systems.tests.fakes import Outside
from solmu.training.tests import making

pytestmark = pytest.mark.django_db
START = date(2027, 2, 2)
KEY = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def outside(settings: Any) -> Iterator[Outside]:
    with fakes.connected(settings, KEY) as one:
        yield one


@pytest.fixture
def cohort() -> Cohort:
    """A start of four with accounts and a course in Google."""
    programme = making.programme(contact_email="apu@opisto.example")
    fakes.google(programme, KEY, System.Kind.ACCOUNTS, domain="opisto.example")
    fakes.google(programme, KEY, System.Kind.CLASSROOM, course="c-1")
    steps.of(programme)
    programme.steps.update(made_on=date(2026, 1, 1))
    found = Cohort.objects.create(
        programme=programme, starts_on=START, access_until=START + timedelta(days=30)
    )
    for number in range(4):
        making.enrolment(found, "applied", number)
    return found


def sweep(day: date, rounds: int = 4) -> None:
    """The day's sweep, and the work with the systems, as if the waits between tries had passed."""
    with clock.shifted(making.on(day)):
        running.sweep()
        running.sweep()
        for _round in range(rounds):
            for system in System.objects.all():
                system.works.update(next_at=clock.real_now())
                working.work(system=system.pk)


def states_of(cohort: Cohort) -> list[str]:
    return list(cohort.enrolments.order_by("pk").values_list("state", flat=True))


def test_accounts_are_made_checked_and_closed_through_all_errors(
    outside: Outside, cohort: Cohort
) -> None:
    outside.refuse("/users", 429, headers={"Retry-After": "7"})
    outside.refuse("/users", 403, fakes.QUOTA)
    outside.refuse("/users", 500)
    outside.refuse("/invitations", 503)

    sweep(START - timedelta(days=7), rounds=8)

    assert len(outside.users) == 4
    assert len(outside.invited) == 4
    assert states_of(cohort) == ["account_ready"] * 4
    accepted = sorted(outside.invited)[:3]
    outside.accepted |= set(accepted)

    sweep(START - timedelta(days=1))

    # Who had not accepted when the day came was written to.
    assert Message.objects.filter(kind="training-check").count() == 4
    assert states_of(cohort).count("account_checked") == 3

    sweep(START)
    passed = cohort.enrolments.order_by("pk").first()
    cohort.enrolments.filter(pk=passed.pk).update(state="certified")
    own = making.enrolment(cohort, "certified", 9)
    outside.users[own.person.email] = {"id": "own", "suspended": False}
    sweep(START + timedelta(days=31))

    assert not outside.users.pop(own.person.email)["suspended"], "their own account"
    assert all(one["suspended"] for one in outside.users.values())
    made = [
        path for method, path, _body in outside.asked if (method, path[-6:]) == ("POST", "/users")
    ]
    assert len(made) == 4 + 3, "one for each, and one again after each error"


def test_account_that_is_refused_opens_solmu_by_a_link(outside: Outside, cohort: Cohort) -> None:
    outside.refuse("/users", 403, fakes.FORBIDDEN)

    sweep(START - timedelta(days=7))

    first = cohort.enrolments.order_by("pk").first()
    assert first is not None
    assert len(outside.users) == 3
    (message,) = Message.objects.filter(kind="training-own-environment")
    assert message.person_id == first.person_id
    assert f"/learn/{first.uuid}/" in message.text
    assert first.person.user is not None, "signs in by an e-mailed link"
    sweep(START)
    assert states_of(cohort) == ["started"] * 4


def test_google_that_stays_away_leaves_nobody_outside(outside: Outside, cohort: Cohort) -> None:
    outside.refuse("/users", 500, times=100)

    sweep(START - timedelta(days=7), rounds=working.TRIES * 4)

    assert outside.users == {}
    assert Message.objects.filter(kind="training-own-environment").count() == 4
    assert Message.objects.filter(kind="training-pick").count() == 4
    assert set(Work.objects.values_list("state", flat=True)) == {"failed"}
