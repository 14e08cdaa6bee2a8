"""Many agreements at a time: the spreadsheet, the preview, sending, and the board."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements.drafting import words
from solmu.agreements.listing import state_badge
from solmu.agreements.living import bulking
from solmu.agreements.living.bulking import BulkError
from solmu.agreements.models import Agreement, Base, BaseVersion, Bulk, BulkRow, Mandate
from solmu.agreements.permissions import can_draft
from solmu.imports.previews import SheetForm, StaleError, seal, unseal
from solmu.imports.reading import ReadingError
from solmu.lib import clock
from solmu.lib.translated import LANGUAGES
from solmu.organisations.models import Institution
from solmu.people.models import Person
from solmu.ui import files_out
from solmu.ui.forms import DateField

State = Agreement.State
SAME = "same-"  # a field with one value for all rows
NAMES = {"fi": gettext_lazy("Finnish"), "sv": gettext_lazy("Swedish"),
         "en": gettext_lazy("English")}  # fmt: skip


class BulkForm(SheetForm):
    """The template, the language, who signs for the institution, and the spreadsheet."""

    version = forms.ModelChoiceField(
        BaseVersion.objects.none(), label=gettext_lazy("Template"), empty_label=None
    )
    title = forms.CharField(
        label=gettext_lazy("Title of the agreement"),
        max_length=120,
        help_text=gettext_lazy("The partner's name is added to it."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=list(NAMES.items()),
        initial=["fi"],
        widget=forms.CheckboxSelectMultiple,
    )
    signer = forms.ModelChoiceField(
        Person.objects.none(),
        label=gettext_lazy("Who signs for the institution"),
        empty_label=None,
        help_text=gettext_lazy("Those with a right to sign that has been recorded."),
    )
    field_order = ("version", "title", "languages", "signer", "file")

    def __init__(self, *args: Any, request: HttpRequest, institution: Institution) -> None:
        super().__init__(*args)
        version: Any = self.fields["version"]
        version.queryset = (
            BaseVersion.objects.filter(
                base__in=Base.objects.visible_to(request.viewer).offered(clock.today()),
                state=BaseVersion.State.APPROVED,
            )
            .exclude(base__kind=Base.Kind.NETWORK)
            .select_related("base")
            .order_by("-base__kind", "base_id")
        )
        version.label_from_instance = lambda one: one.base.name
        signer: Any = self.fields["signer"]
        held = Mandate.objects.on(clock.today()).filter(
            organisation=institution.organisation, institution=institution
        )
        signer.queryset = Person.objects.filter(pk__in=held.values("person_id")).order_by(
            "family_name", "given_name"
        )
        signer.label_from_instance = lambda one: one.name

    @property
    def spoken(self) -> list[str]:
        """The languages chosen, in their usual order."""
        return [code for code in LANGUAGES if code in self.cleaned_data["languages"]]


class SendForm(forms.Form):
    """Until when signatures are asked, and that the signers may sign."""

    sign_by = DateField(label=gettext_lazy("Signatures are asked until"), required=False)
    checked = forms.BooleanField(
        label=gettext_lazy("I have checked that the contact persons may sign for their companies")
    )


@require_safe
@login_required
def bulks(request: HttpRequest) -> HttpResponseBase:
    """The spreadsheets that agreements were made of."""
    _drafter(request)
    rows = Bulk.objects.visible_to(request.viewer).select_related("version__base", "by")
    return render(
        request, "agreements/living/bulks.html", {"bulks": list(rows.order_by("-pk")[:50])}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponseBase:
    """Choose the template, read the spreadsheet, see each row, and have the drafts made."""
    institution = _drafter(request)
    if "rejected" in request.POST:
        return _rejected(request, institution)
    making = "seal" in request.POST
    form = BulkForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        request=request,
        institution=institution,
    )
    if making:
        form.fields["file"].required = False
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        facts = form.cleaned_data
        try:
            if making:
                made = bulking.apply(
                    institution,
                    facts["version"],
                    title=facts["title"],
                    languages=form.spoken,
                    signer=facts["signer"],
                    same={
                        key.removeprefix(SAME): value
                        for key, value in request.POST.dict().items()
                        if key.startswith(SAME)
                    },
                    seal=request.POST["seal"],
                    by=request.viewer,
                )
                messages.success(request, _("The drafts are being made."))
                return redirect("agreements:bulk", made.pk)
            rows, columns, unused = bulking.read(
                institution,
                facts["version"],
                form.spoken,
                facts["file"].read(),
                viewer=request.viewer,
            )
        except (ReadingError, StaleError) as error:
            form.add_error("file", str(error))
        else:
            context |= _previewed(institution, rows, columns)
            context["unused"] = ", ".join(unused)
            context["asked"] = [
                (f"{SAME}{name}", words.label(name))
                for name in bulking.asked_for(facts["version"], form.spoken)
                if any(words.label(name) in row.missing for row in rows if not row.reason)
            ]
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "agreements/living/bulk_new.html", context, status=status)


@require_safe
@login_required
def example(request: HttpRequest) -> HttpResponseBase:
    """An empty spreadsheet with the columns that a template asks for."""
    institution = _drafter(request)
    form = BulkForm(request=request, institution=institution)
    key = request.GET.get("version", "")
    field: Any = form.fields["version"]
    versions = field.queryset
    version = versions.filter(pk=int(key) if key.isdecimal() and len(key) < 18 else 0).first()
    version = version or versions.filter(base__kind=Base.Kind.WORK_LIFE).first()
    columns = bulking.fields_of(version, ["fi"]) if version else bulking.FIELDS
    return files_out.answer(
        request, "xlsx", [one.label for one in columns], [], name=_("Agreements")
    )


@require_safe
@login_required
def board(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All agreements of one spreadsheet and how far each is; what isn't sent is sent from here."""
    _drafter(request)
    bulk = get_object_or_404(
        Bulk.objects.visible_to(request.viewer).select_related("version__base", "signer"), pk=pk
    )
    return _board(request, bulk, SendForm(initial={"sign_by": None}))


@require_POST
@login_required
def send(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask for all signatures in one go."""
    _drafter(request)
    bulk = get_object_or_404(Bulk.objects.visible_to(request.viewer), pk=pk)
    form = SendForm(request.POST)
    if form.is_valid():
        try:
            bulking.send(bulk, sign_by=form.cleaned_data["sign_by"], by=request.viewer)
        except BulkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("They are being sent."))
            return redirect("agreements:bulk", pk)
    return _board(request, bulk, form, status=422)


def _board(request: HttpRequest, bulk: Bulk, form: SendForm, status: int = 200) -> HttpResponseBase:
    rows = list(
        BulkRow.objects.filter(bulk=bulk)
        .select_related("organisation", "agreement")
        .only(
            "number", "problem", "organisation__name_fi", "organisation__name_sv",
            "organisation__name_en", "agreement__state", "agreement__title",
        )
    )  # fmt: skip
    counted = Counter(one.agreement.state for one in rows if one.agreement)
    making = [one for one in rows if one.agreement is None and not one.problem]
    open_ones = [one for one in rows if one.agreement and one.agreement.state in Agreement.OPEN]
    problems = [one for one in rows if one.problem]
    sending = bulk.sent_at is not None and any(not one.problem for one in open_ones)
    steps = [
        (_("rows"), len(rows)),
        (_("drafts"), sum(counted[state] for state in Agreement.OPEN)),
        (_("being signed"), counted[State.SIGNING]),
        (_("in force"), counted[State.ACTIVE]),
        (_("need a look"), len(problems) + counted[State.DECLINED] + counted[State.EXPIRED]),
    ]
    badges = {str(state): state_badge(state) for state in counted}
    done = len(rows) - len(making) if making else sum(
        1 for one in rows if one.agreement and one.agreement.state not in Agreement.OPEN
    )  # fmt: skip
    context = {
        "bulk": bulk,
        "form": form,
        "lines": [
            (one, badges.get(one.agreement.state) if one.agreement else "")
            for one in sorted(rows, key=_calm)
        ],
        "steps": steps,
        "total": len(rows),
        "done": done,
        "running": bool(making) or sending,
        "may_send": bool(open_ones) and not making and not sending,
        "lead": _lead(len(rows), counted[State.ACTIVE]),
    }
    if not request.headers.get("HX-Request"):
        return render(request, "agreements/living/bulk.html", context, status=status)
    answer = render(request, "agreements/living/bulk.html#progress", context, status=status)
    if not context["running"]:
        answer["HX-Refresh"] = "true"  # what comes next stands on the whole page
    return answer


def _calm(row: BulkRow) -> bool:
    """Tell whether a row asks for nothing: those that do come first."""
    state = row.agreement.state if row.agreement else ""
    return not row.problem and state not in {State.DECLINED, State.EXPIRED}


def _lead(total: int, active: int) -> str:
    return ngettext(
        "%(active)s of %(n)s agreement is in force.",
        "%(active)s of %(n)s agreements are in force.",
        total,
    ) % {"active": active, "n": total}


def _previewed(
    institution: Institution, rows: list[bulking.Row], columns: list[str]
) -> dict[str, Any]:
    taken = [one for one in rows if not one.reason]
    rejected = [one for one in rows if one.reason]
    back = [columns, [[*one.cells, one.reason] for one in rejected]]
    return {
        "read": True,
        "taken": taken,
        "rejected": rejected,
        "seal": bulking.sealed(institution, rows) if taken else "",
        "rejected_seal": seal(bulking.REJECTED, institution.pk, back) if rejected else "",
    }


def _rejected(request: HttpRequest, institution: Institution) -> HttpResponseBase:
    """The rows that can't be taken, each with its reason, as a spreadsheet to put right."""
    try:
        columns, rows = unseal(bulking.REJECTED, institution.pk, request.POST["rejected"])
    except StaleError as error:
        messages.error(request, str(error))
        return redirect("agreements:bulk-new")
    return files_out.answer(
        request, "xlsx", [*columns, _("Why")], rows, name=_("Rows that can't be taken")
    )


def _drafter(request: HttpRequest) -> Institution:
    key = request.viewer.institution_id
    if not can_draft(request.viewer, key):
        raise PermissionDenied(_("The institution's leaders and coordinators draft agreements."))
    return get_object_or_404(Institution.objects.select_related("organisation"), pk=key)
