"""The demo's clock: days pass with what happens on them; elsewhere there is no such thing."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from solmu.installation import demo
from solmu.lib import clock
from solmu.portal import demo_clock
from solmu.training.models import Cohort, Enrolment

PATH = "/demo/clock/"


@pytest.mark.django_db
def test_clock_is_unknown_outside_a_demo(client: Client) -> None:
    assert client.get(PATH).status_code == 404
    assert client.post(PATH, {"days": "1"}).status_code == 404
    with pytest.raises(demo_clock.ClockError):
        demo_clock.move(clock.today())


@pytest.mark.demo
def test_month_passes_in_a_moment(client_as: Callable[[str], Client]) -> None:
    client = client_as("assistant")
    today = clock.today()
    last = Cohort.objects.latest("starts_on").starts_on
    running = Cohort.objects.get(state="running")
    persona = Enrolment.objects.get(person__email="learner@solmu.example")
    pages = persona.done.count()

    answer = client.post(PATH, {"days": "7"})
    assert answer.status_code == 302
    client.post(PATH, {"to": (today + timedelta(days=40)).isoformat()})

    with clock.shifted(demo.clock_shift()):
        assert clock.today() == today + timedelta(days=40)
    # The invented people have studied, most have passed, and the start is closed; the persona's
    # studies are left to whoever plays it.
    states = Counter(running.enrolments.values_list("state", flat=True))
    assert states["passed"] + states["certified"] > running.enrolments.count() / 2
    running.refresh_from_db()
    persona.refresh_from_db()
    assert (running.state, persona.state, persona.done.count()) == ("closed", "lapsed", pages)
    # Starts of the year after have made themselves.
    assert Cohort.objects.latest("starts_on").starts_on > last


@pytest.mark.demo
def test_clock_goes_back_without_undoing(client_as: Callable[[str], Client]) -> None:
    client = client_as("assistant")
    today = clock.today()
    client.post(PATH, {"days": "1"})
    client.post(PATH, {"to": today.isoformat()})
    assert demo.clock_shift() <= timedelta(hours=1)


@pytest.mark.demo
@pytest.mark.parametrize("facts", [{}, {"to": "tomorrow"}, {"days": "x"}, {"to": "2999-01-01"}])
def test_clock_refuses_what_is_no_day(
    client_as: Callable[[str], Client], facts: dict[str, str]
) -> None:
    assert client_as("assistant").post(PATH, facts).status_code == 422
