"""Reads of agreements, scoped by who asks."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast

from solmu.lib.compiled import Value, compiled, fetch, several
from solmu.lib.months import interval
from solmu.lib.paging import Source

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer

FEW = 500


def agreement_scope(viewer: Viewer, at: str = "") -> Q:
    """Condition: the drafting institution's people, other parties' once it was sent, the network's.

    A party's people are those of the organisation, its contact person and whoever is asked to sign
    for it. `at` is the way to the agreement, such as `agreement__`.
    """
    if viewer.is_admin:
        return Q()
    own = viewer.institutions
    party: Any = apps.get_model("agreements", "Party")
    signature: Any = apps.get_model("agreements", "Signature")
    # The drafter, at position 0, is left out: it alone can be in a hundred thousand of them.
    others = party.objects.filter(position__gt=0)
    named = Q(**{f"{at}id__in": others.filter(organisation_id__in=own).values("agreement_id")})
    if viewer.person_id:
        mine = others.filter(contact_id=viewer.person_id)
        signs = signature.objects.filter(person_id=viewer.person_id)
        named |= Q(**{f"{at}id__in": mine.values("agreement_id")})
        named |= Q(**{f"{at}id__in": signs.values("party__agreement_id")})
    return (
        Q(**{f"{at}institution_id__in": own})
        | ~Q(**{f"{at}state": "draft"}) & named
        | Q(
            **{f"{at}network_id__in": viewer.networks.keys(), f"{at}state__in": ("active", "ended")}
        )
    )


def seen(viewer: Viewer) -> Source[Any]:
    """What `visible_to` gives, for lists: few that others drafted are named by their ids.

    The database then finds a page of them and of one's own at once, whether one has fifty of a
    hundred thousand or nearly all.
    """
    agreements: Any = apps.get_model("agreements", "Agreement").objects
    own = tuple(sorted(viewer.institutions))
    if viewer.is_anonymous or viewer.is_admin:
        return Source(("all", viewer.is_admin), partial(agreements.visible_to, viewer))
    roles = several(own, "role")
    networks = several(viewer.networks, "network")
    rows = _beside(len(roles), person=viewer.person_id or 0, **roles, **networks)
    if len(rows) > FEW:
        form = ("many", *viewer.form, viewer.person_id, *sorted(viewer.networks))
        return Source(form, partial(agreements.visible_to, viewer))

    def make(**beside: int) -> models.QuerySet[Any]:
        found = Q(institution_id__in=own)
        if beside:
            found |= ~Q(state="draft") & Q(pk__in=[*beside.values()])
        return agreements.filter(found)

    return Source(("few", *own), make, several({key for (key,) in rows}, "beside"))


def seen_rows(
    viewer: Viewer,
    form: Hashable,
    make: Callable[..., models.QuerySet[Any]],
    **values: Value,
) -> list[Any]:
    """What `make` takes of the agreements that the viewer sees, by SQL that is made once."""
    agreements: Any = apps.get_model("agreements", "Agreement").objects
    networks = several(viewer.networks, "seen")

    def made(*, person: int, **given: Any) -> models.QuerySet[Any]:
        theirs = {given.pop(name): frozenset[str]() for name in networks}
        reader = replace(viewer, person_id=person, networks=theirs)
        return make(agreements.visible_to(reader), **given)

    key = ("seen agreements", form, *viewer.form)
    return fetch(key, made, person=viewer.person_id or 0, **networks, **values)


@compiled
def _beside(roles: int, *, person: int, **ids: int) -> models.QuerySet[Any, Any]:
    party: Any = apps.get_model("agreements", "Party")
    signature: Any = apps.get_model("agreements", "Signature")
    agreement: Any = apps.get_model("agreements", "Agreement")
    own, networks = [*ids.values()][:roles], [*ids.values()][roles:]
    others = party.objects.filter(position__gt=0).order_by()
    parts = [
        others.filter(organisation_id__in=own).values_list("agreement_id"),
        others.filter(contact_id=person).values_list("agreement_id"),
        signature.objects.filter(person_id=person).order_by().values_list("party__agreement_id"),
        agreement.objects.filter(
            network_id__in=networks, state__in=("active", "ended")
        ).values_list("pk"),
    ]
    found: models.QuerySet[Any, Any] = parts[0].union(*parts[1:], all=True).order_by()[: FEW + 1]
    return found


def called(text: str, lower: str) -> Q:
    """Condition: the title has the text, a party is called so, or it is the case number.

    `lower` is the text in small letters, given beside it since compiled queries are filled in.
    """
    party: Any = apps.get_model("agreements", "Party")
    theirs = party.objects.filter(organisation__called__contains=lower)
    return Q(title__icontains=text) | Q(case_number=text) | Q(id__in=theirs.values("agreement_id"))


def named(text: str) -> list[int] | None:
    """The agreements that `called` finds, whoever sees them; None when they are many.

    Each way of finding has its index, which a condition of all three together can't use.
    """
    party: Any = apps.get_model("agreements", "Party")
    agreements: Any = apps.get_model("agreements", "Agreement").objects
    parts = [
        agreements.filter(title__icontains=text).values_list("pk"),
        agreements.filter(case_number=text).values_list("pk"),
        party.objects.filter(organisation__called__contains=text.lower())
        .order_by()
        .values_list("agreement_id"),
    ]
    rows = parts[0].union(*parts[1:], all=True).order_by()[: FEW + 1]
    found = [key for (key,) in rows]
    return None if len(found) > FEW else sorted(set(found))


class BaseQuerySet(models.QuerySet):
    """Base templates."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Own ones, those of networks one is in, published ones, and those that came with Solmu."""
        if viewer.is_admin:
            return self
        if viewer.is_anonymous:
            return self.none()
        return self.filter(
            Q(institution_id__in=viewer.institutions)
            | Q(network_id__in=viewer.networks.keys())
            | Q(published=True)
            | Q(institution=None, network=None)
        )

    def offered(self, day: date) -> Self:
        """Templates that may be used on a day."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day))


class OfBaseQuerySet(models.QuerySet):
    """Versions and clauses of templates; read through their template."""


class AgreementQuerySet(models.QuerySet):
    """Agreements."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Agreements of own institutions, as drafter or party, and of networks that one is in."""
        if viewer.is_admin:
            return self
        return self.none() if viewer.is_anonymous else self.filter(agreement_scope(viewer))

    def in_force(self, day: date) -> Self:
        """Agreements in force on a day."""
        return self.filter(valid__contains=day)

    def kept_long_enough(self, day: date) -> Self:
        """Ended ones whose years of keeping are over on a day."""
        over = Cast(F("valid__endswith") + interval("years", "keep_years"), models.DateField())
        kept = self.filter(state="ended", keep_years__isnull=False)
        return kept.alias(kept_to=over).filter(kept_to__lte=day)


class OfAgreementQuerySet(models.QuerySet):
    """Rows of an agreement; read through it."""


class MandateQuerySet(models.QuerySet):
    """Who may sign for whom."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Mandates that own institutions recorded."""
        return self if viewer.is_admin else self.filter(institution_id__in=viewer.institutions)

    def on(self, day: date) -> Self:
        """Mandates held on a day."""
        return self.filter(valid__contains=day)


class BulkQuerySet(models.QuerySet):
    """Many agreements made at a time."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of institutions for which the viewer drafts."""
        own = [key for key in viewer.institutions if viewer.has_role(key, "leader", "coordinator")]
        return self.filter(institution_id__in=own)
