"""How an institution seals: its certificate, its time-stamp authority, and what failed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from solmu.organisations.models import Institution
from solmu.organisations.moved import at_present_address
from solmu.organisations.settings_tabs import tabs
from solmu.sealing import certificates, sealing, stamping, verifying
from solmu.sealing.forms import AuthorityForm, CertificateForm
from solmu.sealing.models import Seal, SealSettings, SigningCertificate
from solmu.sealing.permissions import can_set


@require_http_methods(["GET", "POST"])
@login_required
@at_present_address
def seal(request: HttpRequest, slug: str) -> HttpResponse:
    """The certificate and the time-stamp authority, which is set here."""
    institution = _institution(request, slug)
    settings = SealSettings.objects.filter(institution=institution).first()
    initial = {"authority": settings.authority if settings else ""}
    if request.method != "POST":
        return _page(request, institution, authority=AuthorityForm(initial=initial))
    form = AuthorityForm(request.POST, initial=initial)
    if not form.is_valid():
        return _page(request, institution, authority=form, status=422)
    stamping.choose(institution, form.cleaned_data["authority"], by=request.viewer)
    messages.success(request, _("Saved."))
    return redirect("seals:seal", slug)


@require_http_methods(["GET", "POST"])
@login_required
@at_present_address
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the institution's own certificate in use."""
    institution = _institution(request, slug)
    form = CertificateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            certificates.upload(institution, data["file"], data["password"], by=request.viewer)
        except certificates.CertificateError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("Documents are sealed with this certificate from now on."))
            return redirect("seals:seal", slug)
    return render(
        request,
        "sealing/upload.html",
        {"institution": institution, "form": form},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def retire(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask, then take an uploaded certificate out of use."""
    institution = _institution(request, slug)
    certificate = get_object_or_404(
        SigningCertificate, pk=pk, institution=institution, own=False, retired_at=None
    )
    if request.method == "POST":
        certificates.retire(certificate, by=request.viewer)
        messages.success(request, _("The certificate is out of use and its key erased."))
        return redirect("seals:seal", slug)
    return render(
        request, "sealing/retire.html", {"institution": institution, "certificate": certificate}
    )


@require_POST
@login_required
def again(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Try a seal again that failed."""
    institution = _institution(request, slug)
    failed = get_object_or_404(Seal, code=code, institution=institution)
    sealing.try_again(failed)
    messages.success(request, _("It is tried again now."))
    return redirect("seals:seal", slug)


def _institution(request: HttpRequest, slug: str) -> Institution:
    institution: Institution = get_object_or_404(
        Institution.objects.visible_to(request.viewer).select_related("organisation"),
        organisation__slug=slug,
    )
    if not can_set(request.viewer, institution.pk):
        raise PermissionDenied
    return institution


def _page(
    request: HttpRequest, institution: Institution, *, authority: AuthorityForm, status: int = 200
) -> HttpResponse:
    current = certificates.in_use(institution)
    seals = Seal.objects.filter(institution=institution)
    failed = [
        (one, _title(one))
        for one in seals.filter(state=Seal.State.FAILED).order_by("asked_at")[:50]
    ]
    context: dict[str, Any] = {
        "institution": institution,
        "current": current,
        "kind": verifying.kind_of(current) if current else "",
        "ends_soon": current is not None
        and certificates.days_left(current) <= certificates.WARNED.days,
        "former": SigningCertificate.objects.filter(institution=institution)
        .exclude(pk=current.pk if current else 0)
        .order_by("-pk")[:20],
        "settings": SealSettings.objects.filter(institution=institution).first(),
        "sealed": seals.filter(state=Seal.State.SEALED).count(),
        "waiting": seals.filter(state=Seal.State.WAITING).count(),
        "failed": failed,
        "form": authority,
        "tabs": tabs(request.viewer, institution, "seals:seal"),
    }
    return render(request, "sealing/institution.html", context, status=status)


def _title(failed: Seal) -> str:
    told = verifying.described(failed)
    return told.title if told else failed.code
