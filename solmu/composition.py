"""How the rooms come together: menu, panels, what waits, evidence, search.

A part is a function that takes a viewer, or a name of an address; rooms below read it through
`lib.composed`, so that no arrow points up.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import BaseExpression
from django.utils.translation import gettext_lazy as _

from solmu.agreements import goal_holder as agreement_goals
from solmu.agreements import indexing as agreement_index
from solmu.agreements import permissions as agreement_permissions
from solmu.agreements import sealed as sealed_agreements
from solmu.agreements import waiting as agreement_waits
from solmu.agreements.bases import indexing as base_index
from solmu.agreements.bases import waiting as base_waits
from solmu.agreements.binding import evidence as agreement_evidence
from solmu.agreements.binding import joining as agreement_joining
from solmu.agreements.binding import sealed as sealed_joinders
from solmu.agreements.living import archiving as agreement_archive
from solmu.agreements.living import waiting as agreement_life
from solmu.agreements.signing import elsewhere as signed_elsewhere
from solmu.agreements.signing import waiting as signing_waits
from solmu.costs import archive as cost_archive
from solmu.costs import holders as cost_holders
from solmu.costs import indexing as cost_index
from solmu.costs import permissions as cost_permissions
from solmu.costs import waiting as cost_waits
from solmu.files import holders as file_holders
from solmu.lib import modules
from solmu.networks import evidence as network_evidence
from solmu.networks import group_evidence, taking_part
from solmu.networks import indexing as network_index
from solmu.networks import permissions as network_permissions
from solmu.networks import reminding as seat_reminding
from solmu.networks import waiting as network_waits
from solmu.organisations import affiliations
from solmu.organisations import indexing as directory_index
from solmu.organisations import permissions as directory
from solmu.organisations import waiting as directory_waits
from solmu.partnerships import evidence as partner_evidence
from solmu.partnerships import indexing as partner_index
from solmu.partnerships import permissions as partners
from solmu.partnerships.growing import registering
from solmu.partnerships.picture import day as partner_day
from solmu.partnerships.picture import map_example
from solmu.partnerships.picture.filters import PictureFilter
from solmu.people.viewer import Viewer
from solmu.plans import archive as plan_archive
from solmu.plans import evidence as measure_evidence
from solmu.plans import files as output_files
from solmu.plans import goal_holder, handing_over
from solmu.plans import indexing as plan_index
from solmu.plans import panels as plan_panels
from solmu.plans import waiting as plan_waits
from solmu.sealing import permissions as seal_permissions
from solmu.sealing import waiting as seal_waits
from solmu.ties import relations
from solmu.ties.kinds import Kind
from solmu.training import logos as programme_logos
from solmu.training import permissions as training_permissions
from solmu.training import running
from solmu.training import waiting as training_waits
from solmu.training.autopilot import board_views as boards
from solmu.training.autopilot import waiting as autopilot_waits
from solmu.training.certificates import badges, issuing
from solmu.training.certificates import panel as certificate_panel
from solmu.training.certificates import sealed as sealed_certificates
from solmu.training.coverage import covering
from solmu.training.coverage import evidence as training_evidence
from solmu.training.coverage import panel as coverage_panel
from solmu.training.exam import loading as exam_loading
from solmu.training.exam import views as exam_views
from solmu.training.learning import holders as material_holders
from solmu.training.systems import register as company_register
from solmu.ui.menu import MenuItem, Waiting, Waits

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


def _has_no_institution(viewer: Viewer) -> bool:
    """Whoever works in no institution is here as a participant or a partner."""
    return not viewer.is_anonymous and not viewer.is_admin and not viewer.institutions


def _has_institution_or_all(viewer: Viewer) -> bool:
    return viewer.is_admin or _has_institution(viewer)


def _runs_training(viewer: Viewer) -> bool:
    return bool(viewer.programmes)


def _is_admin(viewer: Viewer) -> bool:
    return viewer.is_admin


def _drafts(viewer: Viewer) -> bool:
    return agreement_permissions.can_draft(viewer, viewer.institution_id)


def _founds_training(viewer: Viewer) -> bool:
    return viewer.is_admin or training_permissions.can_found(viewer)


def _imports(viewer: Viewer) -> bool:
    return partners.can_import(viewer, viewer.institution_id)


MENU = (
    MenuItem("", _("My day"), "portal:home", "sun", _signed_in),
    *modules.of(
        "partnerships",
        MenuItem("see", _("Partnerships"), "partnerships:list", "handshake", _has_institution),
    ),
    MenuItem("see", _("Organisations"), "organisations:list", "building-2", _signed_in),
    *modules.of(
        "agreements",
        MenuItem("agree", _("Agreements"), "agreements:list", "file-text", _signed_in),
    ),
    *modules.of("networks", MenuItem("do", _("Networks"), "networks:list", "users", _signed_in)),
    *modules.of(
        "training",
        MenuItem("learn", _("Training"), "training:start", "graduation-cap", _signed_in),
        MenuItem("learn", _("Training day"), "autopilot:day", "calendar", _runs_training),
        MenuItem("learn", _("Workplaces"), "coverage:workplaces", "building-2", _has_institution),
        MenuItem("learn", _("My studies"), "training:mine", "notebook-pen", _has_no_institution),
    ),
    MenuItem("", _("Institution"), "institutions:list", "settings", _has_institution_or_all),
    MenuItem("", _("People"), "people:list", "contact", _is_admin),
)

# What the command palette offers beside the menu.
ACTIONS = (
    *modules.of(
        "partnerships",
        MenuItem("", _("Map of partners"), "partnerships:map", "map", _has_institution),
        MenuItem("", _("Strategy board"), "partnerships:strategy", "columns-3", _has_institution),
        MenuItem("", _("Add a partner"), "partnerships:new", "plus", _imports),
        MenuItem("", _("Import partners"), "partnerships:import", "upload", _imports),
        *modules.of(
            "networks",
            MenuItem("", _("From two to many"), "partnerships:growing", "network", _imports),
        ),
        MenuItem("", _("New institution"), "founding:new", "plus", _is_admin),
    ),
    *modules.of(
        "agreements",
        MenuItem("", _("Draft an agreement"), "agreements:new", "plus", _drafts),
        MenuItem("", _("Agreement templates"), "agreements:bases", "file-text", _signed_in),
        MenuItem("", _("Renewal calendar"), "agreements:calendar", "calendar", _signed_in),
        MenuItem("", _("Agreements from a spreadsheet"), "agreements:bulks", "upload", _drafts),
        MenuItem("", _("Who may sign"), "agreements:mandates", "contact", _signed_in),
    ),
    *modules.of(
        "networks",
        MenuItem("", _("Start a network"), "networks:new", "plus", network_permissions.can_found),
    ),
    *modules.of(
        "training", MenuItem("", _("Found a training"), "training:new", "plus", _founds_training)
    ),
    MenuItem("", _("Check a document"), "sealing:check", "check", _signed_in),
    MenuItem("", _("Add an organisation"), "organisations:new", "plus", directory.can_add),
    MenuItem("", _("Proposed facts"), "organisations:proposals", "check", _signed_in),
    MenuItem("", _("Merged entries"), "organisations:merges", "link", _has_institution_or_all),
    MenuItem("", _("Undelivered mail"), "notifications:undelivered", "mail", _is_admin),
    MenuItem("", _("My account"), "own:me", "user", _signed_in),
)

# Components of rooms above, shown on the living page of the components.
COMPONENTS = (*modules.of("partnerships", map_example.shown),)


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
    "agreements.Joinder": _("joining an agreement"),
    "agreements.Record": _("signing records"),
    "agreements.BulkRow": _("spreadsheets of agreements"),
    "training.Staff": _("programmes that the person runs"),
    "training.Enrolment": _("enrolments in training"),
    "training_systems.Work": _("accounts in the institution's own systems"),
    "training.Group": _("groups that the person enrolled in training"),
    "training_certificates.Certificate": _("certificates of training"),
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
        *modules.of(
            "agreements",
            (agreement_index.AGREEMENT, SearchKind(_("agreement"), "file-text")),
            (
                agreement_index.CONFIDENTIAL,
                SearchKind(_("agreement, confidential part"), "file-text"),
            ),
            (base_index.TEMPLATE, SearchKind(_("agreement template"), "file-text")),
        ),
        *modules.of("costs", (cost_index.COST, SearchKind(_("costs"), "scale"))),
    )
)

# What waits for the viewer, for my day: each gives lines, and questions that make lines of rows;
# all questions are asked at once.
WAITING: tuple[Callable[[Viewer], Sequence[Waiting | Waits[Any]]], ...] = (
    directory_waits.waits,
    seal_waits.waits,
    *modules.of("networks", network_waits.waits, seat_reminding.waits),
    *modules.of("plans", plan_waits.waits),
    *modules.of("costs", cost_waits.waits),
    *modules.of("training", autopilot_waits.waits),
    *modules.of("training", training_waits.waits),
    *modules.of(
        "agreements",
        signing_waits.waits,
        agreement_waits.waits,
        agreement_life.waits,
        base_waits.waits,
    ),
)

# Who, besides those who brought it, writes the directory's facts of an organisation.
FACT_WRITERS: tuple[Callable[[Viewer, int], bool], ...] = modules.of(
    "partnerships", partners.writes_facts_of
)

# Panels of my day: each gives something with a `template` and what `waits` there, told before all
# else; or nothing for viewers without it.
HOME_PANELS: tuple[Callable[[Viewer], Any], ...] = modules.of("partnerships", partner_day.panel)

# Panels of an organisation's page: the name of the address that renders each, and what the link to
# it says where no script loads it.
ORGANISATION_PANELS: dict[str, Any] = dict(
    (
        *modules.of(
            "partnerships", ("partnerships:organisation-panel", _("Open the partner's page"))
        ),
        *modules.of("agreements", ("agreements:organisation-panel", _("Agreements"))),
    )
)

# Panels of a partner's page: each takes the request and the stakeholder, and gives something with a
# `template`, or None.
PARTNER_PANELS: tuple[Callable[[Any, Any], Any], ...] = (
    *modules.of("agreements", agreement_waits.partner_panel),
    *modules.of("training", coverage_panel.of_partner),
)

# What else the list, map and board of partners can be filtered by, by the name in the address.
PICTURE_FILTERS: dict[str, PictureFilter] = dict(
    modules.of(
        "training",
        ("training", PictureFilter(_("Training"), covering.options, covering.condition)),
    )
)

# The tabs of an institution's settings: label, the name of an address that takes its slug, and
# where not all of the institution may open it, who may.
INSTITUTION_TABS: tuple[tuple[Any, ...], ...] = (
    (_("General"), "institutions:general"),
    *modules.of(
        "partnerships",
        (_("Ladder"), "founding:ladder", partners.can_settings),
        (_("Contents and themes"), "founding:lists", partners.can_settings),
    ),
    (_("People"), "institutions:people"),
    (_("Seal"), "seals:seal", seal_permissions.can_set),
)

# The tabs of a network's pages: label, the name of an address that takes the network's slug, and
# where not all in the network may open it, who may.
NETWORK_TABS: tuple[tuple[Any, ...], ...] = (
    *modules.of(
        "networks",
        (_("Home"), "networks:home"),
        (_("Members"), "networks:members"),
        (_("Groups"), "networks:groups"),
        (_("People"), "networks:people"),
    ),
    *modules.of("plans", (_("Action plan"), "plans:plan"), (_("Outputs"), "plans:outputs")),
    *modules.of("costs", (_("Costs"), "costs:list", cost_permissions.can_read)),
)

# Panels of a network's home: each takes the request and the network, and gives something with a
# `template`, or None.
NETWORK_PANELS: tuple[Callable[[Any, Any], Any], ...] = (
    *modules.of("plans", plan_panels.panel),
    *modules.of("agreements", agreement_waits.network_panel),
    *modules.of("costs", cost_waits.network_panel),
)

# Panels of a network's public page, made in the same way; they hold only what all may know.
PUBLIC_PANELS: tuple[Callable[[Any, Any], Any], ...] = modules.of("plans", plan_panels.public_panel)

# What a successor in a seat is given: each takes the term and gives lines with a title and a url.
HAND_OVER: tuple[Callable[[Any], Any], ...] = modules.of("plans", handing_over.hand_over)

# What follows a group when it is merged or split: `networks.groups.Follower`s of rooms above.
GROUP_FOLLOWERS: tuple[Any, ...] = (
    *modules.of("plans", handing_over.FOLLOWER),
    *modules.of("costs", cost_archive.FOLLOWER),
)

# What a network takes along when it leaves: each takes the network and yields (file name, rows).
NETWORK_ARCHIVE: tuple[Callable[[Any], Any], ...] = (
    *modules.of("plans", plan_archive.parts),
    *modules.of("costs", cost_archive.parts),
    *modules.of("agreements", agreement_archive.of_network),
)

# What can be sealed, by kind: how its document is made, and what all may know of it.
SEALED: dict[str, Any] = dict(
    (
        *modules.of(
            "agreements",
            (sealed_agreements.SEALED, sealed_agreements.HOLDER),
            (sealed_joinders.KIND, sealed_joinders.HOLDER),
        ),
        *modules.of("training", (sealed_certificates.SEALED, sealed_certificates.HOLDER)),
    )
)

# Who else knows files that are checked on /verify/, such as badges: each takes the bytes and gives
# what they are (`sealing.holders.Described`), or None where they are of another kind.
VERIFIERS: tuple[Callable[[bytes], Any], ...] = modules.of("training", badges.verify)

# What goals can belong to, by kind: who sees them there, and who changes them.
GOAL_HOLDERS: dict[str, Any] = dict(
    (
        *modules.of("plans", (goal_holder.NETWORK, goal_holder.HOLDER)),
        *modules.of("agreements", (agreement_goals.AGREEMENT, agreement_goals.HOLDER)),
    )
)

# The tabs of a programme's pages for those who run it: label and the name of an address that takes
# the programme's slug. The same for a cohort's pages, by its id.
PROGRAMME_TABS: tuple[tuple[Any, str], ...] = modules.of(
    "training",
    (_("Starts"), "training:run"),
    (_("Autopilot"), "autopilot:programme"),
    (_("Contents"), "learning:contents"),
    (_("Questions"), "exam:questions"),
    (_("Certificates"), "certificates:list"),
    (_("Figures"), "certificates:figures"),
    (_("Own systems"), "systems:systems"),
    (_("Set-up"), "training:settings"),
    (_("Staff"), "training:staff"),
)
COHORT_TABS: tuple[tuple[Any, str], ...] = modules.of(
    "training", (_("Participants"), "training:cohort"), (_("Autopilot"), "autopilot:cohort")
)

# The page of a cohort, which takes the request and the cohort; and what the page of a participant
# tells of them beside their states, as entries of a timeline.
COHORT_BOARD: Callable[[Any, Any], Any] = boards.page
ENROLMENT_TRACES: tuple[Callable[[Any], list[Any]], ...] = modules.of("training", boards.traces)

# Who else knows a workplace by its business ID, after the directory: each takes the ID and gives a
# `training.workplaces.Workplace`, or None.
WORKPLACE_REGISTERS: tuple[Callable[[str], Any], ...] = modules.of(
    "training", company_register.look_up
)

# Panels of a participant's home page: each takes the request, the enrolment, the progress and the
# access, and gives something with a `template` and perhaps the `next` thing, or None.
LEARNING_PANELS: tuple[Callable[[Any, Any, Any, Any], Any], ...] = modules.of(
    "training", exam_views.panel, certificate_panel.of_participant
)

# What follows, in the same transaction, when a participant has passed (each takes the enrolment),
# when a programme was adopted from another (programme, original, viewer), and when shipped
# contents were loaded into one (programme, name, viewer).
PASSED: tuple[Callable[[Any], Any], ...] = modules.of(
    "training", issuing.follow_passing, training_evidence.follow_passing
)
ADOPTED: tuple[Callable[[Any, Any, Any], Any], ...] = modules.of(
    "training", exam_loading.follow_adoption
)
LOADED: tuple[Callable[[Any, str, Any], Any], ...] = modules.of("training", exam_loading.follow)

# The codes of certificates by enrolment: each takes ids of enrolments and gives those that it has.
CERTIFICATE_CODES: tuple[Callable[[list[int]], dict[int, str]], ...] = modules.of(
    "training", issuing.codes_of
)

# Panels of a programme's page for those who run it, and of a cohort's: each takes the request and
# the programme or the cohort, and gives something with a `template`, or None.
PROGRAMME_PANELS: tuple[Callable[[Any, Any], Any], ...] = modules.of(
    "training", certificate_panel.of_programme
)
COHORT_PANELS: tuple[Callable[[Any, Any], Any], ...] = ()

# What files can be attached to, by kind: who sees them, who may change them, where they are shown.
FILE_HOLDERS: dict[str, file_holders.Holder] = {
    **(output_files.OUTPUTS if modules.is_on("plans") else {}),
    **(cost_holders.CASES if modules.is_on("costs") else {}),
    **(material_holders.MATERIAL if modules.is_on("training") else {}),
    **(programme_logos.HOLDERS if modules.is_on("training") else {}),
    **(signed_elsewhere.HOLDERS if modules.is_on("agreements") else {}),
}

# Who tells the ties of each kind of source; `solmu doctor` compares them with the rows.
EVIDENCE: dict[str, Callable[[], Any]] = {
    partner_evidence.DIALOGUE: partner_evidence.rebuild_dialogue,
    partner_evidence.CONFIRMATION: partner_evidence.rebuild_confirmations,
    relations.RELATION: relations.rebuild,
    network_evidence.MEMBERSHIP: network_evidence.rebuild,
    group_evidence.SEAT: group_evidence.rebuild,
    measure_evidence.MEASURE: measure_evidence.rebuild,
    agreement_evidence.AGREEMENT: agreement_evidence.rebuild,
    training_evidence.TRAINING: training_evidence.rebuild,
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
    agreement_evidence.AGREEMENT: Kind(_("agreement"), "file-text", agreement_evidence.sources),
    training_evidence.TRAINING: Kind(
        _("trained instructor"), "notebook-pen", training_evidence.sources
    ),
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
    *modules.of("agreements", base_index.index_bases, agreement_index.index_agreements),
    *modules.of("costs", cost_index.index_cases),
)

# What rooms above write anew, in the same transaction, when records of a room below have changed;
# called by `lib.composed.follow(kind, ids)`.
FOLLOWS: dict[str, tuple[Callable[[Iterable[int]], None], ...]] = {
    "organisation": (
        *modules.of("partnerships", partner_index.index_organisations),
        *modules.of("networks", network_index.index_organisations),
        *modules.of("agreements", agreement_index.index_organisations),
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
    "agreement": (
        agreement_evidence.follow,
        *modules.of("agreements", agreement_index.index_agreements),
    ),
    "agreements.Party": (
        agreement_evidence.follow_parties,
        *modules.of("agreements", agreement_index.index_parties),
    ),
    "approvals.Round": modules.of("agreements", agreement_joining.follow_rounds),
    "plans.Measure": (measure_evidence.follow, *modules.of("plans", plan_index.index_measures)),
    "plans.TakingPart": (measure_evidence.follow_parts,),
    "training.Enrolment": (training_evidence.follow,),
    "costs.Payer": modules.of("costs", cost_index.index_payers),
    "partnerships.Stakeholder": (
        partner_index.index_stakeholders,
        partner_evidence.follow_stakeholders,
    ),
    "partnerships.DialogueEntry": (partner_index.index_dialogue, partner_evidence.follow_dialogue),
    "partnerships.Contact": (partner_index.index_contacts,),
    "partnerships.Confirmation": (partner_evidence.follow_confirmations,),
}
