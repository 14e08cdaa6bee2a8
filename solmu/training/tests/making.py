"""What the tests of training need: a programme with starts, people who apply."""

from datetime import date, timedelta
from typing import Any

from solmu.lib import clock, names
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.training.enrolling import Application
from solmu.training.models import Cohort, Enrolment, Programme

SYSTEM = Viewer.system("a test")


def institution(slug: str = "opisto") -> Institution:
    """An institution of the directory."""
    organisation = Organisation.objects.create(
        slug=slug, name_fi=slug.title(), name_key=names.key(slug), kind="education_provider",
        public=True,
    )  # fmt: skip
    return Institution.objects.create(organisation=organisation)


def programme(slug: str = "ohjaaja", **facts: Any) -> Programme:
    """A programme in all three languages."""
    given = {
        "institution": facts.pop("institution", None) or institution(f"{slug}-opisto"),
        "name_fi": "Työpaikkaohjaaja",
        "name_sv": "Arbetsplatshandledare",
        "name_en": "Workplace instructor",
        "languages": ["fi", "sv", "en"],
        **facts,
    }
    return Programme.objects.create(slug=slug, **given)


def cohort(of: Programme, days: int = 20, **facts: Any) -> Cohort:
    """A start so many days from today."""
    start = clock.today() + timedelta(days=days)
    return Cohort.objects.create(
        programme=of, starts_on=start, access_until=start + timedelta(days=of.access_days), **facts
    )


def application(number: int = 1, **facts: Any) -> Application:
    """What somebody says when they enrol."""
    given = {
        "given_name": "Matti",
        "family_name": f"Meikäläinen{number}",
        "email": f"matti{number}@tyo.example",
        "phone": f"040 123 4{number:03d}",
        "workplace_name": "Paja Oy",
        **facts,
    }
    return Application(**given)


def enrolment(of: Cohort, state: str = "applied", number: int = 1, **facts: Any) -> Enrolment:
    """Somebody in a start."""
    person = Person.objects.create(
        given_name="Matti", family_name=f"Meikäläinen{number}", email=f"matti{number}@tyo.example"
    )
    return Enrolment.objects.create(
        programme=of.programme, cohort=of, person=person, state=state, **facts
    )


def form_facts(**facts: Any) -> dict[str, Any]:
    """What the form for enrolling is sent with."""
    return {
        "given_name": "Maija",
        "family_name": "Mallikas",
        "email": "maija@tyo.example",
        "phone": "+358 40 765 4321",
        "workplace_name": "Paja Oy",
        "municipality": "853",
        "language": "fi",
        **facts,
    }


def on(day: date) -> timedelta:
    """How far the clock has to be moved for that day to be today."""
    return day - clock.today()
