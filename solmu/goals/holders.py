"""What goals can belong to: each room above says it by a Holder in composition.GOAL_HOLDERS."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from solmu.lib.composed import composed
from solmu.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Holder:
    """A kind of thing that has goals.

    `seen_by` gives the ids that the viewer sees (a queryset), `named` what the API calls each of
    them, `find` the id of a name that the viewer may know, else None.
    """

    seen_by: Callable[[Viewer], Any]
    named: Callable[[Iterable[int]], dict[int, str]]
    find: Callable[[Viewer, str], int | None]
    # May add goals and change them.
    edits: Callable[[Viewer, int], bool]
    # May enter values of the indicator with this id, beside those who edit.
    measures: Callable[[Viewer, int, int], bool]
    # Takes a goal out, where goals can be taken out; elsewhere they are marked as dropped.
    remove: Callable[[Viewer, Any], None] | None = None


def holder_of(kind: str) -> Holder | None:
    """The kind of thing; None when its module is off."""
    found: Holder | None = composed("GOAL_HOLDERS").get(kind)
    return found
