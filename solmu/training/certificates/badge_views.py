"""What verifiers of badges read: who issues them, by which keys, and what was revoked. Public."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from solmu.lib.translated import text_in
from solmu.organisations.models import Institution
from solmu.sealing.models import Seal
from solmu.training.certificates import badges
from solmu.training.certificates.models import SEALED, BadgeKey, Certificate
from solmu.training.models import Programme


def _json(facts: dict[str, Any], kind: str = "application/json") -> HttpResponse:
    answer = JsonResponse(facts, content_type=kind)
    # Verifiers read it from pages of their own.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _institution(slug: str) -> Institution:
    found = Institution.objects.select_related("organisation").filter(organisation__slug=slug)
    with_programmes = found.filter(programmes__isnull=False).distinct()
    return get_object_or_404(with_programmes)


@require_safe
def issuer(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile of an institution that issues badges."""
    return _json(badges.profile(_institution(slug)), "application/ld+json")


@require_safe
def keys(request: HttpRequest, slug: str) -> HttpResponse:
    """The public halves of its keys, those that sign no more too."""
    rows = BadgeKey.objects.filter(institution=_institution(slug)).order_by("-pk")
    return _json({"keys": [row.public for row in rows]}, "application/jwk-set+json")


@require_safe
def key(request: HttpRequest, slug: str, kid: str) -> HttpResponse:
    """One of its keys."""
    rows = BadgeKey.objects.filter(institution=_institution(slug))
    return _json(get_object_or_404(rows, kid=kid).public, "application/jwk+json")


@require_safe
def achievement(request: HttpRequest, slug: str, programme: str) -> HttpResponse:
    """What a programme's badge is for."""
    found = get_object_or_404(
        Programme.objects.select_related("institution__organisation").filter(
            institution=_institution(slug)
        ),
        slug=programme,
    )
    # A programme that is not public is known only to those whose badge names it.
    if not found.public and not Certificate.objects.filter(enrolment__programme=found).exists():
        raise Http404
    language = (get_language() or "fi")[:2]
    if not text_in(found, "name", language):
        language = "fi"
    return _json({"@context": badges.CONTEXT, **badges.achievement(found, language)},
                 "application/ld+json")  # fmt: skip


@require_safe
def revocations(request: HttpRequest, slug: str) -> HttpResponse:
    """The badges that were revoked."""
    return _json(badges.revocations(_institution(slug)))


@require_safe
def credential(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A badge's own address leads to where it is checked; the badge itself is its holder's."""
    row = get_object_or_404(Certificate, uuid=uuid)
    seal = Seal.objects.filter(subject_kind=SEALED, subject_id=row.pk).first()
    return redirect(seal) if seal else redirect("sealing:check")
