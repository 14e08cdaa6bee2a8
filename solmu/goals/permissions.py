"""Every "may they?" of goals."""

from solmu.goals.holders import holder_of
from solmu.goals.models import Goal, Indicator
from solmu.people.viewer import Viewer


def can_add(viewer: Viewer, holder_kind: str, holder_id: int) -> bool:
    """Set a goal: whoever runs what it belongs to."""
    holder = holder_of(holder_kind)
    return holder is not None and holder.edits(viewer, holder_id)


def can_edit(viewer: Viewer, goal: Goal) -> bool:
    """Change a goal and its indicators: whoever runs what it belongs to."""
    return can_add(viewer, goal.holder_kind, goal.holder_id)


def can_measure(viewer: Viewer, indicator: Indicator) -> bool:
    """Enter a value: whoever may change the goal, or answers for what is measured."""
    holder = holder_of(indicator.goal.holder_kind)
    if holder is None:
        return False
    return holder.edits(viewer, indicator.goal.holder_id) or holder.measures(
        viewer, indicator.goal.holder_id, indicator.pk
    )
