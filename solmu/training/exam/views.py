"""The participant's test: before it, while it is answered, its result."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.training.exam import results, scoring, sheet, taking
from solmu.training.exam.models import Attempt
from solmu.training.exam.taking import Opening, TestError
from solmu.training.learning import access
from solmu.training.learning.access import Access
from solmu.training.learning.progress import Progress
from solmu.training.learning.views import of_participant
from solmu.training.models import Enrolment


@require_http_methods(["GET", "HEAD", "POST"])
@of_participant
def test(request: HttpRequest, enrolment: Enrolment) -> HttpResponseBase:
    """The test: POST starts it, saves what a whole page says, or submits it."""
    opened = taking.opening(enrolment)
    attempt = opened.ongoing
    if attempt is not None and attempt.is_over(clock.real_now() - taking.GRACE):
        taking.submit(attempt, by=request.viewer)
        return redirect(request.path)
    if request.method == "POST":
        if attempt is not None:
            return _answered(request, enrolment, attempt)
        if "start" in request.POST:
            try:
                taking.start(enrolment, by=request.viewer)
            except TestError as error:
                messages.error(request, str(error))
        return redirect(request.path)
    if attempt is not None:
        return _paper(request, enrolment, attempt)
    return _result(request, enrolment, opened)


test.__test__ = False  # type: ignore[attr-defined]


@csrf_exempt
@require_POST
def answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep one answer. Who it comes from is told by the attempt's own key, which only the
    participant's page holds: no session is read, and there is one statement for the database.
    """
    item, option = request.POST.get("item", ""), request.POST.get("option", "")
    key = request.POST.get("key", "")
    if not (item.isdecimal() and option.isdecimal() and len(item) < 4 and len(option) < 3):
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    if taking.save(key, int(item), int(option)):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    # Submitted, perhaps on another device, or its time is out: the page asks again what there is.
    known = Attempt.objects.filter(key=key, enrolment__uuid=uuid).exists()
    return HttpResponse(status=HTTPStatus.CONFLICT if known else HTTPStatus.NOT_FOUND)


def _answered(request: HttpRequest, enrolment: Enrolment, attempt: Attempt) -> HttpResponseBase:
    options = sheet.read(request.POST.dict(), len(attempt.paper))
    if "submit" not in request.POST:
        taking.save_all(attempt, options)
        place = request.POST.get("save", "")
        return redirect(f"{request.path}#q-{place}" if place.isdecimal() else request.path)
    # A page of an earlier attempt doesn't submit this one.
    if request.POST.get("number") != str(attempt.number):
        return redirect(request.path)
    taking.save_all(attempt, options)
    if "sure" not in request.POST:
        chosen = taking.choices_of(attempt)
        if len(chosen) < len(attempt.paper):
            return _paper(request, enrolment, attempt, asks=True)
    taking.submit(attempt, by=request.viewer)
    return redirect(request.path)


def _paper(
    request: HttpRequest, enrolment: Enrolment, attempt: Attempt, *, asks: bool = False
) -> HttpResponse:
    chosen = taking.choices_of(attempt)
    total = len(attempt.paper)
    context = {
        "enrolment": enrolment,
        "programme": enrolment.programme,
        "attempt": attempt,
        "questions": sheet.questions(attempt, chosen),
        "was": sheet.written(chosen, total),
        "total": total,
        "missing": [item + 1 for item in range(total) if item not in chosen] if asks else [],
        "asks": asks,
        "answer_url": reverse("exam:answer", args=[enrolment.uuid]),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if asks else HTTPStatus.OK
    response = render(request, "exam/paper.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _result(request: HttpRequest, enrolment: Enrolment, opened: Opening) -> HttpResponse:
    programme = enrolment.programme
    held = programme.holds_results and opened.why != taking.PASSED
    last = opened.passed or opened.last
    shown = last if last is not None and not held else None
    allowed = access.of(enrolment)
    context = {
        "enrolment": enrolment,
        "programme": programme,
        "opening": opened,
        "attempt": shown,
        "needed": scoring.needed(programme.questions, programme.pass_percent),
        "parts": results.parts(enrolment, shown) if shown else [],
        "wrong": results.wrong(shown) if shown and shown.passed else [],
        "access_is_open": allowed.is_open,
        # With the result come the certificate and the question how it was.
        "panels": [
            told
            for make in composed("LEARNING_PANELS")
            if make is not panel
            and (told := make(request, enrolment, Progress(enrolment), allowed)) is not None
        ]
        if shown
        else [],
        "minutes": programme.minutes
        and programme.minutes * (100 + enrolment.extra_time_percent) // 100,
    }
    response = render(request, "exam/result.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@dataclass(frozen=True, slots=True)
class TestPanel:
    """The test on the participant's home page."""

    __test__ = False

    opening: Opening
    url: str
    needed: int
    questions: int
    next: dict[str, Any] | None
    template: str = "exam/_panel.html"


def panel(
    request: HttpRequest, enrolment: Enrolment, far: Progress, allowed: Access
) -> TestPanel | None:
    """The test's part of the participant's home page."""
    opened = taking.opening(enrolment)
    programme = enrolment.programme
    url = reverse("exam:test", args=[enrolment.uuid])
    following = None
    if opened.may_start:
        following = {
            "title": _("The test"),
            "note": _("%(n)s questions; answers are saved as you give them.")
            % {"n": programme.questions},
            "url": url,
            "verb": _("Go on with the test") if opened.ongoing else _("To the test"),
        }
    elif opened.passed and opened.why == taking.PASSED:
        following = {
            "title": _("You have passed the test."),
            "note": "",
            "url": url,
            "verb": _("See the result"),
        }
    return TestPanel(
        opened,
        url,
        scoring.needed(programme.questions, programme.pass_percent),
        programme.questions,
        following,
    )
