"""Outputs: listed, read, written; the public ones also without signing in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from solmu.files import panel as file_panel
from solmu.networks.models import Network
from solmu.networks.page import shell
from solmu.people.viewer import Viewer
from solmu.plans import outputs as writing
from solmu.plans.files import KIND
from solmu.plans.forms import OutputForm
from solmu.plans.models import Output
from solmu.plans.page import planning_network
from solmu.plans.permissions import can_add_output, can_edit_output
from solmu.ui.markup import badge, link
from solmu.ui.tables import Column, Table

TAB = "plans:outputs"


@login_required
@require_safe
def outputs(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The network's outputs; ?kind= and ?q= narrow them, ?format= gives them as a file."""
    network = planning_network(request, slug)
    rows = _whole(Output.objects.visible_to(request.viewer).filter(network=network))
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").replace("\0", "").strip()
    counts = dict.fromkeys(Output.Kind.values, 0)
    for found in network.outputs.values_list("kind", flat=True):
        counts[found] += 1
    if kind in Output.Kind.values:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(title__icontains=text)
    table = _table(request, rows)
    if file := table.export():
        return file
    chips: list[tuple[str, Any, int]] = [("", _("All"), sum(counts.values()))]
    chips += [(key, Output.Kind(key).label, n) for key, n in counts.items() if n]
    return render(
        request,
        "plans/outputs.html",
        shell(
            request,
            network,
            TAB,
            table=table,
            chips=chips,
            kind=kind,
            text=text,
            total=sum(counts.values()),
            can_add=can_add_output(request.viewer, network),
        ),
    )


@login_required
@require_safe
def output(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """One output."""
    network, found = _output(request, slug, uuid)
    may = can_edit_output(request.viewer, found)
    return render(
        request,
        "plans/output.html",
        shell(
            request,
            network,
            TAB,
            output=found,
            can_edit=may,
            files=file_panel.of(request.viewer, KIND, found.pk),
        ),
    )


@login_required
@require_http_methods(["GET", "POST"])
def new_output(request: HttpRequest, slug: str) -> HttpResponse:
    """Tell of a new output."""
    network = planning_network(request, slug)
    if not can_add_output(request.viewer, network):
        raise PermissionDenied
    return _written(request, network, Output(network=network), _("New output"))


@login_required
@require_http_methods(["GET", "POST"])
def edit_output(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """Change an output."""
    network, found = _output(request, slug, uuid)
    if not can_edit_output(request.viewer, found):
        raise PermissionDenied
    return _written(request, network, found, found.title)


@require_safe
def public_outputs(request: HttpRequest, slug: str) -> HttpResponse:
    """A network's public outputs, for everybody."""
    network = _public_network(slug)
    rows = _whole(Output.objects.public().filter(network=network))
    return render(
        request,
        "plans/public_outputs.html",
        {"network": network, "outputs": rows.order_by("-published_on", "pk")[:200]},
    )


@require_safe
def public_output(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """A public output, for everybody."""
    network = _public_network(slug)
    rows = _whole(Output.objects.public().filter(network=network))
    found = get_object_or_404(rows, uuid=uuid)
    files = file_panel.of(Viewer.anonymous(), KIND, found.pk)  # nothing is changed here
    facts = {"network": network, "output": found, "files": files}
    return render(request, "plans/public_output.html", facts)


def _public_network(slug: str) -> Network:
    networks = Network.objects.run_here().filter(organisation__public=True)
    return get_object_or_404(networks.select_related("organisation"), organisation__slug=slug)


def _whole(rows: QuerySet[Output]) -> QuerySet[Output]:
    return rows.select_related(
        "network__organisation", "group__network", "goal__goal", "goal__theme"
    ).prefetch_related("authors", "organisations")


def _output(request: HttpRequest, slug: str, uuid: Any) -> tuple[Network, Output]:
    network = planning_network(request, slug)
    found = _whole(Output.objects.visible_to(request.viewer)).filter(network=network, uuid=uuid)
    if (one := found.first()) is None:
        raise Http404
    one.network = network
    return network, one


def _written(request: HttpRequest, network: Network, held: Output, title: str) -> HttpResponse:
    # What the form writes into the record before it is known to be right must not be shown as so.
    form = OutputForm(
        request.POST if request.method == "POST" else None, instance=held, network=network
    )
    if request.method == "POST" and form.is_valid():
        made = writing.write(held, by=request.viewer, **form.cleaned_data)
        messages.success(request, _("The output is saved."))
        return redirect(made)
    back = held.get_absolute_url() if held.pk else reverse(TAB, args=[network.slug])
    return render(
        request,
        "plans/form.html",
        shell(request, network, TAB, form=form, form_title=title, back=back),
        status=422 if form.is_bound else 200,
    )


def authors_of(output: Output) -> str:
    """The authors' names, those in the network first."""
    names = [author.name for author in output.authors.all()]
    return ", ".join([*names, *([output.authors_text] if output.authors_text else [])])


def _table(request: HttpRequest, rows: QuerySet[Output]) -> Table[Output]:
    def title(row: Output) -> SafeString:
        return link(row.get_absolute_url(), row.title, note=authors_of(row))

    def seen(row: Output) -> Any:
        return badge(_("Public"), "lake") if row.public else _("In the network")

    columns = [
        Column[Output]("title", _("Output"), title, sort="title", export=lambda row: row.title),
        Column[Output]("kind", _("Kind"), lambda row: row.get_kind_display(), sort="kind"),
        Column[Output]("authors", _("Authors"), authors_of, shown=False, export=authors_of),
        Column[Output](
            "organisations",
            _("Institutions"),
            lambda row: ", ".join(str(one) for one in row.organisations.all()),
            export=lambda row: [str(one) for one in row.organisations.all()],
        ),
        Column[Output](
            "goal",
            _("Goal"),
            lambda row: row.goal.goal.title if row.goal else "",
            shown=False,
            export=lambda row: row.goal.goal.title if row.goal else "",
        ),
        Column[Output]("licence", _("Licence"), lambda row: row.get_licence_display()),
        Column[Output](
            "published_on", _("Published"), lambda row: row.published_on, sort="published_on"
        ),
        Column[Output]("public", _("Who may read"), seen, sort="public"),
        Column[Output](
            "links",
            _("Links"),
            lambda row: len(row.links),
            shown=False,
            export=lambda row: row.links,
        ),
    ]
    return Table(
        request,
        columns,
        rows,
        default_sort="published_on",
        default_dir="desc",
        name="outputs",
        caption=_("Outputs of the network"),
        empty=_("No outputs here yet"),
        says=ngettext("%(n)s output", "%(n)s outputs", len(rows)) % {"n": len(rows)},
    )
