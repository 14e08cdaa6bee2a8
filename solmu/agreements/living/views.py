"""The life of an agreement: term, notice, reviews, duties ticked, what belongs to it, archive."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements.listing import Listing
from solmu.agreements.living import (
    archiving,
    duties,
    following,
    mails,
    page,
    reviewing,
    running,
)
from solmu.agreements.living.duties import LifeError
from solmu.agreements.living.forms import (
    DecisionForm,
    NoticeForm,
    RetentionForm,
    TakeBackForm,
    TickForm,
)
from solmu.agreements.models import Agreement, Duty, LevelProposal, Review
from solmu.agreements.page import edited_agreement, open_agreement, shell
from solmu.agreements.permissions import can_draft, can_edit, can_end, can_see_confidential
from solmu.audit import history
from solmu.lib import clock
from solmu.partnerships.standing import StandingError

TAB = "agreements:life"
GOALS = "agreements:goals"
FOUND = 20
NOT_YOURS = gettext_noop("Those who draft the institution's agreements can do this.")


@require_safe
@login_required
def life(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How long it holds, what was decided of it, and what belongs to it."""
    agreement = open_agreement(request, pk)
    may_edit = can_edit(request.viewer, agreement)
    find = request.GET.get("find", "").strip().replace("\0", "")
    more = {
        "life": page.Life(request.viewer, agreement),
        "find": find,
        "candidates": _candidates(request, agreement, find) if find and may_edit else [],
        "retention": RetentionForm(
            initial={
                "case_number": agreement.case_number,
                "retention_class": agreement.retention_class,
                "keep_years": agreement.keep_years,
            }
        ),
    }
    return render(request, "agreements/living/life.html", shell(request, agreement, TAB, **more))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask for the reason, tell the last day, and give notice of the agreement."""
    agreement = open_agreement(request, pk)
    if not can_end(request.viewer, agreement):
        raise PermissionDenied(_("The institution's leaders end agreements."))
    form = NoticeForm(request.POST if request.method == "POST" else None, agreement=agreement)
    if form.is_bound and form.is_valid():
        try:
            made = running.give_notice(agreement, by=request.viewer, **form.cleaned_data)
        except LifeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Notice is given; the parties are told.") if made else "")
            return redirect(TAB, pk)
    last = running.end_by_notice(agreement, clock.today()) if agreement.valid else None
    context = shell(request, agreement, TAB, form=form, last_day=last)
    status = 422 if form.is_bound else 200
    return render(request, "agreements/living/notice.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notice_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a notice back, once the parties agree that the agreement goes on."""
    agreement = open_agreement(request, pk)
    if not can_end(request.viewer, agreement):
        raise PermissionDenied(_("The institution's leaders end agreements."))
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            running.take_back_notice(agreement, reason=reason, by=request.viewer)
        except LifeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It goes on; the parties are told."))
            return redirect(TAB, pk)
    context = shell(request, agreement, TAB, form=form)
    status = 422 if form.is_bound else 200
    return render(request, "agreements/living/notice_back.html", context, status=status)


@require_POST
@login_required
def retention(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the case number and the retention class, also of a signed agreement."""
    agreement = edited_agreement(request, pk)
    form = RetentionForm(request.POST)
    if form.is_valid():
        with transaction.atomic(), history.acting(request.viewer, gettext_noop("for the archive")):
            row = Agreement.objects.select_for_update().get(pk=agreement.pk)
            row.case_number = form.cleaned_data["case_number"]
            row.retention_class = form.cleaned_data["retention_class"]
            row.keep_years = form.cleaned_data["keep_years"]
            row.save(update_fields=["case_number", "retention_class", "keep_years"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("That is too long, or no number of years."))
    return redirect(TAB, pk)


@require_POST
@login_required
def relate(request: HttpRequest, pk: int) -> HttpResponse:
    """Put another agreement beside this one, or take it away."""
    agreement = edited_agreement(request, pk)
    key = request.POST.get("agreement", "")
    seen = Agreement.objects.visible_to(request.viewer)
    other = get_object_or_404(seen, pk=int(key) if key.isdecimal() and len(key) < 18 else 0)
    job = following.unrelate if "remove" in request.POST else following.relate
    _do(request, lambda: job(agreement, other, by=request.viewer))
    return redirect(TAB, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The year as it writes itself, and the decision at its end."""
    agreement = open_agreement(request, pk)
    may_decide = can_edit(request.viewer, agreement)
    if request.method == "POST" and not may_decide:
        raise PermissionDenied(_(NOT_YOURS))
    today = clock.today()
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        level=reviewing.next_level(agreement, today),
        may_end=can_end(request.viewer, agreement),
    )
    if form.is_bound and form.is_valid():
        try:
            made, draft = reviewing.decide(agreement, by=request.viewer, **form.cleaned_data)
        except LifeError as error:
            form.add_error(None, str(error))
        else:
            if draft is not None:
                messages.success(request, _("The review is kept, and here is the new draft."))
                return redirect(draft)
            messages.success(request, _("The review is kept."))
            return redirect("agreements:review", pk, made.pk)
    more = {
        **_shown(reviewing.summary(agreement, today)),
        "form": form if may_decide and agreement.state == Agreement.State.ACTIVE else None,
    }
    context = shell(request, agreement, TAB, **more)
    status = 422 if form.is_bound else 200
    return render(request, "agreements/living/review.html", context, status=status)


@require_safe
@login_required
def review(request: HttpRequest, pk: int, review: int) -> HttpResponseBase:
    """A review as it was decided; a leader answers here about the level it proposes."""
    agreement = open_agreement(request, pk)
    rows = Review.objects.filter(agreement=agreement).select_related("by", "proposal__level")
    held = get_object_or_404(rows, pk=review)
    proposal: LevelProposal | None = getattr(held, "proposal", None)
    waits = proposal is not None and proposal.state == LevelProposal.State.WAITING
    more = {
        "review": held,
        **_shown(held.summary),
        "proposal": proposal if can_edit(request.viewer, agreement) else None,
        "may_answer": waits and proposal and reviewing.may_answer(request.viewer, proposal),
    }
    context = shell(request, agreement, TAB, **more)
    return render(request, "agreements/living/review.html", context)


@require_POST
@login_required
def level(request: HttpRequest, pk: int, review: int) -> HttpResponse:
    """A leader's yes or no to the level that a review proposes."""
    agreement = open_agreement(request, pk)
    proposal = get_object_or_404(
        LevelProposal.objects.select_related("level", "review__agreement"),
        review=review,
        review__agreement=agreement,
    )
    if not reviewing.may_answer(request.viewer, proposal):
        raise PermissionDenied(_("The level is decided by the institution's leaders."))
    yes = "yes" in request.POST
    try:
        reviewing.answer(proposal, yes=yes, by=request.viewer)
    except (LifeError, StandingError) as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("The partnership has moved on the picture.") if yes else _("It stays as it is."),
        )
    return redirect("agreements:review", pk, review)


@require_POST
@login_required
def tick(request: HttpRequest, pk: int, duty: int) -> HttpResponse:
    """Say that a duty is done, or take the tick back; each side its own, the keeper all."""
    agreement = open_agreement(request, pk)
    held = get_object_or_404(
        Duty.objects.filter(agreement=agreement).select_related("organisation"), pk=duty
    )
    if held.organisation_id not in page.ticks_for(request.viewer, agreement):
        raise PermissionDenied(_("Each side says of its own duties that they are done."))
    form = TickForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for one in form.errors.values()))
    elif "undo" in request.POST:
        _do(request, lambda: duties.untick(held, by=request.viewer))
    else:
        facts = form.cleaned_data
        _do(
            request,
            lambda: duties.tick(
                held,
                by=request.viewer,
                organisation=held.organisation,
                done_on=facts["done_on"],
                note=facts["note"],
                seen_due=facts["due"] if "due" in request.POST else None,
            ),
        )
    return redirect(f"{reverse(GOALS, args=[pk])}#duties")


@require_POST
@login_required
def send_promises(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the other parties' contacts a link to what was promised."""
    agreement = edited_agreement(request, pk)
    if agreement.state != Agreement.State.ACTIVE:
        messages.error(request, _("Duties are ticked while the agreement is in force."))
        return redirect(GOALS, pk)
    sent = 0
    with transaction.atomic():
        for party in page.others_with_contact(agreement):
            key = f"agreement-promises-{party.pk}-{clock.today()}"
            sent += mails.promises(party, sender=request.viewer.name, key=key)
    if sent:
        messages.success(request, _("The link is on its way."))
    else:
        messages.error(request, _("Nobody to send it to, or they have had it today already."))
    return redirect(GOALS, pk)


@require_safe
@login_required
def archive(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The agreement for an archive: documents, record, texts and comments in one file."""
    agreement = edited_agreement(request, pk)
    hide = _hides(request) or not can_see_confidential(request.viewer, agreement)
    name = slugify(agreement.title)[:60] or "agreement"
    return _zip(archiving.pack([agreement], hide_confidential=hide), name)


@require_safe
@login_required
def archive_all(request: HttpRequest) -> HttpResponseBase:
    """The agreements that the list's filters leave, for an archive: first what, then the file."""
    viewer = request.viewer
    if not can_draft(viewer, viewer.institution_id):
        raise PermissionDenied(_(NOT_YOURS))
    shown = Listing(request)
    found = shown.filtered().queryset()
    rows = (
        Agreement.objects.filter(institution_id=viewer.institution_id, pk__in=found.values("pk"))
        .select_related("amends", "renews", "institution__organisation")
        .order_by("pk")
    )
    count = rows.count()
    if "confidential" in request.GET and 0 < count <= archiving.MOST:
        return _zip(archiving.pack(rows, hide_confidential=_hides(request)), "agreements")
    kept = [
        (key, value)
        for key, values in request.GET.lists()
        if key not in {"confidential", "after", "format"}
        for value in values
    ]
    context = {"count": count, "most": archiving.MOST, "kept": kept, "bar": shown.bar}
    return render(request, "agreements/living/archive.html", context)


def _shown(summary: dict[str, Any]) -> dict[str, Any]:
    """What a review shows, with its days as days; one written down elsewhere may hold nothing."""
    first, last = (
        date.fromisoformat(summary[key]) if summary.get(key) else None for key in ("from", "to")
    )
    return {"summary": summary, "first": first, "last": last}


def _hides(request: HttpRequest) -> bool:
    return request.GET.get("confidential") == "hide"


def _zip(stream: Any, name: str) -> FileResponse:
    answer = FileResponse(
        stream,
        as_attachment=True,
        filename=f"{name}-solmu.zip",
        content_type="application/zip",
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _candidates(request: HttpRequest, agreement: Agreement, text: str) -> list[Agreement]:
    seen = Agreement.objects.visible_to(request.viewer).filter(title__icontains=text)
    known = agreement.related.values("pk")
    return list(seen.exclude(pk=agreement.pk).exclude(pk__in=known).order_by("-pk")[:FOUND])


def _do(request: HttpRequest, job: Any) -> None:
    try:
        job()
    except LifeError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
