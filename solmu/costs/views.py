"""The pages of costs: the list, a case, what is done with it, its settlement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.approvals.models import Voice
from solmu.costs import agreeing, drafting, listing, settling, sheets
from solmu.costs.drafting import ConflictError, CostError
from solmu.costs.forms import (
    AnswerForm,
    CaseEntry,
    PaidForm,
    ReasonForm,
    SpentForm,
    UnplannedForm,
)
from solmu.costs.models import KIND, CostCase
from solmu.costs.money import euros
from solmu.costs.page import CasePage
from solmu.costs.permissions import (
    can_answer,
    can_mark_paid,
    can_prepare,
    can_prepare_in,
    can_read,
    can_write,
)
from solmu.files import panel as file_panel
from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.networks.models import Group, Network
from solmu.networks.page import known_network, open_network, shell
from solmu.organisations.models import Organisation

State = CostCase.State
View = Callable[..., HttpResponseBase]
TAB = "costs:list"


@dataclass(frozen=True, slots=True)
class Act:
    """Something done with a whole case, asked about on a page of its own first."""

    job: Callable[..., Any]
    states: tuple[str, ...]
    title: Any
    text: Any
    verb: Any
    done: Any
    reason: bool = False
    # Only where something has been agreed before.
    after_agreement: bool = False
    # With payments drawn up (True) or without (False); None: either.
    settling: bool | None = None


ACTS: dict[str, Act] = {
    "propose": Act(
        agreeing.propose,
        (State.DRAFT,),
        gettext_lazy("Ask for approval"),
        gettext_lazy(
            "Each of them gets a message, and sees it on their own day until they answer."
        ),
        gettext_lazy("Ask them"),
        gettext_lazy("They have been asked."),
    ),
    "take-back": Act(
        agreeing.take_back,
        (State.PROPOSED,),
        gettext_lazy("Take the question back"),
        gettext_lazy("It becomes a draft again. What has been answered stays in the history."),
        gettext_lazy("Take it back"),
        gettext_lazy("The question was taken back."),
    ),
    "change": Act(
        drafting.propose_change,
        (State.AGREED,),
        gettext_lazy("Propose a change"),
        gettext_lazy(
            "You draft the change, and it is asked about. What was agreed holds until then."
        ),
        gettext_lazy("Draft a change"),
        gettext_lazy("Write the change, then ask for approval."),
        reason=True,
        settling=False,
    ),
    "drop": Act(
        drafting.drop_change,
        (State.DRAFT, State.PROPOSED, State.WITHDRAWN),
        gettext_lazy("Drop the change"),
        gettext_lazy("The case says again what was agreed."),
        gettext_lazy("Drop it"),
        gettext_lazy("The change was dropped; the earlier agreement holds."),
        after_agreement=True,
    ),
    "withdraw": Act(
        drafting.withdraw,
        (State.DRAFT, State.PROPOSED, State.AGREED),
        gettext_lazy("Withdraw"),
        gettext_lazy("It stays on the list as withdrawn, and can be brought back."),
        gettext_lazy("Withdraw it"),
        gettext_lazy("It was withdrawn."),
        reason=True,
    ),
    "bring-back": Act(
        drafting.bring_back,
        (State.WITHDRAWN,),
        gettext_lazy("Bring back"),
        gettext_lazy("It becomes a draft again."),
        gettext_lazy("Bring it back"),
        gettext_lazy("It is a draft again."),
    ),
    "cancel-settlement": Act(
        settling.cancel,
        (State.AGREED, State.SETTLED),
        gettext_lazy("Cancel the settlement"),
        gettext_lazy("The payments are taken off, and actual costs can be changed again."),
        gettext_lazy("Cancel it"),
        gettext_lazy("The settlement was cancelled."),
        settling=True,
    ),
}


def of_case(view: View) -> View:
    """Give a view the case of its address; 404 when the viewer may not know of it."""

    @wraps(view)
    @login_required
    def loaded(request: HttpRequest, slug: str, pk: int, **rest: Any) -> HttpResponseBase:
        viewer = request.viewer
        case = next((one for one in _called(pk=pk) if one.network.slug == slug), None)
        is_in = case is not None and can_read(viewer, case.network)
        if case is None or not (is_in or CostCase.objects.visible_to(viewer).filter(pk=pk)):
            # Those who may know of the network but not of its costs are told so.
            network = open_network(request, slug)
            if can_read(viewer, network):
                raise Http404
            raise PermissionDenied(_("Guests don't see costs."))
        return view(request, case, **rest)

    return loaded


@compiled
def _called(*, pk: int) -> QuerySet[CostCase]:
    return CostCase.objects.filter(pk=pk).select_related(
        "network__organisation", "group", "created_by"
    )


def of_writer(view: View) -> View:
    """As `of_case`, for those who may change the case; others 403."""

    @wraps(view)
    def checked(request: HttpRequest, case: CostCase, **rest: Any) -> HttpResponseBase:
        if not can_write(request.viewer, case):
            raise PermissionDenied(_("Only those who prepare the case can do this."))
        return view(request, case, **rest)

    return of_case(checked)


@require_safe
@login_required
def cases(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The network's cost cases with totals by year; ?format= gives a file."""
    network = _readable(request, slug)
    shown = listing.Listing(request, network)
    if given := shown.table.export():
        return given
    more = {"listing": shown, "may_prepare": can_prepare(request.viewer, network)}
    return render(request, "costs/list.html", shell(request, network, TAB, **more))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Start a case."""
    network = _readable(request, slug)
    if not can_prepare(request.viewer, network):
        raise PermissionDenied(_("Coordinators and those who run a group start a case."))
    case = CostCase(network=network, on=clock.today())
    entry = _entry(request, network, case)
    if request.method == "POST" and "more" not in request.POST and entry.is_valid():
        draft = entry.draft()
        if not can_prepare_in(request.viewer, network, draft.group_id):
            entry.add_error(CostError(_("Choose a group that you run."), "group"))
        else:
            made = drafting.create(network, draft, by=request.viewer)
            messages.success(request, _("The case is a draft. Look at the shares, then ask."))
            return redirect(made)
    return _edit_page(request, network, case, entry)


@require_http_methods(["GET", "HEAD", "POST"])
@of_writer
def edit(request: HttpRequest, case: CostCase) -> HttpResponseBase:
    """Change a draft, or what has been proposed: then everybody is asked again."""
    if case.state not in {State.DRAFT, State.PROPOSED}:
        messages.warning(request, _("What has been agreed is changed by proposing a change."))
        return redirect(case)
    entry = _entry(request, case.network, case)
    if request.method == "POST" and "more" not in request.POST and entry.is_valid():
        draft = entry.draft()
        if not can_prepare_in(request.viewer, case.network, draft.group_id):
            entry.add_error(CostError(_("Choose a group that you run."), "group"))
            return _edit_page(request, case.network, case, entry)
        try:
            agreeing.change(
                case,
                draft,
                revision=entry.form.cleaned_data["revision"] or 0,
                by=request.viewer,
            )
        except ConflictError as error:
            entry.add_error(error)
            # Saved once more, it is meant.
            case.refresh_from_db(fields=["revision"])
            entry.take_revision(case.revision)
        except CostError as error:
            entry.add_error(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(case)
    return _edit_page(request, case.network, case, entry)


@require_safe
@of_case
def case(request: HttpRequest, case: CostCase) -> HttpResponseBase:
    """A case: costs, shares, what if, approval, settlement, files."""
    return _case_page(request, case)


@require_POST
@of_case
def answer(request: HttpRequest, case: CostCase) -> HttpResponseBase:
    """Approve or decline for a payer, or from a seat."""
    form = AnswerForm(request.POST)
    voices = Voice.objects.filter(round__subject_kind=KIND, round__subject_id=case.pk)
    sent = request.POST.get("voice", "")
    voice = voices.select_related("round").filter(pk=int(sent) if sent.isdecimal() else 0).first()
    if voice is None or not can_answer(request.viewer, case, voice):
        raise PermissionDenied(_("The payer's leader or contact person answers."))
    if form.is_valid():
        try:
            done = agreeing.answer(
                voice,
                yes="yes" in request.POST,
                note=form.cleaned_data["note"],
                seen=form.cleaned_data["seen"],
                by=request.viewer,
            )
        except CostError as error:
            form.add_error("note" if error.field == "note" else None, str(error))
        else:
            agreed = done.state == State.AGREED
            messages.success(
                request,
                _("Agreed: that was the last answer needed.") if agreed else _("Thank you."),
            )
            return redirect(case)
    return _case_page(request, case, answering=form)


@require_http_methods(["GET", "HEAD", "POST"])
@of_writer
def act(request: HttpRequest, case: CostCase, act: str) -> HttpResponseBase:
    """Ask whether it is meant, then do it."""
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = {"reason": form.cleaned_data["reason"]} if chosen.reason else {}
        try:
            chosen.job(case, by=request.viewer, **facts)
        except CostError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, chosen.done)
            to_edit = act == "change"
            address = reverse("costs:edit", args=[case.network.slug, case.pk])
            return redirect(address if to_edit else case.get_absolute_url())
    page = CasePage(request.viewer, case)
    more = {
        "case": case,
        "act": chosen,
        "form": form,
        "asked": page.asked_people if act == "propose" else None,
        "shared": page.shared if act == "propose" else None,
    }
    status = 422 if form.errors else 200
    return render(
        request, "costs/act.html", shell(request, case.network, TAB, **more), status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@of_writer
def spent(request: HttpRequest, case: CostCase) -> HttpResponseBase:
    """Write down what the costs came to and who paid."""
    data = request.POST if request.method == "POST" else None
    items = list(case.items.all())
    bearers = _may_pay(case.network, case)
    rows = [
        (
            item,
            SpentForm(
                data,
                bearers,
                prefix=f"item-{item.pk}",
                initial={"actual": item.actual, "paid_by": item.paid_by_id, "on": item.on},
            ),
        )
        for item in items
    ]
    unplanned = UnplannedForm(data, bearers, prefix="unplanned")
    problem = ""
    # All of them are looked at, so that all that has to be mended is said at once.
    looked_at = [form.is_valid() for form in (unplanned, *(form for _item, form in rows))]
    if data is not None and all(looked_at):
        title = unplanned.cleaned_data.get("title")
        try:
            settling.record(case, {item.pk: form.spent() for item, form in rows}, by=request.viewer)
            if title:
                settling.add_unplanned(case, title, unplanned.spent(), by=request.viewer)
        except CostError as error:
            problem = str(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(case)
    more = {"case": case, "rows": rows, "unplanned": unplanned, "problem": problem}
    status = 422 if data is not None else 200
    return render(
        request, "costs/spent.html", shell(request, case.network, TAB, **more), status=status
    )


@require_POST
@of_writer
def draw_up(request: HttpRequest, case: CostCase) -> HttpResponseBase:
    """Draw up the payments of the settlement."""
    try:
        made = settling.draw_up(case, netting=bool(request.POST.get("netting")), by=request.viewer)
    except CostError as error:
        messages.error(request, str(error))
    else:
        told = _("The settlement is drawn up.") if made else _("Nobody owes anything: settled.")
        messages.success(request, told)
    return redirect(f"{case.get_absolute_url()}#settlement")


@require_POST
@of_case
def paid(request: HttpRequest, case: CostCase, transfer: int) -> HttpResponseBase:
    """Mark a payment paid, or (without a day) not paid after all."""
    row = get_object_or_404(case.transfers.all(), pk=transfer)
    if not can_mark_paid(request.viewer, case, row):
        raise PermissionDenied(_("The receiver or those who prepare the case do this."))
    form = PaidForm(request.POST)
    undo = "undo" in request.POST
    try:
        if not form.is_valid():
            raise CostError(_("That isn't a day."))
        on = None if undo else form.cleaned_data["on"] or clock.today()
        settling.mark_paid(row, on=on, by=request.viewer)
    except CostError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Marked as not paid.") if undo else _("Marked as paid."))
    return redirect(f"{case.get_absolute_url()}#settlement")


@require_safe
@of_case
def settlement(request: HttpRequest, case: CostCase, form: str) -> HttpResponseBase:
    """The settlement sheet as a file."""
    try:
        sheet = settling.sheet(case)
    except CostError:
        raise Http404
    name = (
        f"{slugify(case.title) or 'settlement'}-{case.pk}{'-demo' if request.demo else ''}.{form}"
    )
    netting = "netting" in request.GET
    if form == "pdf":
        made: HttpResponseBase = HttpResponse(
            sheets.pdf(case, sheet, netting=netting), content_type="application/pdf"
        )
        made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return made
    return FileResponse(
        sheets.xlsx(case, sheet, netting=netting, demo=request.demo),
        as_attachment=True,
        filename=name,
        content_type=sheets.XLSX,
    )


@require_safe
@of_case
def trail(request: HttpRequest, case: CostCase) -> HttpResponseBase:
    """What was asked and answered, and every change."""
    more = {"case": case, "page": CasePage(request.viewer, case)}
    return render(request, "costs/history.html", shell(request, case.network, TAB, **more))


def _readable(request: HttpRequest, slug: str) -> Network:
    network = known_network(request, slug)
    if not can_read(request.viewer, network):
        open_network(request, slug)
        raise PermissionDenied(_("Guests don't see costs."))
    return network


def _case_page(
    request: HttpRequest, case: CostCase, *, answering: AnswerForm | None = None
) -> HttpResponse:
    page = CasePage(request.viewer, case, whole="all" in request.GET)
    more = {
        "case": case,
        "page": page,
        "acts": _acts(page),
        "answering": _answering(page, answering),
        "answer_errors": answering.non_field_errors() if answering else [],
        "files": file_panel.of(request.viewer, KIND, case.pk, may_change=page.may_write),
        "what_if": not page.is_long or "what-if" in request.GET,
        "paid": PaidForm(initial={"on": clock.today()}),
    }
    status = 422 if answering is not None else 200
    return render(
        request, "costs/case.html", shell(request, case.network, TAB, **more), status=status
    )


def _answering(page: CasePage, sent: AnswerForm | None) -> list[tuple[Voice, AnswerForm, str]]:
    """What the viewer can answer, each with its form and share."""
    asked = page.round
    if asked is None:
        return []
    waiting = page.to_answer
    slugs = {payer.organisation_id: payer.organisation.slug for payer in page.payers}
    shares = page.shared.amounts if waiting else {}
    found = []
    for voice in waiting:
        form = AnswerForm(
            initial={"voice": voice.pk, "seen": asked.content_hash, "note": voice.note},
            prefix=None,
            auto_id=f"answer-{voice.pk}-%s",
        )
        if sent is not None and sent.data.get("voice") == str(voice.pk):
            sent.auto_id = f"answer-{voice.pk}-%s"
            form = sent
        share = shares.get(slugs.get(voice.organisation_id or 0, ""))
        found.append((voice, form, euros(share)))
    return found


def _acts(page: CasePage) -> list[tuple[Any, str]]:
    """What the viewer can do with the whole case now."""
    if not page.may_write:
        return []
    found = []
    drawn_up = bool(page.transfers)
    for name, one in ACTS.items():
        if page.case.state not in one.states:
            continue
        if one.after_agreement and page.agreed is None:
            continue
        if one.settling is not None and one.settling != drawn_up:
            continue
        if name == "propose":  # the page's main button
            continue
        found.append(
            (one.title, reverse("costs:act", args=[page.case.network.slug, page.case.pk, name]))
        )
    return found


def _entry(request: HttpRequest, network: Network, case: CostCase) -> CaseEntry:
    groups = Group.objects.on(clock.today()).filter(network=network)
    runnable = [g for g in groups if can_prepare_in(request.viewer, network, g.pk)]
    if case.group_id and case.group and case.group not in runnable:
        runnable.append(case.group)
    data = request.POST if request.method == "POST" else None
    return CaseEntry(data, network, case, groups=runnable, payers=_may_pay(network, case))


def _may_pay(network: Network, case: CostCase) -> list[Organisation]:
    """The members of the day, and those who pay already."""
    today = clock.today()
    members = Organisation.objects.filter(
        memberships__network=network, memberships__valid__contains=today
    )
    held = Organisation.objects.filter(costs_shared__case=case.pk) if case.pk else members.none()
    found = {one.pk: one for one in (*members, *held)}
    return sorted(found.values(), key=lambda one: str(one).casefold())


def _edit_page(
    request: HttpRequest, network: Network, case: CostCase, entry: CaseEntry
) -> HttpResponse:
    sent = request.method == "POST" and "more" not in request.POST
    more = {
        "case": case,
        "entry": entry,
        "errors": entry.all_errors if sent else [],
        "total": sum(
            (form["planned"].initial for form in entry.items if form["planned"].initial), Decimal(0)
        ),
    }
    return render(
        request,
        "costs/edit.html",
        shell(request, network, TAB, **more),
        status=422 if sent else 200,
    )
