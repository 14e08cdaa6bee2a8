"""A participant's own certificate, badge and feedback: signed in, or by the mailed link."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from solmu.organisations.door_views import private
from solmu.people import links
from solmu.sealing import sealing
from solmu.sealing.models import Seal
from solmu.training.certificates import badges, card, feedback, issuing, mails, questions
from solmu.training.certificates.forms import FeedbackForm
from solmu.training.certificates.models import Certificate
from solmu.training.learning.views import of_participant
from solmu.training.models import Enrolment

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody came to their certificate, and where its parts are on that way."""

    enrolment: Enrolment
    certificate: Certificate | None
    prefix: str  # of the names of addresses
    key: Any
    layout: str

    def url(self, name: str) -> str:
        """One of the addresses of this way."""
        return reverse(f"certificates:{self.prefix}{name}", args=[self.key])


def by_link(view: View) -> View:
    """Let a view be opened by the link that was mailed."""

    @wraps(view)
    def loaded(request: HttpRequest, token: str) -> HttpResponseBase:
        link = links.find(token, mails.PURPOSE)
        row = mails.of_link(link) if link else None
        if row is None:
            gone = render(request, "training/gone.html", status=HTTPStatus.GONE)
            return private(gone)
        # The link of a certificate that was issued anew opens the one that holds now.
        current = _current(row.enrolment) or row
        way = Way(row.enrolment, current, "link", token, "training/bare.html")
        answer = view(request, way)
        return private(answer) if isinstance(answer, HttpResponse) else answer

    return loaded


def signed_in(view: View) -> View:
    """Let a view be opened by the participant who is signed in."""

    @wraps(view)
    @of_participant
    def loaded(request: HttpRequest, enrolment: Enrolment) -> HttpResponseBase:
        way = Way(enrolment, _current(enrolment), "own", enrolment.uuid, "ui/page.html")
        return view(request, way)

    return loaded


def _current(enrolment: Enrolment) -> Certificate | None:
    rows = Certificate.objects.told().filter(enrolment=enrolment)
    return rows.valid().first() or rows.order_by("-pk").first()


def _certificate(request: HttpRequest, way: Way) -> HttpResponse:
    """The certificate, the badge, word of the card, and the question how it was."""
    row = way.certificate
    if row is None:
        raise Http404
    seal = issuing.seal_of(row)
    language = _language()
    return render(
        request,
        "certificates/own.html",
        {
            "layout": way.layout,
            "certificate": row,
            "programme": way.enrolment.programme,
            "enrolment": way.enrolment,
            "seal": seal,
            "ready": seal.state == Seal.State.SEALED,
            "failed": seal.state == Seal.State.FAILED,
            "pdf": way.url("-pdf"),
            "badge": way.url("-badge"),
            "card": card.page(row.enrolment.programme, language),
            "asked": feedback.is_asked(way.enrolment),
            "feedback": way.url("-feedback"),
            "signed_in": way.prefix == "own",
        },
    )


def _pdf(request: HttpRequest, way: Way) -> HttpResponseBase:
    """The sealed PDF; while it is being sealed, the page that says so."""
    row = way.certificate
    if row is None:
        raise Http404
    return sealed_pdf(row) or redirect(way.url(""))


def sealed_pdf(row: Certificate) -> HttpResponseBase | None:
    """The sealed file of a certificate; None while it is being sealed."""
    seal = issuing.seal_of(row)
    if seal.file is None:
        return None
    answer = FileResponse(
        sealing.sealed_file(seal).path.open("rb"),
        filename=f"{name_of(row)}.pdf",
        content_type="application/pdf",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def name_of(row: Certificate) -> str:
    """What its files are called."""
    return slugify(f"{row.programme_name} {row.name}")[:80] or row.number


def _badge(request: HttpRequest, way: Way) -> HttpResponseBase:
    """The badge as a file: a VC-JWT, or with ?as=svg a picture that carries it."""
    row = way.certificate
    if row is None or not row.is_valid:
        raise Http404
    return badge_file(row, as_picture=request.GET.get("as") == "svg")


def badge_file(row: Certificate, *, as_picture: bool) -> HttpResponseBase:
    """A badge to be kept."""
    made, kind, end = (
        (badges.picture(row), "image/svg+xml", "svg")
        if as_picture
        else (badges.signed(row), "text/plain", "jwt")
    )
    answer = FileResponse(
        io.BytesIO(made.encode()), as_attachment=True, filename=f"{name_of(row)}.{end}",
        content_type=kind,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _feedback(request: HttpRequest, way: Way) -> HttpResponse:
    """How was it: asked once, kept without a name."""
    enrolment = way.enrolment
    if enrolment.state not in feedback.ASKED:
        raise Http404
    asked = feedback.is_asked(enrolment)
    language = _language()
    form = FeedbackForm(
        request.POST if request.method == "POST" else None,
        questions=questions.of(enrolment.programme),
        language=language,
    )
    if request.method == "POST" and asked and form.is_valid():
        feedback.give(enrolment, marks=form.marks, said=form.said, language=language)
        messages.success(request, _("Thank you! It helps those who come after you."))
        return redirect(way.url("-feedback"))
    return render(
        request,
        "certificates/feedback.html",
        {
            "layout": way.layout,
            "form": form,
            "asked": asked,
            "programme": enrolment.programme,
            "enrolment": enrolment,
            "back": way.url("") if way.certificate else "",
            "signed_in": way.prefix == "own",
            "enough": feedback.ENOUGH,
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and asked else HTTPStatus.OK,
    )


def _language() -> str:
    return (get_language() or "fi")[:2]


link = require_safe(by_link(_certificate))
link_pdf = require_safe(by_link(_pdf))
link_badge = require_safe(by_link(_badge))
link_feedback = require_http_methods(["GET", "HEAD", "POST"])(by_link(_feedback))
own = require_safe(signed_in(_certificate))
own_pdf = require_safe(signed_in(_pdf))
own_badge = require_safe(signed_in(_badge))
own_feedback = require_http_methods(["GET", "HEAD", "POST"])(signed_in(_feedback))
