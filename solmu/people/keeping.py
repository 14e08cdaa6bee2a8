"""For how long people are kept who have no account: until the day that was said of each."""

from django.db.models import QuerySet

from solmu.lib import clock
from solmu.people.models import Person


def overdue() -> QuerySet[Person]:
    """People whose day has passed and of whom something is kept still, the longest first."""
    past = Person.objects.filter(retention_until__lt=clock.today(), user=None, merged_into=None)
    kept = past.exclude(given_name="", family_name="", email="")
    return kept.order_by("retention_until", "family_name", "given_name", "pk")
