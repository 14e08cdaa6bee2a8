"""Founding an institution: entry, operating area, ladder and lists, the first colleagues."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.organisations import affiliations, institutions, invitations
from solmu.organisations.models import Institution, Municipality, Region
from solmu.partnerships.founding import ladder
from solmu.partnerships.models import Facet
from solmu.people.models import Person
from solmu.people.viewer import Viewer

Texts = Mapping[str, Any]


@transaction.atomic
def found(
    facts: Mapping[str, Any],
    *,
    by: Viewer,
    regions: Iterable[Region] = (),
    municipalities: Iterable[Municipality] = (),
    fields: Iterable[str] = (),
    levels: Iterable[Texts] = ladder.LEVELS,
    contents: Iterable[Texts] = (),
    themes: Iterable[Texts] = (),
    own_role: str = "",
    invited: Iterable[str] = (),
    invited_role: str = "contributor",
    language: str = "fi",
) -> Institution:
    """Make an institution ready for its first import, and invite the colleagues named."""
    institution = institutions.create(
        facts, by=by, regions=regions, municipalities=municipalities, fields=fields
    )
    with history.acting(by, gettext_noop("institution created")):
        ladder.write_ladder(institution, levels)
        ladder.write_facets(institution, Facet.Kind.CONTENT, contents)
        ladder.write_facets(institution, Facet.Kind.THEME, themes)
    if own_role and by.person_id:
        affiliations.give_role(Person.objects.get(pk=by.person_id), institution, own_role, by=by)
    for email in invited:
        invitations.invite(institution, email, invited_role, by=by, language=language)
    return institution
