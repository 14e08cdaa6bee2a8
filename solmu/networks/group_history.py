"""Which changes belong to a group's history."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solmu.audit.changes import Part
from solmu.networks.models import Group, Placement, Seat, Succession, Term
from solmu.networks.sitting import seat_name


def parts(group: Group) -> list[Part]:
    """The group, its seats and the terms in them, what it is part of and whom it followed."""
    seats = _events(Seat).filter(group_id=group.pk).values("pgh_obj_id")
    own = Q(group_id=group.pk)
    return [
        Part(Group, Q(pgh_obj_id=group.pk), _("Group"), names={"valid": _("period")}),
        Part(
            Seat,
            own,
            _("Seat"),
            title=("organisation",),
            names={"valid": _("period")},
            hidden=frozenset({"group"}),
        ),
        Part(
            Term,
            Q(seat_id__in=seats),
            _("Term"),
            title=("person",),
            names={"valid": _("period"), "seat": _("seat"), "person": _("person")},
            references={"seat": _seat_names},
            hidden=frozenset({"reminded_on"}),
        ),
        Part(
            Placement,
            own,
            _("Sub-group of"),
            title=("parent",),
            names={"valid": _("period")},
            hidden=frozenset({"group"}),
        ),
        Part(
            Succession,
            Q(earlier_id=group.pk) | Q(later_id=group.pk),
            _("Goes on with the work"),
            names={"earlier": _("earlier group"), "later": _("later group")},
        ),
    ]


def of_seat(seat: Seat) -> list[Part]:
    """A seat and its terms."""
    return [
        Part(Seat, Q(pgh_obj_id=seat.pk), _("Seat"), names={"valid": _("period")}),
        Part(
            Term,
            Q(seat_id=seat.pk),
            _("Term"),
            title=("person",),
            names={"valid": _("period"), "person": _("person")},
            hidden=frozenset({"reminded_on", "seat"}),
        ),
    ]


def _seat_names(ids: set[int]) -> dict[int, str]:
    seats = Seat.objects.filter(pk__in=ids).select_related("organisation")
    return {seat.pk: seat_name(seat) for seat in seats}


def _events(model: Any) -> Any:
    return model.pgh_event_models["insert"].objects
