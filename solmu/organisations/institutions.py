"""Institutions: the education providers that use Solmu, and their operating areas."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.organisations import directory
from solmu.organisations.models import Institution, Municipality, Organisation, Region
from solmu.people.viewer import Viewer


class InstitutionError(ValueError):
    """The institution can't be made so; the message says why."""


@transaction.atomic
def create(
    facts: Mapping[str, Any],
    *,
    by: Viewer,
    regions: Iterable[Region] = (),
    municipalities: Iterable[Municipality] = (),
    fields: Iterable[str] = (),
) -> Institution:
    """Make an institution of a directory entry: the one with its business ID, or a new one."""
    facts = {"kind": Organisation.Kind.EDUCATION_PROVIDER, "fields": ["education"], **facts}
    organisation, _new = directory.add(facts, by=by)
    if Institution.objects.filter(pk=organisation.pk).exists():
        raise InstitutionError(_("That organisation already uses Solmu."))
    if not organisation.public:
        directory.publish(organisation, by=by)
    with history.acting(by, gettext_noop("institution created")):
        institution = Institution.objects.create(organisation=organisation, fields=list(fields))
        institution.regions.set(regions)
        institution.municipalities.set(municipalities)
    return institution


@transaction.atomic
def change_area(
    institution: Institution,
    *,
    by: Viewer,
    regions: Iterable[Region],
    municipalities: Iterable[Municipality],
    fields: Iterable[str],
) -> None:
    """Change the operating area and the fields of an institution."""
    with history.acting(by, gettext_noop("operating area changed")):
        chosen = list(fields)
        if set(chosen) != set(institution.fields):  # their order says nothing
            institution.fields = chosen
            institution.save(update_fields=["fields"])
        institution.regions.set(regions)
        institution.municipalities.set(municipalities)
