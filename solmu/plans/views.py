"""A network's action plan: the plan on one page and its other views, measures, goals, themes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.goals import setting
from solmu.goals.forms import IndicatorForm, ValueForm
from solmu.goals.models import Indicator
from solmu.goals.permissions import can_measure
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks.models import Network
from solmu.networks.page import shell
from solmu.people.viewer import Viewer
from solmu.plans import exchange, gantt, measures, overview, planning
from solmu.plans.forms import (
    GoalForm,
    MeasureForm,
    NewPlanForm,
    ProofForm,
    StatusForm,
    StrategyForm,
    ThemeForm,
)
from solmu.plans.models import Measure, Plan, PlanGoal, Strategy, Theme
from solmu.plans.page import planning_network
from solmu.plans.permissions import can_add, can_adopt, can_edit, can_plan
from solmu.ui.charts import Bar, Point

TAB = "plans:plan"
# The views of a plan: key and name.
VIEWS = ("", "timeline", "groups", "mine", "late")


@login_required
@require_safe
def plan(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A year's plan; ?view= another view of it, ?format= a file."""
    network = planning_network(request, slug)
    plans = overview.plans_of(network)
    years = [*plans]
    year = planning.year_shown(years, request.GET.get("year", ""))
    shown = plans.get(year)
    if shown is None:
        if years and request.GET.get("year"):
            raise Http404
        return render(request, "plans/none.html", _shell(request, network))
    if (form := request.GET.get("format", "")) in exchange.FORMATS:
        return exchange.download(request, shown, form)
    view = request.GET.get("view", "")
    read = overview.read(shown)
    return render(
        request,
        "plans/plan.html",
        _shell(
            request,
            network,
            plan=shown,
            overview=read,
            sentence=overview.sentence(read.counts),
            bars=theme_bars(shown, read.themes),
            years=years,
            view=view if view in VIEWS else "",
            views=_views(request.viewer, view, year),
            **_view_of(request.viewer, view, read),
            can_add=can_add(request.viewer, network),
            can_plan=can_plan(request.viewer, network),
            can_adopt=shown.state == Plan.State.DRAFT and can_adopt(request.viewer, shown),
        ),
    )


def theme_bars(plan: Plan, themes: Iterable[overview.ThemePart]) -> list[Bar]:
    """How far the measures of each theme are."""
    address = plan.get_absolute_url()
    return [
        Bar(
            part.theme.title,
            part.counts.percent,
            f"{part.counts.percent} %",
            f"{address}#theme-{part.theme.pk}",
        )
        for part in themes
        if part.counts.all
    ]


@login_required
@require_safe
def measure(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """One measure: what, who, how far, what shows it."""
    network, found = _measure(request, slug, uuid)
    return _measure_page(request, network, found)


@login_required
@require_http_methods(["GET", "POST"])
def new_measure(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Add a measure to a year's plan."""
    network, shown = _plan(request, slug, year)
    viewer = request.viewer
    if not can_add(viewer, network):
        raise PermissionDenied
    form = MeasureForm(request.POST if request.method == "POST" else None, plan=shown)
    if request.method == "POST" and form.is_valid():
        facts = form.facts
        parts = facts.pop(measures.PARTS)
        found = Measure(plan=shown, **facts)
        if can_edit(viewer, found):
            measures.add(found, by=viewer, taking_part=parts)
            messages.success(request, _("The measure is in the plan."))
            return redirect(found)
        form.add_error(
            None,
            _("Choose your own group or institution: others add their own measures."),
        )
    elif not form.is_bound:
        goal = request.GET.get("goal", "")
        form.initial["goal"] = goal if goal.isdecimal() else None
        form.initial["group"] = next(iter(viewer.groups), None)
    return _form_page(request, network, form, _("New measure"), shown.get_absolute_url())


@login_required
@require_http_methods(["GET", "POST"])
def edit_measure(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """Change a measure; what others have written meanwhile stays, or is shown to be joined."""
    network, found = _measure(request, slug, uuid)
    if not can_edit(request.viewer, found):
        raise PermissionDenied
    form = MeasureForm(
        request.POST if request.method == "POST" else None, plan=found.plan, measure=found
    )
    clashes: list[tuple[Any, Any]] = []
    version = found.version
    if request.method == "POST" and form.is_valid():
        sent = request.POST.get("version", "")
        try:
            measures.change(
                found,
                by=request.viewer,
                changed=form.changed_facts,
                read=form.facts_read,
                version=int(sent) if sent.isdecimal() and len(sent) < 9 else 0,
            )
        except measures.ClashError as error:
            version = error.version
            now = Measure.objects.get(pk=found.pk)
            form = form.rebased(measures.facts_of(now), version, plan=found.plan)
            clashes = [(form[one.field].label, _in_words(form, one)) for one in error.clashes]
        except measures.MeasureError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The measure is saved."))
            return redirect(found)
    return _form_page(
        request,
        network,
        form,
        found.title,
        found.get_absolute_url(),
        version=version,
        clashes=clashes,
        status=409 if clashes else None,
        language=found.language,
    )


def _in_words(form: MeasureForm, clash: measures.Clash) -> str:
    field: Any = form.fields[clash.field]
    if clash.field == measures.PARTS:
        names = [str(one) for one in field.queryset if one.pk in clash.now]
        return ", ".join(names) or "–"
    if clash.now is None or clash.now == "":
        return "–"
    if hasattr(field, "label_from_instance"):
        return str(field.label_from_instance(clash.now))
    return str(dict(getattr(field, "choices", ())).get(clash.now, clash.now))


@login_required
@require_POST
def set_status(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """Say how far a measure has come."""
    network, found = _editable(request, slug, uuid)
    form = StatusForm(request.POST, measure=found)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            measures.come_to(
                found, facts["status"], on=facts["on"], note=facts["note"], by=request.viewer
            )
        except measures.MeasureError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The status is saved."))
            return redirect(found)
    return _measure_page(request, network, found, status_form=form)


@login_required
@require_POST
def add_proof(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """Add what shows that a measure is being done."""
    network, found = _editable(request, slug, uuid)
    form = ProofForm(request.POST)
    if form.is_valid():
        facts = form.cleaned_data
        measures.prove(
            found, on=facts["proof_on"], text=facts["text"], url=facts["url"], by=request.viewer
        )
        messages.success(request, _("Added to what shows it."))
        return redirect(found)
    return _measure_page(request, network, found, proof_form=form)


@login_required
@require_POST
def add_value(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """Enter a value of a measure's indicator."""
    network, found = _measure(request, slug, uuid)
    indicator = found.indicator
    if indicator is None:
        raise Http404
    if not can_measure(request.viewer, indicator):
        raise PermissionDenied
    form = ValueForm(request.POST)
    if form.is_valid():
        setting.measure(indicator, by=request.viewer, **form.cleaned_data)
        messages.success(request, _("The value is saved."))
        return redirect(f"{found.get_absolute_url()}#indicator")
    return _measure_page(request, network, found, value_form=form)


@login_required
@require_http_methods(["GET", "POST"])
def new_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a year's plan from the open measures of the one before."""
    network = _planned(request, slug)
    form = NewPlanForm(request.POST if request.method == "POST" else None, network=network)
    if request.method == "POST" and form.is_valid():
        year = form.cleaned_data["year"]
        strategy = planning.strategy_of(network, year)
        if strategy is None:
            form.add_error(
                "year", _("No strategy covers that year. Write the strategy and themes first.")
            )
        else:
            try:
                made = planning.open_plan(
                    network,
                    strategy,
                    year,
                    by=request.viewer,
                    continuing=form.cleaned_data.get("continuing", ()),
                )
            except planning.PlanningError as error:
                form.add_error("year", str(error))
            else:
                messages.success(request, _("The plan is open for writing."))
                return redirect(made)
    return _form_page(
        request,
        network,
        form,
        _("Next year's plan") if form.follows else _("A year's plan"),
        reverse(TAB, args=[slug]),
        new_plan=form.follows,
    )


@login_required
@require_POST
def adopt(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Adopt a year's plan."""
    _network, shown = _plan(request, slug, year)
    if not can_adopt(request.viewer, shown):
        raise PermissionDenied
    try:
        planning.adopt(shown, by=request.viewer, on=clock.today())
    except planning.PlanningError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The plan is adopted."))
    return redirect(shown)


@login_required
@require_safe
def strategy(request: HttpRequest, slug: str) -> HttpResponse:
    """The strategy with its themes, goals and indicators."""
    network = planning_network(request, slug)
    shown = planning.strategy_of(network, clock.today().year) or (
        network.strategies.order_by("-valid").first()
    )
    themes = (
        shown.themes.prefetch_related("goals__goal__indicators__values", "goals__group")
        if shown
        else []
    )
    return render(
        request,
        "plans/strategy.html",
        _shell(
            request,
            network,
            strategy=shown,
            themes=themes,
            can_plan=can_plan(request.viewer, network),
        ),
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit_strategy(request: HttpRequest, slug: str, uuid: Any = None) -> HttpResponse:
    """Write the strategy: a new one, or one that there is."""
    network = _planned(request, slug)
    held = get_object_or_404(Strategy, network=network, uuid=uuid) if uuid else None
    form = StrategyForm(request.POST if request.method == "POST" else None, strategy=held)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        facts["valid"] = period(facts.pop("first"), facts.pop("last"))
        try:
            planning.set_strategy(held or Strategy(network=network), by=request.viewer, **facts)
        except planning.PlanningError as error:
            form.add_error("first", str(error))
        else:
            messages.success(request, _("The strategy is saved."))
            return redirect("plans:strategy", slug)
    return _form_page(request, network, form, _("Strategy"), reverse("plans:strategy", args=[slug]))


@login_required
@require_http_methods(["GET", "POST"])
def edit_theme(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """Write a theme: of the strategy at this key a new one, else the theme at it."""
    network = _planned(request, slug)
    held = Theme.objects.filter(strategy__network=network, uuid=uuid).first()
    if held is None:
        owner = get_object_or_404(Strategy, network=network, uuid=uuid)
    form = ThemeForm(request.POST if request.method == "POST" else None, theme=held)
    if request.method == "POST" and form.is_valid():
        planning.set_theme(held or Theme(strategy=owner), by=request.viewer, **form.cleaned_data)
        messages.success(request, _("The theme is saved."))
        return redirect("plans:strategy", slug)
    return _form_page(request, network, form, _("Theme"), reverse("plans:strategy", args=[slug]))


@login_required
@require_http_methods(["GET", "POST"])
def edit_goal(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """Write a goal: under the theme at this key a new one, else the goal at it."""
    network = _planned(request, slug)
    goals = PlanGoal.objects.filter(theme__strategy__network=network)
    held = goals.filter(goal__uuid=uuid).select_related("goal", "theme__strategy").first()
    theme = (
        held.theme
        if held
        else get_object_or_404(
            Theme.objects.select_related("strategy"), strategy__network=network, uuid=uuid
        )
    )
    form = GoalForm(
        request.POST if request.method == "POST" else None,
        strategy=theme.strategy,
        theme=theme,
        planned=held,
    )
    if request.method == "POST" and form.is_valid():
        planning.set_goal(held or PlanGoal(), by=request.viewer, **form.cleaned_data)
        messages.success(request, _("The goal is saved."))
        return redirect("plans:strategy", slug)
    return _form_page(request, network, form, _("Goal"), reverse("plans:strategy", args=[slug]))


@login_required
@require_http_methods(["GET", "POST"])
def edit_indicator(request: HttpRequest, slug: str, uuid: Any) -> HttpResponse:
    """Write an indicator: of the goal at this key a new one, else the indicator at it."""
    network = _planned(request, slug)
    of_network = Indicator.objects.filter(goal__in_plan__theme__strategy__network=network)
    held = of_network.filter(uuid=uuid).first()
    if held is None:
        goals = PlanGoal.objects.filter(theme__strategy__network=network)
        goal = get_object_or_404(goals.select_related("goal"), goal__uuid=uuid).goal
    form = IndicatorForm(request.POST if request.method == "POST" else None, instance=held)
    if request.method == "POST" and form.is_valid():
        setting.set_indicator(held or Indicator(goal=goal), by=request.viewer, **form.cleaned_data)
        messages.success(request, _("The indicator is saved."))
        return redirect("plans:strategy", slug)
    return _form_page(
        request, network, form, _("Indicator"), reverse("plans:strategy", args=[slug])
    )


def _shell(request: HttpRequest, network: Network, **more: Any) -> dict[str, Any]:
    return shell(request, network, TAB, today=clock.today(), **more)


def _planned(request: HttpRequest, slug: str) -> Network:
    network = planning_network(request, slug)
    if not can_plan(request.viewer, network):
        raise PermissionDenied
    return network


def _plan(request: HttpRequest, slug: str, year: int) -> tuple[Network, Plan]:
    network = planning_network(request, slug)
    found = overview.plan_of(network, year)
    if found is None:
        raise Http404
    return network, found


def _measure(request: HttpRequest, slug: str, uuid: Any) -> tuple[Network, Measure]:
    network = planning_network(request, slug)
    found: QuerySet[Measure] = (
        Measure.objects.visible_to(request.viewer)
        .filter(plan__network=network)
        .select_related(
            "plan__strategy", "group__network", "organisation", "person", "indicator__goal",
            "goal__goal", "goal__theme", "goal__group__network", "continues__plan",
        )
        .prefetch_related("taking_part__organisation")
    )  # fmt: skip
    measure = get_object_or_404(found, uuid=uuid)
    measure.plan.network = network
    return network, measure


def _editable(request: HttpRequest, slug: str, uuid: Any) -> tuple[Network, Measure]:
    network, found = _measure(request, slug, uuid)
    if not can_edit(request.viewer, found):
        raise PermissionDenied
    return network, found


def _measure_page(
    request: HttpRequest, network: Network, found: Measure, **forms: Any
) -> HttpResponse:
    may = can_edit(request.viewer, found)
    indicator = found.indicator
    values = list(indicator.values.order_by("on").select_related("by")) if indicator else []
    changes = found.changes.select_related("by").order_by("-on", "-pk")
    word, tone = overview.status_word(found, clock.today())
    facts = {
        "measure": found,
        "word": word,
        "tone": tone,
        "together": [part.organisation for part in found.taking_part.all()],
        "changes": [
            {
                "on": change.on,
                "title": change.get_status_display().capitalize(),
                "text": change.note,
                "note": change.by.name if change.by else "",
            }
            for change in changes
        ],
        "proofs": found.proofs.select_related("by").order_by("-on", "-pk"),
        "indicator": indicator,
        "points": [Point(one.on, float(one.value)) for one in values],
        "values": values,
        "latest": values[-1] if values else None,
        "later": found.continued_by.select_related("plan").order_by("plan__year").first(),
        "can_edit": may,
    }
    if may:
        facts |= {
            "status_form": StatusForm(measure=found),
            "proof_form": ProofForm(),
        }
    if indicator and (may or can_measure(request.viewer, indicator)):
        facts["value_form"] = ValueForm()
    return render(
        request,
        "plans/measure.html",
        _shell(request, network, **(facts | forms)),
        status=422 if forms else 200,
    )


def _form_page(
    request: HttpRequest,
    network: Network,
    form: Any,
    title: str,
    back: str,
    *,
    status: int | None = None,
    **more: Any,
) -> HttpResponse:
    if status is None:
        status = 422 if form.is_bound else 200
    facts = {"form": form, "form_title": title, "back": back, **more}
    return render(request, "plans/form.html", _shell(request, network, **facts), status=status)


def _views(viewer: Viewer, view: str, year: int) -> list[tuple[Any, str, bool]]:
    names = {
        "": _("On one page"),
        "timeline": _("Timeline"),
        "groups": _("By group"),
        "mine": _("Mine"),
        "late": _("Late"),
    }
    current = view if view in names else ""
    return [
        (name, f"?year={year}" + (f"&view={key}" if key else ""), key == current)
        for key, name in names.items()
    ]


def _view_of(viewer: Viewer, view: str, read: overview.Overview) -> dict[str, Any]:
    """What the view shows beside the whole plan."""
    if view == "timeline":
        return {"rows": gantt.rows(read), "scale": gantt.scale(read.plan.year, read.today)}
    if view == "late":
        late = [one for one in read.measures if overview.is_late(one, read.today)]
        return {"parts": _parts({_("Late"): late})}
    if view == "mine":
        own = [
            one
            for one in read.measures
            if one.person_id is not None and one.person_id == viewer.person_id
        ]
        groups = [one for one in read.measures if one.group_id in viewer.groups and one not in own]
        return {"parts": _parts({_("I answer for these"): own, _("My groups"): groups})}
    if view == "groups":
        named = {
            str(group) if group else _("No group yet"): held
            for group, held in overview.by(read.measures, lambda one: one.group).items()
        }
        return {"parts": _parts(dict(sorted(named.items())))}
    return {}


def _parts(named: dict[str, list[Measure]]) -> list[tuple[str, list[Measure], str]]:
    return [
        (
            name,
            held,
            ngettext("%(n)s measure", "%(n)s measures", len(held)) % {"n": len(held)},
        )
        for name, held in named.items()
        if held
    ]
