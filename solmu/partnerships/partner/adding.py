"""Adding a partner by hand: an organisation of the directory, or one that is new to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.organisations import directory
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships import indexing
from solmu.partnerships import standing as standings
from solmu.partnerships.models import Stakeholder
from solmu.people.viewer import Viewer

FOUND = 8


@transaction.atomic
def add(
    institution: Institution,
    organisation: Organisation | dict[str, Any],
    *,
    roles: list[str],
    on: date | None,
    by: Viewer,
    reason: str = "",
    **facts: Any,
) -> tuple[Stakeholder, bool]:
    """Make an organisation (or what is known of a new one) a stakeholder, and say how it stands.

    Returns the one that is there already, unchanged, if there is one; says whether it is new.
    """
    if isinstance(organisation, dict):
        organisation, _new = directory.add(organisation, by=by, institution=institution)
    else:
        directory.add_source(organisation, institution, by=by)
    reason = reason.strip() or _("Added by hand")
    with history.acting(by, reason):
        stakeholder, created = Stakeholder.objects.get_or_create(
            institution=institution, organisation=organisation, defaults={"roles": roles}
        )
        if created:
            standings.change(stakeholder, on=on, reason=reason, by=by, **facts)
            indexing.index_stakeholders([stakeholder.pk])
    return stakeholder, created


def found(text: str, *, viewer: Viewer, institution: Institution) -> list[Organisation]:
    """Organisations with such a name or business ID; `partner_id` tells those on the list."""
    text = " ".join(text.replace("\0", " ").split())[:100]
    if len(text) < 2:
        return []
    seen = Organisation.objects.visible_to(viewer)
    named = seen.named_like(text) | seen.filter(business_id__iexact=text)
    organisations = list(named.exclude(pk=institution.pk).order_by("sort_fi", "pk")[:FOUND])
    already = dict(
        Stakeholder.objects.filter(
            institution=institution, organisation__in=organisations
        ).values_list("organisation_id", "pk")
    )
    for organisation in organisations:
        organisation.partner_id = already.get(organisation.pk)
    return organisations
