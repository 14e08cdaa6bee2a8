"""Yearly figures of organisations."""

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.organisations.models import Figure, Organisation
from solmu.people.viewer import Viewer


@transaction.atomic
def record(
    organisation: Organisation,
    year: int,
    *,
    by: Viewer,
    students: int | None = None,
    staff: int | None = None,
    source: str = "",
) -> Figure:
    """Record a year's figures; a year that is there already is corrected."""
    with history.acting(by, gettext_noop("figures recorded")):
        figure, _new = Figure.objects.update_or_create(
            organisation=organisation,
            year=year,
            defaults={"students": students, "staff": staff, "source": source},
        )
    return figure
