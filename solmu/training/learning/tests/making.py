"""What the tests of learning need: a programme with contents, and somebody who studies."""

from datetime import timedelta
from typing import Any

from django.test import Client

from solmu.accounts.models import User
from solmu.lib import clock
from solmu.training.learning import writing
from solmu.training.learning.models import Done, Page, Part, Version
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.tests import making

SYSTEM = making.SYSTEM


def contents(programme: Programme, parts: int = 4, pages: int = 2) -> Version:
    """Published contents of some pages."""
    version = writing.new_version(
        programme, state=Version.State.PUBLISHED, published_at=clock.real_now()
    )
    for number in range(1, parts + 1):
        part = Part.objects.create(version=version, number=number, title_fi=f"Osa {number}")
        Page.objects.bulk_create(
            Page(
                part=part,
                order=order,
                key=f"p{number}-{order}",
                title_fi=f"Sivu {number}.{order}",
                body_fi=f"Teksti **{order}**.",
                minutes=10,
            )
            for order in range(1, pages + 1)
        )
    return version


def studying(days: int = -5, number: int = 1, **facts: Any) -> Enrolment:
    """Somebody whose cohort started some days ago, with an account."""
    of = Programme.objects.filter(slug="ohjaaja").first() or making.programme(**facts)
    start = clock.today() + timedelta(days=days)
    cohort, _made = Cohort.objects.get_or_create(
        programme=of,
        starts_on=start,
        defaults={"access_until": start + timedelta(days=of.access_days), "state": "running"},
    )
    row = making.enrolment(cohort, state="studying", number=number)
    user = User.objects.create(email=row.person.email)
    row.person.user = user
    row.person.save()
    return row


def do_all(row: Enrolment) -> None:
    """Mark every page done."""
    pages = Page.objects.filter(part__version__programme=row.programme)
    keys = set(pages.values_list("key", flat=True))
    Done.objects.bulk_create(Done(enrolment=row, page=key) for key in keys)


def client_of(row: Enrolment) -> Client:
    """A browser where the participant is signed in."""
    client = Client()
    client.force_login(row.person.user, backend="solmu.people.viewing.ViewerBackend")
    return client
