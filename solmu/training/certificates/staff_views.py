"""Certificates of a programme for those who run it: the list, one, the post, feedback, figures."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings as site
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_noop, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from solmu.audit import history
from solmu.sealing.models import Seal
from solmu.training.certificates import card, document, feedback, figures, issuing, posting
from solmu.training.certificates import questions as asking
from solmu.training.certificates.forms import (
    AskedForm,
    NameForm,
    ReissueForm,
    RevokeForm,
    SettingsForm,
)
from solmu.training.certificates.issuing import CertificateError
from solmu.training.certificates.models import SEALED, AskedQuestions, Certificate, Mailing
from solmu.training.certificates.own_views import sealed_pdf
from solmu.training.models import Programme
from solmu.training.page import programme_shell, run_programme
from solmu.training.permissions import can_set_up
from solmu.ui import charts, files_out
from solmu.ui.filters import Filter, FilterBar
from solmu.ui.markup import badge
from solmu.ui.tables import Column, Table

TAB, POST_TAB, FIGURES_TAB = "certificates:list", "certificates:post", "certificates:figures"
BAD = HTTPStatus.UNPROCESSABLE_ENTITY


@require_safe
@login_required
def certificates(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The programme's certificates."""
    programme = run_programme(request, slug)
    states = [("valid", _("valid")), ("revoked", _("revoked")), ("paper", _("waits for the post")),
              ("unmade", _("could not be made"))]  # fmt: skip
    bar = FilterBar(
        request, [Filter("state", _("State"), states)], search="q", search_label=_("Name")
    )
    rows = Certificate.objects.filter(enrolment__programme=programme).select_related("enrolment")
    conditions = {
        "valid": Q(revoked_on=None),
        "revoked": Q(revoked_on__isnull=False),
        "unmade": Q(pk__in=Certificate.objects.unmade().values("pk")),
        "paper": Q(pk__in=posting.waiting(programme).order_by().values("pk")),
    }
    if bar.chosen["state"]:
        any_of = Q()
        for chosen in bar.chosen["state"]:
            any_of |= conditions.get(chosen, Q())
        rows = rows.filter(any_of)
    if bar.text:
        rows = rows.filter(name__icontains=bar.text)
    table = Table(
        request,
        _columns(programme),
        rows,
        default_sort="issued",
        default_dir="desc",
        name="certificates",
        caption=_("Certificates"),
        empty=_("Nobody has passed yet."),
    )
    if answer := table.export():
        return answer
    valid = Certificate.objects.valid().filter(enrolment__programme=programme).count()
    context = {"bar": bar, "table": table, "valid": valid}
    return render(
        request, "certificates/list.html", programme_shell(request, programme, TAB, **context)
    )


def _columns(programme: Programme) -> list[Column[Certificate]]:
    return [
        Column(
            "name",
            _("Name"),
            lambda row: format_html(
                '<a href="{}">{}</a>',
                reverse("certificates:one", args=[programme.slug, row.pk]),
                row.name,
            ),
            sort="name",
            export=lambda row: row.name,
        ),
        Column("number", _("Number"), lambda row: row.number, sort="id",
               export=lambda row: row.number),
        Column("issued", _("Issued"), lambda row: date_format(row.issued_on, "SHORT_DATE_FORMAT"),
               sort="issued_on", export=lambda row: row.issued_on),
        Column("state", _("State"), _state, export=lambda row: str(_says(row))),
    ]  # fmt: skip


def _says(row: Certificate) -> str:
    return _("valid") if row.is_valid else _("revoked")


def _state(row: Certificate) -> Any:
    return badge(_says(row), "good" if row.is_valid else "soft")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One certificate: what it says; it can be revoked, and issued anew."""
    programme = run_programme(request, slug)
    row = _certificate(programme, pk)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    again = ReissueForm(
        request.POST if act == "again" else None,
        initial={"name": row.enrolment.person.name, "language": row.language},
    )
    revoke = RevokeForm(request.POST if act == "revoke" else None)
    named = NameForm(request.POST if act == "name" else None, initial={"name": row.name})
    if request.method == "POST":
        try:
            if act == "name" and named.is_valid():
                issuing.rename(row, **named.cleaned_data, by=request.viewer)
                messages.success(request, _("The certificate is being made and sent."))
                return redirect("certificates:one", programme.slug, row.pk)
            if act == "again" and again.is_valid():
                made = issuing.reissue(row, **again.cleaned_data, by=request.viewer)
                messages.success(request, _("The new certificate is issued, and it is being sent."))
                return redirect("certificates:one", programme.slug, made.pk)
            if act == "revoke" and revoke.is_valid():
                issuing.revoke(row, **revoke.cleaned_data, by=request.viewer)
                messages.success(request, _("The certificate is revoked."))
                return redirect("certificates:one", programme.slug, row.pk)
        except CertificateError as error:
            messages.error(request, str(error))
            return redirect("certificates:one", programme.slug, row.pk)
    seal = Seal.objects.filter(subject_kind=SEALED, subject_id=row.pk).first()
    newer = Certificate.objects.filter(replaces=row).first()
    shell = programme_shell(
        request, programme, TAB, certificate=row, again=again, revoke=revoke, seal=seal,
        newer=newer, state=_state(row), named=named, missing=issuing.letters_missing(seal),
        language=str(dict(site.LANGUAGES)[row.language]),
    )  # fmt: skip
    return render(
        request, "certificates/one.html", shell,
        status=BAD if request.method == "POST" else HTTPStatus.OK,
    )  # fmt: skip


def _certificate(programme: Programme, pk: int) -> Certificate:
    rows = Certificate.objects.told().select_related("mailing", "replaces")
    return get_object_or_404(rows, enrolment__programme=programme, pk=pk)


@require_safe
@login_required
def one_pdf(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The sealed PDF."""
    programme = run_programme(request, slug)
    row = _certificate(programme, pk)
    if answer := sealed_pdf(row):
        return answer
    messages.info(request, _("The certificate is being sealed. Try again in a moment."))
    return redirect("certificates:one", programme.slug, row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What certificates say, and what is known of the card."""
    programme = run_programme(request, slug)
    if not can_set_up(request.viewer, programme):
        raise PermissionDenied(_("Only the trainers and the institution's leaders can do this."))
    form = SettingsForm(
        request.POST if request.method == "POST" else None, instance=card.settings_of(programme)
    )
    if request.method == "POST" and "save" in request.POST and form.is_valid():
        with history.acting(request.viewer, gettext_noop("settings of certificates changed")):
            form.save()
        messages.success(request, _("It is saved."))
        return redirect("certificates:settings", programme.slug)
    return render(
        request,
        "certificates/settings.html",
        programme_shell(request, programme, TAB, form=form, card=card.page(programme, _language())),
        status=BAD if request.method == "POST" else HTTPStatus.OK,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def post(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What waits for the post: letters to print, a list, and that they were posted."""
    programme = run_programme(request, slug)
    if request.method == "POST":
        _act(request, programme)
        return redirect("certificates:post", programme.slug)
    rows = list(posting.waiting(programme))
    if (form := request.GET.get("format", "")) in files_out.FORMATS:
        return files_out.answer(
            request,
            form,
            [_("Name"), _("Address"), _("Number"), _("Issued"), _("E-mail")],
            (
                (row.name, row.enrolment.postal_address, row.number, row.issued_on,
                 row.enrolment.person.email)
                for row in rows
            ),
            name="post",
            keys=["name", "address", "number", "issued_on", "email"],
        )  # fmt: skip
    shell = programme_shell(
        request, programme, TAB, rows=rows, piles=posting.posted(programme),
        no_address=_no_address(programme),
    )  # fmt: skip
    return render(request, "certificates/post.html", shell)


def _no_address(programme: Programme) -> int:
    """Those who want paper but have given no address."""
    wants = Certificate.objects.valid().filter(
        enrolment__programme=programme, enrolment__wants_paper=True, mailing=None
    )
    return wants.filter(enrolment__postal_address="").count()


def _act(request: HttpRequest, programme: Programme) -> None:
    if "posted" in request.POST:
        ids = [int(key) for key in request.POST.getlist("id") if key.isdecimal()]
        pile = posting.mark(programme, ids, by=request.viewer)
        if pile is None:
            messages.info(request, _("Nothing of it waits for the post any more."))
            return
        count = pile.certificates.count()
        messages.success(
            request,
            ngettext("One certificate is marked as posted.",
                     "%(n)s certificates are marked as posted.", count) % {"n": count},
        )  # fmt: skip
    elif (key := request.POST.get("back", "")).isdecimal():
        found = Mailing.objects.filter(programme=programme, pk=key).first()
        if found:
            count = posting.take_back(found, by=request.viewer)
            messages.success(
                request,
                ngettext("One certificate waits for the post again.",
                         "%(n)s certificates wait for the post again.", count) % {"n": count},
            )  # fmt: skip


@require_safe
@login_required
def letters(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One PDF of all letters with their certificates, to be printed."""
    programme = run_programme(request, slug)
    rows = list(posting.waiting(programme))
    if not rows:
        messages.info(request, _("Nothing of it waits for the post any more."))
        return redirect("certificates:post", programme.slug)
    coded = issuing.with_codes(rows)
    shown = document.logos_of(programme, [code for _row, code in coded])
    made, left = document.letters(coded, shown)
    if left:
        # Told on the page of the post: this answer is the file itself.
        messages.warning(
            request,
            _("Not among the letters, since no font has all letters of the name or the address: "
              "%(names)s") % {"names": ", ".join(row.name for row in left)},
        )  # fmt: skip
    if not made:
        return redirect("certificates:post", programme.slug)
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{programme.slug}-letters.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_safe
@login_required
def answers(request: HttpRequest, slug: str) -> HttpResponse:
    """What participants have said, without names."""
    programme = run_programme(request, slug)
    told = feedback.report(programme)
    language = _language()
    asked = asking.of(programme)
    scales = [
        {
            "text": one.texts[language],
            "mean": _shown(told.total.mean(one.key)),
            "chart": charts.bars(
                (str(mark), count)
                for mark, count in zip(
                    reversed(asking.MARKS), reversed(told.total.spread(one.key)), strict=True
                )
            ),
        }
        for one in asked.scales
    ]
    groups = [
        (
            title,
            [
                (_when(one.label), one.count if one.is_enough else "", _shown(one.overall))
                for one in rows
            ],
        )
        for title, rows in ((_("By start"), told.cohorts), (_("By year"), told.years))
    ]
    return render(
        request,
        "certificates/answers.html",
        programme_shell(
            request, programme, FIGURES_TAB, report=told, scales=scales, groups=groups,
            enough=feedback.ENOUGH,
            may_ask=can_set_up(request.viewer, programme),
            overall=_shown(told.total.overall),
            low=asked.low[language], high=asked.high[language],
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def asked(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The questions of feedback: what participants are asked from now on."""
    programme = run_programme(request, slug)
    if not can_set_up(request.viewer, programme):
        raise PermissionDenied(_("Only the trainers and the institution's leaders can do this."))
    form = AskedForm(
        request.POST if request.method == "POST" else None,
        questions=asking.of(programme),
        languages=[code for code, _name in site.LANGUAGES if code in programme.languages],
    )
    if "common" in request.POST:
        asking.write(programme, [], by=request.viewer)
        messages.success(request, _("The common questions are asked again."))
        return redirect("certificates:asked", programme.slug)
    if request.method == "POST" and "save" in request.POST and form.is_valid():
        asking.write(programme, form.asked, by=request.viewer)
        messages.success(request, _("It is saved."))
        return redirect("certificates:asked", programme.slug)
    return render(
        request,
        "certificates/asked.html",
        programme_shell(
            request, programme, FIGURES_TAB, form=form,
            own=AskedQuestions.objects.filter(programme=programme).exists(),
        ),
        status=BAD if request.method == "POST" else HTTPStatus.OK,
    )  # fmt: skip


def _when(label: Any) -> str:
    if label is None:
        return str(_("no start"))
    return str(label) if isinstance(label, int) else date_format(label, "SHORT_DATE_FORMAT")


def _shown(number: float | None, decimals: int = 1) -> str:
    return "–" if number is None else number_format(round(number, decimals), decimals)


@require_safe
@login_required
def figures_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The programme in figures, by month, field or region."""
    programme = run_programme(request, slug)
    asked = request.GET.get("by", "")
    by = asked if asked in figures.BY else "month"
    rows, whole = figures.of(programme, by)
    names = {"month": _("Month of the start"), "field": _("Field"), "region": _("Region")}
    heads = [
        _("Enrolled"), _("Started"), _("Tested"), _("Passed"), _("Pass rate, %"),
        _("Mean score, %"), _("Days to finish"), _("Satisfaction, 1–5"),
    ]  # fmt: skip

    def numbers(row: figures.Row) -> list[float | int | None]:
        return [row.applied, row.started, row.tested, row.passed, row.pass_rate, row.score,
                row.days, row.satisfaction]  # fmt: skip

    if (form := request.GET.get("format", "")) in files_out.FORMATS:
        return files_out.answer(
            request,
            form,
            [names[by], *heads],
            (
                (row.label, *(round(one, 1) if one is not None else None for one in numbers(row)))
                for row in (*rows, whole)
            ),
            name=f"figures-{by}",
            keys=[by, "enrolled", "started", "tested", "passed", "pass_rate", "mean_score", "days",
                  "satisfaction"],
        )  # fmt: skip
    decimals = (0, 0, 0, 0, 0, 1, 0, 1)
    return render(
        request,
        "certificates/figures.html",
        programme_shell(
            request,
            programme,
            FIGURES_TAB,
            by=by,
            views=list(names.items()),
            head=names[by],
            heads=heads,
            enough=feedback.ENOUGH,
            rows=[
                (
                    row.label,
                    [
                        (label, _shown(one, places))
                        for label, one, places in zip(heads, numbers(row), decimals, strict=True)
                    ],
                )
                for row in (*rows, whole)
            ],
            large=[
                (whole.applied, pgettext("how many", "enrolled")),
                (whole.passed, _("have passed the training")),
                (f"{_shown(whole.pass_rate, 0)} %", _("pass rate")),
                (f"{_shown(whole.score)} %", _("mean score")),
                (_shown(whole.days, 0), _("days to finish")),
                (_shown(whole.satisfaction), _("satisfaction, 1–5")),
            ],
            chart=charts.bars((row.label, row.passed) for row in rows),
        ),
    )  # fmt: skip


def _language() -> str:
    return (get_language() or "fi")[:2]
