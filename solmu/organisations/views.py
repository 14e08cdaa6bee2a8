"""The directory: its list, an organisation's page, and changes to public facts."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from solmu.audit.changes import Part
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.lib.periods import covers, last_day
from solmu.organisations import directory, fields, figuring, merging, relating
from solmu.organisations.fields import FIELDS
from solmu.organisations.forms import (
    DayForm,
    FigureForm,
    OrganisationForm,
    RelationForm,
    SlugForm,
    country_choices,
)
from solmu.organisations.models import (
    FactProposal,
    Figure,
    Institution,
    Municipality,
    Organisation,
    Region,
    Relation,
)
from solmu.organisations.moved import at_present_entry
from solmu.organisations.permissions import (
    can_add,
    can_administer,
    can_ask_merge,
    can_decide,
    can_edit,
    can_end_relation,
    can_manage,
    can_relate,
    can_write,
    may_know_proposer,
)
from solmu.people.viewer import Viewer
from solmu.ui import markup
from solmu.ui.filters import Filter, FilterBar
from solmu.ui.tables import Column, Table

SUGGESTED = 12
# The parameter in which a field sends what has been written in it so far.
SUGGESTED_FOR = ("q", "other", "kept", "parent")
COUNTED = 10_000


@require_GET
@login_required
def directory_list(request: HttpRequest) -> HttpResponseBase:
    """The list of organisations, filtered, sorted and exported."""
    bar = FilterBar(
        request,
        [
            Filter("kind", _("Kind"), Organisation.Kind.choices),
            Filter(
                "region",
                _("Region"),
                [(region.pk, region.name) for region in Region.objects.order_by("code")],
            ),
            Filter("country", _("Country"), country_choices()[:8]),
        ],
        search="q",
        search_label=_("Find by name or business ID"),
    )
    seen = _filtered(Organisation.objects.visible_to(request.viewer), bar)
    table = Table(
        request,
        _columns(),
        seen.select_related("region", "municipality"),
        default_sort="name",
        empty=_("No organisation matches. Remove a filter, or add the organisation."),
        name="organisations",
        caption=_("Organisations"),
    )
    if file := table.export():
        return file
    # Counting a whole nation would take longer than everything else on the page.
    count = seen.order_by()[: COUNTED + 1].count()
    return render(
        request,
        "organisations/list.html",
        {
            "table": table,
            "bar": bar,
            "count": min(count, COUNTED),
            "more": count > COUNTED,
            "can_add": can_add(request.viewer),
        },
    )


@require_GET
@login_required
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for a field that names an organisation."""
    asked = (request.GET[key] for key in SUGGESTED_FOR if request.GET.get(key))
    text = next(asked, "").replace("\0", "").strip()
    found: Iterable[Organisation] = ()
    if len(text) > 1:
        found = (
            Organisation.objects.visible_to(request.viewer)
            .named_like(text)
            .select_related("municipality")
            .order_by("sort_fi")[:SUGGESTED]
        )
    countries = dict(country_choices())
    options = format_html_join(
        "",
        '<option value="{} #{}">{}</option>',
        ((each.name, str(each.pk), each.municipality or countries[each.country]) for each in found),
    )
    return HttpResponse(options)


@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Add an organisation to the directory."""
    if not can_add(request.viewer):
        raise PermissionDenied
    form = OrganisationForm(
        request.POST if request.method == "POST" else None, viewer=request.viewer
    )
    if request.method == "POST" and form.is_valid():
        institution = _institution(request.viewer)
        try:
            made, is_new = directory.add(
                form.cleaned_data,
                by=request.viewer,
                institution=institution,
                proposes=institution is not None and not can_manage(request.viewer, institution.pk),
            )
        except directory.DirectoryError as error:
            form.add_error(None, str(error))
        else:
            text = (
                _("The organisation is added.") if is_new else _("It was in the directory already.")
            )
            messages.success(request, text)
            return redirect(made)
    return render(
        request, "organisations/edit.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_GET
@login_required
@at_present_entry
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """An organisation: public facts, figures, relations, history."""
    found = _find(request, pk)
    return _page(request, found)


@require_GET
@login_required
def by_slug(request: HttpRequest, slug: str) -> HttpResponse:
    """The readable address, present or former, leads to the entry."""
    found = merging.address_of(slug)
    if (
        found is None
        or not Organisation.objects.visible_to(request.viewer).filter(pk=found.pk).exists()
    ):
        raise Http404
    return redirect(found)


@require_http_methods(["GET", "POST"])
@login_required
@at_present_entry
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change public facts; what another gave becomes a proposal."""
    found = _find(request, pk)
    if not can_edit(request.viewer, found):
        raise PermissionDenied
    writes = can_write(request.viewer, found)
    form = OrganisationForm(
        request.POST if request.method == "POST" else None, instance=found, viewer=request.viewer
    )
    if request.method == "POST" and form.is_valid():
        institution = _institution(request.viewer)
        try:
            outcome = directory.edit(
                found,
                form.cleaned_data,
                by=request.viewer,
                institution_id=institution.pk if institution else None,
                proposes=not writes,
            )
        except directory.DirectoryError as error:
            form.add_error(None, str(error))
        else:
            if outcome.changed:
                messages.success(request, _("The facts are saved."))
            if outcome.proposed:
                text = ngettext(
                    "One change is proposed to whoever answers for the fact.",
                    "%(n)s changes are proposed to whoever answers for the facts.",
                    len(outcome.proposed),
                )
                messages.info(request, text % {"n": len(outcome.proposed)})
            return redirect(found)
    return render(
        request,
        "organisations/edit.html",
        {"form": form, "organisation": found, "writes": writes},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an organisation another readable address; the earlier ones keep leading to it."""
    found = _find(request, pk)
    if not can_administer(request.viewer):
        raise PermissionDenied
    form = SlugForm(
        request.POST if request.method == "POST" else None, initial={"slug": found.slug}
    )
    if request.method == "POST" and form.is_valid():
        try:
            directory.rename_address(found, form.cleaned_data["slug"], by=request.viewer)
        except directory.DirectoryError as error:
            form.add_error("slug", str(error))
        else:
            messages.success(request, _("The address is changed; the old one leads here too."))
            return redirect(found)
    return render(
        request,
        "organisations/address.html",
        {
            "organisation": found,
            "form": form,
            "former": found.old_slugs.order_by("slug"),
            "site": settings.SOLMU_ADDRESS,
        },
        status=422 if form.is_bound else 200,
    )


@require_POST
@login_required
def figures(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a year's figures."""
    found = _find(request, pk)
    if not can_manage(request.viewer, found.pk):
        raise PermissionDenied
    form = FigureForm(request.POST)
    if not form.is_valid():
        return _page(request, found, figure_form=form)
    figuring.record(found, by=request.viewer, **form.cleaned_data)
    messages.success(request, _("The figures are saved."))
    return redirect(found)


@require_POST
@login_required
def relate(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a relation, from either end."""
    found = _find(request, pk)
    if not can_relate(request.viewer, found):
        raise PermissionDenied
    form = RelationForm(request.POST, viewer=request.viewer)
    if form.is_valid():
        kind, other = form.cleaned_data["kind"], form.cleaned_data["other"]
        one, two = (other, found) if kind.startswith("-") else (found, other)
        institution = _institution(request.viewer)
        try:
            relating.relate(
                one,
                two,
                kind.lstrip("-"),
                by=request.viewer,
                since=form.cleaned_data["since"],
                until=form.cleaned_data["until"],
                institution_id=institution.pk if institution else None,
            )
        except relating.RelationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The relation is recorded."))
            return redirect(found)
    return _page(request, found, relation_form=form)


@require_POST
@login_required
def end_relation(request: HttpRequest, pk: int, relation_pk: int) -> HttpResponse:
    """End a relation."""
    found = _find(request, pk)
    relation = get_object_or_404(_relations(request.viewer, found), pk=relation_pk)
    if not can_end_relation(request.viewer, relation):
        raise PermissionDenied
    form = DayForm(request.POST)
    try:
        if form.is_valid():
            relating.end(relation, on=form.cleaned_data["on"], by=request.viewer)
            messages.success(request, _("The relation has an end."))
        else:
            messages.error(request, _("Give the last day."))
    except relating.RelationError as error:
        messages.error(request, str(error))
    return redirect(found)


@require_GET
@login_required
def proposals(request: HttpRequest) -> HttpResponse:
    """Proposed facts: those that wait for the viewer, and their own that wait for others."""
    waiting = (
        FactProposal.objects.visible_to(request.viewer)
        .filter(state=FactProposal.State.OPEN)
        .select_related("organisation", "institution__organisation")
        .order_by("-pk")[:200]
    )
    rows = _told(waiting, request.viewer)
    return render(
        request,
        "organisations/proposals.html",
        {
            "mine": [row for row in rows if row["can_decide"]],
            "others": [row for row in rows if not row["can_decide"]],
        },
    )


@require_POST
@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline a proposed fact."""
    proposal = get_object_or_404(
        FactProposal.objects.visible_to(request.viewer).select_related("organisation"), pk=pk
    )
    if not can_decide(request.viewer, proposal):
        raise PermissionDenied
    if request.POST.get("answer") == "accept":
        try:
            directory.accept(proposal, by=request.viewer)
            messages.success(request, _("The fact is taken into the directory."))
        except directory.DirectoryError as error:
            messages.error(request, str(error))
    else:
        directory.decline(proposal, by=request.viewer)
        messages.success(request, _("The directory stays as it is."))
    return redirect("organisations:proposals")


def _find(request: HttpRequest, pk: int) -> Organisation:
    seen = Organisation.objects.visible_to(request.viewer)
    return get_object_or_404(seen.select_related("region", "municipality", "parent"), pk=pk)


def _institution(viewer: Viewer) -> Institution | None:
    """The institution in whose name the viewer writes; administrators write as a register."""
    if viewer.institution_id is None or (
        viewer.is_admin and not viewer.has_role(viewer.institution_id)
    ):
        return None
    return Institution.objects.get(pk=viewer.institution_id)


def _page(
    request: HttpRequest,
    found: Organisation,
    *,
    relation_form: RelationForm | None = None,
    figure_form: FigureForm | None = None,
) -> HttpResponse:
    viewer, today = request.viewer, clock.today()
    relations = list(_relations(viewer, found))
    related = {relation.pk for relation in relations}
    may_figure = can_manage(viewer, found.pk)
    return render(
        request,
        "organisations/organisation.html",
        {
            "organisation": found,
            "facts": _facts(found, viewer),
            "only_ours": not found.public,
            "figures": Figure.objects.filter(organisation=found).order_by("-year"),
            "now": [_end(r, found, viewer) for r in relations if covers(r.valid, today)],
            "other_times": [
                _end(r, found, viewer) for r in relations if not covers(r.valid, today)
            ],
            "proposals": _told(
                FactProposal.objects.visible_to(viewer)
                .filter(organisation=found, state=FactProposal.State.OPEN)
                .select_related("organisation", "institution__organisation"),
                viewer,
            ),
            "can_edit": can_edit(viewer, found),
            "can_merge": can_ask_merge(viewer, found),
            "can_rename": can_administer(viewer),
            "relation_form": (relation_form or RelationForm(viewer=viewer))
            if can_relate(viewer, found)
            else None,
            "figure_form": (figure_form or FigureForm(initial={"year": today.year}))
            if may_figure
            else None,
            "institution": Institution.objects.visible_to(viewer).filter(pk=found.pk).first(),
            "panels": [
                (reverse(name, args=[found.pk]), label)
                for name, label in composed("ORGANISATION_PANELS").items()
            ]
            if viewer.institution_id
            else [],
            "history": [
                Part(
                    Organisation,
                    Q(pgh_obj_id=found.pk),
                    _("public facts"),
                    references={
                        "country": _country_names,
                        "fields": fields.named,
                        "parent": lambda ids: _names_seen(viewer, ids),
                    },
                    hidden=frozenset({"merged_into"}),
                ),
                Part(Figure, Q(organisation_id=found.pk), _("figures"), title=["year"]),
                Part(Relation, Q(pgh_obj_id__in=related), _("relation"), title=["kind"]),
            ],
            "today": today,
        },
        status=422 if relation_form or figure_form else 200,
    )


def _country_names(codes: set[Any]) -> dict[Any, str]:
    return {code: name for code, name in country_choices() if code in codes}


def _relations(viewer: Viewer, found: Organisation) -> QuerySet[Relation]:
    visible = Organisation.objects.visible_to(viewer)
    return (
        Relation.objects.visible_to(viewer)
        .filter(Q(source=found, target__in=visible) | Q(target=found, source__in=visible))
        .select_related("source", "target")
        .order_by("kind", "valid", "pk")
    )


def _end(relation: Relation, found: Organisation, viewer: Viewer) -> dict[str, Any]:
    """A relation as it reads from one end."""
    forward = relation.source_id == found.pk
    return {
        "pk": relation.pk,
        "says": relation.get_kind_display() if forward else Relation.REVERSE[relation.kind],
        "other": relation.target if forward else relation.source,
        "since": relation.valid.lower,
        "until": last_day(relation.valid),
        "ours": not relation.public,
        "can_end": relation.valid.upper is None and can_end_relation(viewer, relation),
    }


def _facts(found: Organisation, viewer: Viewer) -> list[tuple[str, Any]]:
    # What an institution alone knows of may be part of what all know.
    parent = found.parent
    if parent and not Organisation.objects.visible_to(viewer).filter(pk=parent.pk).exists():
        parent = None
    others = [
        text
        for code in ("fi", "sv", "en")
        if (text := getattr(found, f"name_{code}")) and text != found.name
    ]
    countries = dict(country_choices())
    facts: list[tuple[str, Any]] = [
        (_("Other names"), ", ".join(others)),
        (_("Kind"), capfirst(found.get_kind_display())),
        (_("Business ID"), found.business_id),
        (_("OID"), found.oid),
        (_("Country"), countries.get(found.country, found.country)),
        (_("Region"), found.region),
        (_("Municipality"), found.municipality),
        (_("Postal code"), found.postal_code),
        (_("Fields"), capfirst(", ".join(str(FIELDS.get(code, code)) for code in found.fields))),
        (_("Website"), markup.link(found.website, found.website) if found.website else ""),
        (
            _("Part of"),
            markup.link(parent.get_absolute_url(), parent) if parent else "",
        ),
    ]
    return [(label, value) for label, value in facts if value]


def _told(proposed: Any, viewer: Viewer) -> list[dict[str, Any]]:
    """Proposals as people read them: what is now, what would be."""
    rows = list(proposed)
    places = Municipality.objects.in_bulk(
        [r.value for r in rows if r.field == "municipality" and r.value]
    )
    ends = [(row.organisation.parent_id, row.value) for row in rows if row.field == "parent"]
    names = _names_seen(viewer, {key for pair in ends for key in pair if key})
    told = []
    for row in rows:
        now = getattr(row.organisation, row.field)
        value = places.get(row.value, row.value) if row.field == "municipality" else row.value
        if row.field == "parent":
            now, value = names.get(row.organisation.parent_id or 0), names.get(value or 0)
        told.append(
            {
                "proposal": row,
                "label": directory.fact_name(row.field),
                "now": _shown(row.field, now),
                "value": _shown(row.field, value),
                "can_decide": can_decide(viewer, row),
                "proposer": row.institution if may_know_proposer(viewer, row) else None,
            }
        )
    return told


def _names_seen(viewer: Viewer, ids: set[int]) -> dict[int, str]:
    """Names of those organisations that the viewer may know of."""
    seen = Organisation.objects.visible_to(viewer).in_bulk(list(ids)) if ids else {}
    return {key: row.name for key, row in seen.items()}


def _shown(field: str, value: Any) -> Any:
    if value in (None, "", []):
        return "–"
    if field == "fields":
        return ", ".join(str(FIELDS.get(code, code)) for code in value)
    if field == "kind":
        return dict(Organisation.Kind.choices).get(value, value)
    return value


def _filtered(seen: Any, bar: FilterBar) -> Any:
    if bar.text:
        seen = seen.named_like(bar.text)
    for key, field in (
        ("kind", "kind__in"),
        ("region", "region_id__in"),
        ("country", "country__in"),
    ):
        if bar.chosen[key]:
            seen = seen.filter(**{field: bar.chosen[key]})
    return seen


def _columns() -> list[Column[Organisation]]:
    kinds = dict(Organisation.Kind.choices)
    countries = dict(country_choices())
    language = (get_language() or "fi")[:2]

    def abroad(row: Organisation) -> str:
        return "" if row.country == "FI" else str(countries.get(row.country, row.country))

    return [
        Column(
            "name",
            _("Name"),
            lambda row: markup.link(f"/organisations/{row.pk}/", row.name),
            sort=f"sort_{language}",
            export=lambda row: row.name,
        ),
        Column(
            "kind",
            _("Kind"),
            lambda row: capfirst(str(kinds.get(row.kind, row.kind))),
            sort="kind",
            export=lambda row: str(kinds.get(row.kind, row.kind)),
        ),
        Column("business_id", _("Business ID"), lambda row: row.business_id),
        Column(
            "municipality",
            _("Place"),
            lambda row: row.municipality.name if row.municipality else abroad(row),
            export=lambda row: row.municipality and row.municipality.name,
        ),
        Column(
            "region",
            _("Region"),
            lambda row: row.region and row.region.name,
            export=lambda row: row.region and row.region.name,
        ),
        Column(
            "country",
            _("Country"),
            lambda row: countries.get(row.country, row.country),
            shown=False,
        ),
        Column("postal_code", _("Postal code"), lambda row: row.postal_code, shown=False),
        Column("website", _("Website"), lambda row: row.website, shown=False),
        Column(
            "fields",
            _("Fields"),
            lambda row: ", ".join(str(FIELDS.get(code, code)) for code in row.fields),
            shown=False,
            export=lambda row: ", ".join(row.fields),
        ),
        Column("lat", _("Latitude"), lambda row: row.lat, numeric=True, shown=False),
        Column("lon", _("Longitude"), lambda row: row.lon, numeric=True, shown=False),
        Column(
            "added",
            _("Added"),
            lambda row: date_format(row.created_at, "SHORT_DATE_FORMAT"),
            shown=False,
            export=lambda row: row.created_at.date(),
        ),
    ]
