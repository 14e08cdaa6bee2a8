"""Every "may they?" of training."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer
    from solmu.training.models import Enrolment, Programme


def can_run(viewer: Viewer, programme: Programme) -> bool:
    """Run the month: see participants, send, start, close; staff, leaders and coordinators."""
    return (
        viewer.is_admin
        or programme.pk in viewer.programmes
        or viewer.has_role(programme.institution_id, "leader", "coordinator")
    )


def can_teach(viewer: Viewer, programme: Programme) -> bool:
    """Change contents and questions: trainers, leaders, coordinators."""
    return (
        viewer.is_admin
        or viewer.programmes.get(programme.pk) == "trainer"
        or viewer.has_role(programme.institution_id, "leader", "coordinator")
    )


def can_set_up(viewer: Viewer, programme: Programme) -> bool:
    """Change the programme itself, its rule and its steps: those who teach it."""
    return can_teach(viewer, programme)


def can_found(viewer: Viewer) -> bool:
    """Found a programme for one's institution."""
    return viewer.has_role(viewer.institution_id, "leader", "coordinator")


def is_participant(viewer: Viewer, enrolment: Enrolment) -> bool:
    """Study as the participant that one is."""
    return viewer.person_id is not None and enrolment.person_id == viewer.person_id
