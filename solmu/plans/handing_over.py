"""What follows a group's work to others: the pack for a successor in a seat, and open measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from solmu.lib import clock
from solmu.networks.groups import Follower, Moved
from solmu.networks.models import Group, Term
from solmu.people.viewer import Viewer
from solmu.plans import planning
from solmu.plans.models import Measure, Output


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the pack that a successor in a seat is given."""

    title: str
    url: str
    detail: str = ""


def hand_over(term: Term) -> list[Line]:
    """The open measures and the outputs of the term's group."""
    group = term.seat.group
    measures = (
        Measure.objects.filter(group=group)
        .current(clock.today())
        .select_related("plan__network__organisation")
        .order_by("ends_on", "pk")
    )
    outputs = Output.objects.filter(group=group).select_related("network__organisation")
    lines = [
        Line(
            measure.title,
            measure.get_absolute_url(),
            _("measure, by %(day)s") % {"day": date_format(measure.ends_on, "SHORT_DATE_FORMAT")},
        )
        for measure in measures
    ]
    lines += [
        Line(output.title, output.get_absolute_url(), str(output.get_kind_display()))
        for output in outputs.order_by("-published_on", "pk")
    ]
    return lines


def _group_lines(group: Group) -> list[Moved]:
    measures = Measure.objects.filter(group=group).current(clock.today())
    return [
        Moved(measure.title, measure.get_absolute_url())
        for measure in measures.select_related("plan__network__organisation").order_by("pk")
    ]


def _follow_group(ended: Group, later: Group, on: date, by: Viewer) -> None:
    planning.hand_on(ended, later, on, by)


FOLLOWER = Follower(_group_lines, _follow_group)
