"""The least rows that a test needs: organisations, institutions, people with a role."""

from itertools import count
from typing import Any

from solmu.accounts.models import User
from solmu.lib import clock, names
from solmu.lib.periods import period
from solmu.organisations.models import (
    Affiliation,
    Institution,
    Municipality,
    Organisation,
    Region,
)
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.people.viewing import viewer_for_user_id

_numbers = count(1)


def region(code: str = "05", name: str = "Kanta-Häme") -> Region:
    """The region, made if it is not there."""
    return Region.objects.get_or_create(
        code=code,
        defaults={"iso_code": f"FI-{code}", "name_fi": name, "name_sv": name, "name_en": name},
    )[0]


def municipality(
    code: str = "109", name: str = "Hämeenlinna", *, inside: Region | None = None
) -> Municipality:
    """The municipality, made if it is not there."""
    return Municipality.objects.get_or_create(
        code=code,
        defaults={
            "name_fi": name,
            "name_sv": name,
            "region": inside or region(),
            "lat": 61.0,
            "lon": 24.46,
            "valid": period(),
        },
    )[0]


def organisation(name: str = "", **facts: Any) -> Organisation:
    """A public company, unless the facts say otherwise."""
    number = next(_numbers)
    name = name or f"Esimerkki {number} Oy"
    made = {
        "slug": f"esimerkki-{number}",
        "name_fi": name,
        "name_key": names.key(name),
        "kind": Organisation.Kind.COMPANY,
        "public": True,
    }
    return Organisation.objects.create(**{**made, **facts})


def institution(name: str = "", **facts: Any) -> Institution:
    """An institution with its directory entry; no ladder and nobody in it yet."""
    name = name or f"Opisto {next(_numbers)}"
    made = {"kind": Organisation.Kind.EDUCATION_PROVIDER, **facts}
    return Institution.objects.create(organisation=organisation(name, **made))


def user(email: str = "", **facts: Any) -> User:
    """Somebody who can sign in, without a password and without a person."""
    return User.objects.create_user(email or f"user{next(_numbers)}@solmu.example", **facts)


def person(given_name: str = "Aino", family_name: str = "Esimerkki", **facts: Any) -> Person:
    """A person without an account."""
    email = f"person{next(_numbers)}@solmu.example"
    made = {"given_name": given_name, "family_name": family_name, "email": email}
    return Person.objects.create(**{**made, **facts})


def person_with_role(
    at: Institution, role: str = Affiliation.Role.COORDINATOR, **facts: Any
) -> Person:
    """A person with an account and a role in the institution since long ago."""
    email = facts.pop("email", f"person{next(_numbers)}@solmu.example")
    made = person(email=email, user=facts.pop("user", None) or user(email), **facts)
    Affiliation.objects.create(
        person=made, institution=at, role=role, valid=period(clock.today().replace(month=1, day=1))
    )
    return made


def admin(**facts: Any) -> Person:
    """A system administrator."""
    email = f"admin{next(_numbers)}@solmu.example"
    return person(email=email, user=user(email, is_admin=True), **facts)


def viewer(of: Person) -> Viewer:
    """The viewer that the person is when signed in."""
    assert of.user_id is not None
    return viewer_for_user_id(of.user_id)
