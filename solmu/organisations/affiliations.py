"""Roles in institutions: what a user is today, and changes to it."""

from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F, OuterRef, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.models import Affiliation, Institution
from solmu.people.models import Person
from solmu.people.viewer import Viewer


def roles_fact() -> ArraySubquery:
    """What `Viewer.roles` is made of: the user's roles today, each with its institution's name."""
    name = Coalesce(
        NullIf(F("institution__organisation__name_fi"), Value("")),
        NullIf(F("institution__organisation__name_sv"), Value("")),
        F("institution__organisation__name_en"),
    )
    return ArraySubquery(
        Affiliation.objects.on(clock.today())
        .filter(person__user=OuterRef("pk"))
        .order_by("pk")
        .values(fact=JSONObject(institution="institution_id", role="role", name=name))
    )


@transaction.atomic
def give_role(person: Person, institution: Institution, role: str, *, by: Viewer) -> Affiliation:
    """Give a person a role from today; another role held today ends yesterday."""
    today = clock.today()
    with history.acting(by, gettext_noop("role given")):
        held = (
            Affiliation.objects.select_for_update()
            .on(today)
            .filter(person=person, institution=institution)
        )
        for affiliation in held:
            if affiliation.role == role:
                return affiliation
            end_role(affiliation, by=by)
        return Affiliation.objects.create(
            person=person, institution=institution, role=role, valid=period(today)
        )


@transaction.atomic
def end_role(affiliation: Affiliation, *, by: Viewer) -> None:
    """End a role: yesterday was its last day. A role that began today never was."""
    yesterday = clock.today() - timedelta(days=1)
    with history.acting(by, gettext_noop("role ended")):
        if affiliation.valid.lower and affiliation.valid.lower > yesterday:
            affiliation.delete()
            return
        affiliation.valid = period(affiliation.valid.lower, yesterday)
        affiliation.save(update_fields=["valid"])
