"""Every "may they?" of partnerships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solmu.lib import clock
from solmu.partnerships.models import DialogueEntry, Level, Stakeholder, Standing

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer

LEADER, COORDINATOR, CONTRIBUTOR = "leader", "coordinator", "contributor"


def can_view_partners(viewer: Viewer, institution_id: int | None) -> bool:
    """Everybody with a role in the institution sees its partners; administrators see all."""
    return viewer.is_admin or viewer.has_role(institution_id)


def can_edit_any(viewer: Viewer, institution_id: int | None) -> bool:
    """Tell whether the viewer edits all of the institution's partners."""
    return bool(viewer.system_reason) or viewer.has_role(institution_id, LEADER, COORDINATOR)


def can_edit(viewer: Viewer, stakeholder: Stakeholder) -> bool:
    """Leaders and coordinators edit all, contributors what they own today."""
    if can_edit_any(viewer, stakeholder.institution_id):
        return True
    if viewer.person_id is None or not viewer.has_role(stakeholder.institution_id, CONTRIBUTOR):
        return False
    if hasattr(stakeholder, "owner_id"):  # annotated by the picture
        return stakeholder.owner_id == viewer.person_id
    today = Standing.objects.on(clock.today())
    return today.filter(stakeholder=stakeholder, owner_id=viewer.person_id).exists()


def writes_facts_of(viewer: Viewer, organisation_id: int) -> bool:
    """Who edits an organisation as a partner also writes what the directory says of it."""
    stakeholder = Stakeholder.objects.filter(
        institution_id=viewer.institution_id, organisation_id=organisation_id
    ).first()
    return stakeholder is not None and can_edit(viewer, stakeholder)


def can_decide_level(viewer: Viewer, institution_id: int | None, level: Level | None) -> bool:
    """Leaders decide every level; coordinators those that the ladder leaves to them."""
    if viewer.system_reason or viewer.has_role(institution_id, LEADER):
        return True
    if level is not None and level.decided_by == Level.Decider.LEADER:
        return False
    return viewer.has_role(institution_id, COORDINATOR)


def can_log_dialogue(viewer: Viewer, stakeholder: Stakeholder) -> bool:
    """Everybody but readers logs what they have said and done with a partner."""
    if viewer.system_reason:
        return True
    return viewer.has_role(stakeholder.institution_id, LEADER, COORDINATOR, CONTRIBUTOR)


def can_edit_dialogue(viewer: Viewer, entry: DialogueEntry) -> bool:
    """Authors edit their own entries; leaders and coordinators all that they can see."""
    institution_id = entry.stakeholder.institution_id
    if not viewer.has_role(institution_id, LEADER, COORDINATOR, CONTRIBUTOR):
        return bool(viewer.system_reason)
    if viewer.person_id is not None and entry.author_id == viewer.person_id:
        return True
    return viewer.has_role(institution_id, LEADER, COORDINATOR)


def can_import(viewer: Viewer, institution_id: int | None) -> bool:
    """Leaders and coordinators bring the institution's spreadsheet in."""
    return can_edit_any(viewer, institution_id)


def can_settings(viewer: Viewer, institution_id: int | None) -> bool:
    """Leaders, coordinators and administrators set ladder, contents and themes."""
    return viewer.is_admin or viewer.has_role(institution_id, LEADER, COORDINATOR)
