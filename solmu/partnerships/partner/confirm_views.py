"""The page where a partner's contact answers through a signed link, without an account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from solmu.partnerships.models import Confirmation
from solmu.partnerships.partner import confirming
from solmu.partnerships.partner.forms import AnswerForm
from solmu.people import links


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show exactly what the owner chose to show; only a POST answers."""
    link = links.find(token, confirming.PURPOSE)
    if link is None:
        return _gone(request, token)
    confirmation = _confirmation(link.record_id)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            confirmation = confirming.answer(
                link, choice=form.cleaned_data["choice"], text=form.cleaned_data["text"]
            )
        except confirming.ConfirmingError as error:
            form.add_error(None, str(error))
        else:
            return _shown(request, "partnerships/confirm_thanks.html", confirmation)
    status = 422 if form.is_bound else 200
    return _shown(request, "partnerships/confirm.html", confirmation, form=form, status=status)


def _gone(request: HttpRequest, token: str) -> HttpResponse:
    """What has become of a link that doesn't work any more."""
    link = confirming.find_any(token)
    if link is None:
        facts = {"known": False}
        return _private(render(request, "partnerships/confirm_gone.html", facts, status=404))
    confirmation = _confirmation(link.record_id)
    if link.used_at and confirmation.answered_on:
        return _shown(request, "partnerships/confirm_thanks.html", confirmation, status=410)
    return _shown(request, "partnerships/confirm_gone.html", confirmation, known=True, status=410)


def _shown(
    request: HttpRequest,
    template: str,
    confirmation: Confirmation,
    *,
    status: int = 200,
    **context: object,
) -> HttpResponse:
    context |= {
        "confirmation": confirmation,
        "institution": confirmation.stakeholder.institution.organisation,
        "organisation": confirmation.stakeholder.organisation,
        "parts": confirming.parts_in(confirmation, (get_language() or "fi")[:2]),
    }
    return _private(render(request, template, context, status=status))


def _private(answer: HttpResponse) -> HttpResponse:
    # The address holds the secret: it goes into no Referer and no search engine.
    answer["Referrer-Policy"] = "strict-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _confirmation(pk: int) -> Confirmation:
    return Confirmation.objects.select_related(
        "stakeholder__organisation",
        "stakeholder__institution__organisation",
        "contact__person",
        "asked_by",
    ).get(pk=pk)
