"""Every "may they?" of plans."""

from solmu.networks.models import Group, Network
from solmu.networks.permissions import GUEST, can_lead, can_run_group, can_take_part, runs_group_in
from solmu.people.viewer import Viewer
from solmu.plans.models import Measure, Output, Plan


def can_plan(viewer: Viewer, network: Network) -> bool:
    """Change strategy, themes and goals, start a plan, import one: the coordinators."""
    return can_lead(viewer, network)


def can_adopt(viewer: Viewer, plan: Plan) -> bool:
    """Adopt a plan: the coordinators, and those who run the steering group."""
    if can_lead(viewer, plan.network):
        return True
    return runs_group_in(viewer, plan.network, Group.Kind.STEERING)


def can_edit(viewer: Viewer, measure: Measure) -> bool:
    """Change a measure: coordinators, its group's chairs and secretary, who answers for it."""
    network = measure.plan.network
    if can_lead(viewer, network):
        return True
    if not can_take_part(viewer, network):
        return False
    for group in (measure.group, measure.goal.group):
        if group is not None and can_run_group(viewer, group):
            return True
    if measure.person_id is not None and measure.person_id == viewer.person_id:
        return True
    return measure.organisation_id in viewer.represents(network.pk)


def can_add(viewer: Viewer, network: Network) -> bool:
    """Add measures: coordinators, those who run a group, and members' contact persons."""
    if can_lead(viewer, network) or viewer.represents(network.pk):
        return True
    return runs_group_in(viewer, network)


def can_add_output(viewer: Viewer, network: Network) -> bool:
    """Tell of an output: everybody in the network but guests."""
    return can_take_part(viewer, network)


def can_edit_output(viewer: Viewer, output: Output) -> bool:
    """Change an output: coordinators, authors, its group's chairs, its institutions' contacts."""
    network = output.network
    if can_lead(viewer, network):
        return True
    roles = viewer.networks.get(network.pk, frozenset())
    if not roles - {GUEST}:
        return False
    if output.group is not None and can_run_group(viewer, output.group):
        return True
    if any(author.pk == viewer.person_id for author in output.authors.all()):
        return True
    represented = viewer.represents(network.pk)
    return any(one.pk in represented for one in output.organisations.all())
