"""Who may do what to the directory and in an institution."""

from solmu.lib.composed import composed
from solmu.organisations.models import (
    Affiliation,
    FactProposal,
    Institution,
    Merge,
    Organisation,
    OrganisationSource,
    Relation,
)
from solmu.people.models import Person
from solmu.people.viewer import Viewer

EDITORS = ("leader", "coordinator", "contributor")
MANAGERS = ("leader", "coordinator")


def can_found(viewer: Viewer) -> bool:
    """Make a new institution: administrators."""
    return viewer.is_admin


def can_administer(viewer: Viewer) -> bool:
    """Find people, answer for what is kept of them, and name administrators and addresses."""
    return viewer.is_admin


def can_erase(viewer: Viewer, person: Person) -> bool:
    """Erase a person: administrators, but nobody themselves."""
    return can_administer(viewer) and person.pk != viewer.person_id


def can_manage(viewer: Viewer, institution_id: int) -> bool:
    """Change an institution's settings and invite colleagues."""
    return viewer.is_admin or viewer.has_role(institution_id, *MANAGERS)


def can_give(viewer: Viewer, institution_id: int, role: str) -> bool:
    """Give a role in an institution, or take it: a leader's is for leaders and administrators."""
    if role == Affiliation.Role.LEADER:
        return viewer.is_admin or viewer.has_role(institution_id, Affiliation.Role.LEADER)
    return can_manage(viewer, institution_id)


def can_see_colleagues(viewer: Viewer, institution: Institution) -> bool:
    """See who has which role in an institution: everybody in it."""
    return viewer.is_admin or viewer.has_role(institution.pk)


def can_add(viewer: Viewer) -> bool:
    """Add an organisation to the directory."""
    return viewer.is_admin or viewer.has_role(viewer.institution_id, *EDITORS)


def can_edit(viewer: Viewer, organisation: Organisation) -> bool:
    """Change public facts, or propose a change where another gave the fact."""
    return can_add(viewer)


def can_write(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether changes of facts are written where nobody else gave them, or proposed at most.

    Leaders and coordinators write those of their institution's organisations, contributors those
    that they own as a partner, administrators all.
    """
    own = viewer.institution_id
    if viewer.is_admin:
        return True
    if viewer.has_role(own, *MANAGERS) and (
        own == organisation.pk
        or OrganisationSource.objects.filter(
            institution_id=own, organisation_id=organisation.pk
        ).exists()
    ):
        return True
    return any(writes(viewer, organisation.pk) for writes in composed("FACT_WRITERS"))


def can_relate(viewer: Viewer, organisation: Organisation) -> bool:
    """Record a relation of the organisation."""
    return can_add(viewer)


def can_end_relation(viewer: Viewer, relation: Relation) -> bool:
    """End a relation that one's own institution recorded, or any as an administrator."""
    if viewer.is_admin:
        return True
    return bool(relation.institution_id) and viewer.has_role(relation.institution_id, *EDITORS)


def can_decide(viewer: Viewer, proposal: FactProposal) -> bool:
    """Decide on a proposed fact: who gave the present one, the organisation, administrators."""
    if viewer.is_admin or viewer.has_role(proposal.organisation_id, *MANAGERS):
        return True
    return viewer.has_role(proposal.giver_id, *MANAGERS)


def may_know_proposer(viewer: Viewer, proposal: FactProposal) -> bool:
    """Who deals with an organisation is known to each institution alone, proposals included."""
    return viewer.is_admin or viewer.has_role(proposal.institution_id)


def can_ask_merge(viewer: Viewer, organisation: Organisation) -> bool:
    """Say that two entries are one organisation."""
    return viewer.is_admin or viewer.has_role(viewer.institution_id, *MANAGERS)


def can_decide_merge(viewer: Viewer, merge: Merge) -> bool:
    """Accept or decline a merge that affects several institutions."""
    return viewer.is_admin


def affects_others(merge: Merge) -> bool:
    """A merge of entries that all see concerns more than the institution that asked for it."""
    return merge.kept.public or merge.gone.public


def can_undo_merge(viewer: Viewer, merge: Merge) -> bool:
    """Take a merge back: administrators; who asked for it, while it affects nobody else."""
    if viewer.is_admin:
        return True
    return not affects_others(merge) and viewer.has_role(merge.institution_id, *MANAGERS)


def can_ask_undo(viewer: Viewer, merge: Merge) -> bool:
    """Ask an administrator to take a merge back: whose institution asked for it."""
    return viewer.has_role(merge.institution_id, *MANAGERS)
