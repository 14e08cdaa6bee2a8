"""Adding a stakeholder: an organisation of the directory that the institution deals with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.organisations import directory
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships import standing
from solmu.partnerships.models import Stakeholder
from solmu.people.viewer import Viewer


class AlreadyAddedError(ValueError):
    """The organisation is on the institution's list already."""

    def __init__(self, stakeholder: Stakeholder) -> None:
        super().__init__(_("This organisation is among your partners already."))
        self.stakeholder = stakeholder


@transaction.atomic
def add(
    institution: Institution,
    organisation: Organisation,
    *,
    by: Viewer,
    on: date | None,
    reason: str,
    roles: Iterable[str] = (),
    **facts: Any,
) -> Stakeholder:
    """Put an organisation on the institution's list; from the day on the facts hold."""
    with history.acting(by, reason):
        stakeholder, new = Stakeholder.objects.get_or_create(
            institution=institution, organisation=organisation, defaults={"roles": list(roles)}
        )
        if not new:
            raise AlreadyAddedError(stakeholder)
        directory.add_source(organisation, institution, by=by)
    standing.change(stakeholder, on=on, reason=reason, by=by, **facts)
    return stakeholder
