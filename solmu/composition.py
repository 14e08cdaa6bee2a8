"""How the rooms come together: menu, panels, what waits, evidence, search.

A part is a function that takes a viewer, or a name of an address; rooms below read it through
`lib.composed`, so that no arrow points up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import BaseExpression
from django.utils.translation import gettext_lazy as _

from solmu.costs import archive as cost_archive
from solmu.costs import holders as cost_holders
from solmu.costs import waiting as cost_waits
from solmu.files import holders as file_holders
from solmu.lib import modules
from solmu.networks import evidence as network_evidence
from solmu.networks import group_evidence, group_panel, taking_part
from solmu.networks import indexing as network_index
from solmu.networks import reminding as seat_reminding
from solmu.networks import waiting as network_waits
from solmu.organisations import affiliations
from solmu.organisations import indexing as directory_index
from solmu.organisations import waiting as directory_waits
from solmu.partnerships import evidence as partner_evidence
from solmu.partnerships import indexing as partner_index
from solmu.partnerships import permissions as partners
from solmu.partnerships.growing import registering
from solmu.partnerships.picture import day as partner_day
from solmu.people.viewer import Viewer
from solmu.plans import evidence as measure_evidence
from solmu.plans import goal_holder
from solmu.plans import hooks as plan_hooks
from solmu.plans import indexing as plan_index
from solmu.ties import relations
from solmu.ties.kinds import Kind
from solmu.training import running
from solmu.ui.menu import MenuItem, Waiting

# What a user is today; each room above people adds a line.
VIEWER_FACTS: dict[str, Callable[[], BaseExpression]] = {
    "roles": affiliations.roles_fact,
    **dict(
        modules.of(
            "networks",
            ("participations", taking_part.participations_fact),
            ("representations", taking_part.representations_fact),
            ("terms", taking_part.terms_fact),
        )
    ),
    **dict(modules.of("training", ("training", running.training_fact))),
}


def _signed_in(viewer: Viewer) -> bool:
    return not viewer.is_anonymous


def _has_institution(viewer: Viewer) -> bool:
    return viewer.institution_id is not None


def _has_institution_or_all(viewer: Viewer) -> bool:
    return viewer.is_admin or _has_institution(viewer)


def _is_admin(viewer: Viewer) -> bool:
    return viewer.is_admin


def _imports(viewer: Viewer) -> bool:
    return partners.can_import(viewer, viewer.institution_id)


MENU = (
    MenuItem("", _("My day"), "portal:home", "sun", _signed_in),
    *modules.of(
        "partnerships",
        MenuItem("see", _("Partnerships"), "partnerships:list", "handshake", _has_institution),
    ),
    MenuItem("see", _("Organisations"), "organisations:list", "building-2", _signed_in),
    *modules.of("networks", MenuItem("do", _("Networks"), "networks:list", "users", _signed_in)),
    MenuItem("", _("Institution"), "institutions:list", "settings", _has_institution_or_all),
    MenuItem("", _("People"), "people:list", "contact", _is_admin),
)

# What the command palette offers beside the menu.
ACTIONS = (
    *modules.of(
        "partnerships",
        MenuItem("", _("Map of partners"), "partnerships:map", "map", _has_institution),
        MenuItem("", _("Strategy board"), "partnerships:strategy", "columns-3", _has_institution),
        MenuItem("", _("Import partners"), "partnerships:import", "upload", _imports),
        *modules.of(
            "networks",
            MenuItem("", _("From two to many"), "partnerships:growing", "network", _imports),
        ),
        MenuItem("", _("New institution"), "founding:new", "plus", _is_admin),
    ),
    MenuItem("", _("Proposed facts"), "organisations:proposals", "check", _signed_in),
    MenuItem("", _("Merged entries"), "organisations:merges", "link", _has_institution_or_all),
    MenuItem("", _("Undelivered mail"), "notifications:undelivered", "mail", _is_admin),
    MenuItem("", _("My account"), "own:me", "user", _signed_in),
)


# What kinds of record with personal fields are called where it is said what is kept of a person.
PERSONAL_RECORDS: dict[str, Any] = {
    "people.Person": _("name, addresses, phone and language"),
    "people.PersonMerge": _("records found to be the same person"),
    "people.SignedLink": _("links that were mailed"),
    "accounts.User": _("account"),
    "accounts.ApiToken": _("API tokens"),
    "notifications.Message": _("messages that Solmu has sent"),
    "organisations.Affiliation": _("roles in institutions"),
    "organisations.Invitation": _("invitations"),
    "imports.Batch": _("imported spreadsheets that name the person"),
    "imports.Line": _("rows of imported spreadsheets"),
    "imports.Changed": _("what imports changed"),
    "imports.ValueMapping": _("words of spreadsheets that name the person"),
    "networks.Participant": _("people in networks"),
    "networks.MemberInvitation": _("invitations to networks"),
    "approvals.Voice": _("approvals and what was said with them"),
    "agreements.Version": _("agreements that name the person"),
    "agreements.Comment": _("comments on agreements"),
    "agreements.Mandate": _("rights to sign"),
    "agreements.Signature": _("signatures"),
    "agreements.Record": _("signing records"),
    "training.Staff": _("programmes that the person runs"),
    "training.Enrolment": _("enrolments in training"),
    "partnerships.Contact": _("contact person of a partner"),
    "partnerships.DialogueEntry": _("dialogue with the person"),
    "partnerships.Confirmation": _("confirmations that were asked"),
}


@dataclass(frozen=True, slots=True)
class SearchKind:
    """What a kind of record is called where it is found."""

    label: Any
    icon: str


SEARCH_KINDS = dict(
    (
        ("organisation", SearchKind(_("organisation"), "building-2")),
        *modules.of(
            "partnerships",
            ("partnership", SearchKind(_("partner"), "handshake")),
            ("contact", SearchKind(_("person"), "user")),
            ("dialogue", SearchKind(_("dialogue"), "messages-square")),
        ),
        *modules.of("networks", (network_index.NETWORK, SearchKind(_("network"), "users"))),
        *modules.of(
            "plans",
            (plan_index.MEASURE, SearchKind(_("measure"), "target")),
            (plan_index.OUTPUT, SearchKind(_("output"), "file-text")),
        ),
    )
)

# What waits for the viewer, for my day: each gives rows.
WAITING: tuple[Callable[[Viewer], list[Waiting]], ...] = (
    *modules.of("partnerships", partner_day.waits),
    directory_waits.waits,
    *modules.of("networks", network_waits.waits, seat_reminding.waits),
    *modules.of("plans", plan_hooks.waits),
    *modules.of("costs", cost_waits.waits),
)

# Who, besides those who brought it, writes the directory's facts of an organisation.
FACT_WRITERS: tuple[Callable[[Viewer, int], bool], ...] = modules.of(
    "partnerships", partners.writes_facts_of
)

# Panels of my day: each gives something with a `template`, or nothing for viewers without it.
HOME_PANELS: tuple[Callable[[Viewer], Any], ...] = modules.of("partnerships", partner_day.panel)

# Panels of an organisation's page, by the name of the address that renders them.
ORGANISATION_PANELS: tuple[str, ...] = modules.of("partnerships", "partnerships:organisation-panel")

# The tabs of a network's pages: label and the name of an address that takes the network's slug.
NETWORK_TABS: tuple[tuple[Any, str], ...] = (
    *modules.of(
        "networks",
        (_("Home"), "networks:home"),
        (_("Members"), "networks:members"),
        (_("Groups"), "networks:groups"),
        (_("People"), "networks:people"),
    ),
    *modules.of("plans", (_("Action plan"), "plans:plan"), (_("Outputs"), "plans:outputs")),
    *modules.of("costs", (_("Costs"), "costs:list")),
)

# Panels of a network's home: each takes the request and the network, and gives something with a
# `template`, or None.
NETWORK_PANELS: tuple[Callable[[Any, Any], Any], ...] = (
    *modules.of("plans", plan_hooks.panel),
    *modules.of("networks", group_panel.panel),
    *modules.of("costs", cost_waits.network_panel),
)

# Panels of a network's public page, made in the same way; they hold only what all may know.
PUBLIC_PANELS: tuple[Callable[[Any, Any], Any], ...] = modules.of("plans", plan_hooks.public_panel)

# What a successor in a seat is given: each takes the term and gives lines with a title and a url.
HAND_OVER: tuple[Callable[[Any], Any], ...] = modules.of("plans", plan_hooks.hand_over)

# What follows a group when it is merged or split: `networks.groups.Follower`s of rooms above.
GROUP_FOLLOWERS: tuple[Any, ...] = (
    *modules.of("plans", plan_hooks.FOLLOWER),
    *modules.of("costs", cost_archive.FOLLOWER),
)

# What a network takes along when it leaves: each takes the network and yields (file name, rows).
NETWORK_ARCHIVE: tuple[Callable[[Any], Any], ...] = (
    *modules.of("plans", plan_hooks.archive),
    *modules.of("costs", cost_archive.parts),
)

# What can be sealed, by kind: how its document is made, and what all may know of it.
SEALED: dict[str, Any] = {}

# What goals can belong to, by kind: who sees them there, and who changes them.
GOAL_HOLDERS: dict[str, Any] = dict(modules.of("plans", (goal_holder.NETWORK, goal_holder.HOLDER)))

# What files can be attached to, by kind: who sees them, who may change them, where they are shown.
FILE_HOLDERS: dict[str, file_holders.Holder] = {
    **(cost_holders.CASES if modules.is_on("costs") else {}),
}

# Who tells the ties of each kind of source; `solmu doctor` compares them with the rows.
EVIDENCE: dict[str, Callable[[], Any]] = {
    partner_evidence.DIALOGUE: partner_evidence.rebuild_dialogue,
    partner_evidence.CONFIRMATION: partner_evidence.rebuild_confirmations,
    relations.RELATION: relations.rebuild,
    network_evidence.MEMBERSHIP: network_evidence.rebuild,
    group_evidence.SEAT: group_evidence.rebuild,
    measure_evidence.MEASURE: measure_evidence.rebuild,
}

# What each kind of source is called where evidence is listed, and how its records are read.
EVIDENCE_KINDS = {
    partner_evidence.DIALOGUE: Kind(
        _("dialogue"), "messages-square", partner_evidence.dialogue_sources
    ),
    partner_evidence.CONFIRMATION: Kind(
        _("confirmed by both"), "check", partner_evidence.confirmation_sources
    ),
    relations.RELATION: Kind(_("relation"), "link", relations.sources),
    network_evidence.MEMBERSHIP: Kind(
        _("members of one network"), "users", network_evidence.sources
    ),
    group_evidence.SEAT: Kind(_("seats in one group"), "users", group_evidence.sources),
    measure_evidence.MEASURE: Kind(_("joint measure"), "target", measure_evidence.sources),
}

# Who writes a room's search entries anew.
INDEXES: tuple[Callable[[], None], ...] = (
    directory_index.index_organisations,
    *modules.of(
        "partnerships",
        partner_index.index_stakeholders,
        partner_index.index_contacts,
        partner_index.index_dialogue,
    ),
    *modules.of("networks", network_index.index_networks),
    *modules.of("plans", plan_index.index_measures, plan_index.index_outputs),
)

# What rooms above write anew, in the same transaction, when records of a room below have changed;
# called by `lib.composed.follow(kind, ids)`.
FOLLOWS: dict[str, tuple[Callable[[Iterable[int]], None], ...]] = {
    "organisation": (
        *modules.of("partnerships", partner_index.index_organisations),
        *modules.of("networks", network_index.index_organisations),
    ),
    "person": modules.of("partnerships", partner_index.index_people),
    "relation": (relations.follow,),
    "membership": modules.of("partnerships", registering.follow_memberships),
    # What a merge has moved, by the model.
    "networks.Membership": (
        network_evidence.follow_memberships,
        *modules.of("networks", network_index.index_memberships),
    ),
    "networks.Seat": (group_evidence.follow,),
    "plans.Measure": (measure_evidence.follow, *modules.of("plans", plan_index.index_measures)),
    "plans.TakingPart": (measure_evidence.follow_parts,),
    "partnerships.Stakeholder": (
        partner_index.index_stakeholders,
        partner_evidence.follow_stakeholders,
    ),
    "partnerships.DialogueEntry": (partner_index.index_dialogue, partner_evidence.follow_dialogue),
    "partnerships.Contact": (partner_index.index_contacts,),
    "partnerships.Confirmation": (partner_evidence.follow_confirmations,),
}
