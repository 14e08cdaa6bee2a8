"""The participant's pages: how far they are, the parts, the material, going on when time is out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    condition,
    require_http_methods,
    require_POST,
    require_safe,
)

from solmu.lib.composed import composed
from solmu.training.learning import access, going_on, progress
from solmu.training.learning.models import Done, Page, Version
from solmu.training.learning.progress import KICK_OFF, Progress
from solmu.training.learning.rendering import Reader, language_of
from solmu.training.models import Enrolment
from solmu.training.permissions import is_participant

View = Callable[..., HttpResponseBase]


def of_participant(view: View) -> View:
    """Give a view the enrolment of its address; 404 for those who may not know of it."""

    @wraps(view)
    @login_required
    def loaded(request: HttpRequest, uuid: UUID, **rest: Any) -> HttpResponseBase:
        return view(request, own_enrolment(request, uuid), **rest)

    return loaded


def own_enrolment(request: HttpRequest, uuid: UUID) -> Enrolment:
    """The viewer's own enrolment; staff, who know of it, may not study as somebody else."""
    rows = Enrolment.objects.select_related("programme__institution__organisation", "cohort")
    enrolment = rows.own(request.viewer).filter(uuid=uuid).first()
    if enrolment is not None and is_participant(request.viewer, enrolment):
        return enrolment
    if Enrolment.objects.visible_to(request.viewer).filter(uuid=uuid).exists():
        raise PermissionDenied(_("These are a participant's own pages."))
    raise Http404


def while_open(view: View) -> View:
    """As `of_participant`, but leads to the home page, which tells why, when the time is out."""

    @wraps(view)
    def checked(request: HttpRequest, enrolment: Enrolment, **rest: Any) -> HttpResponseBase:
        if not access.of(enrolment).is_open:
            return redirect("learning:home", enrolment.uuid)
        return view(request, enrolment, **rest)

    return of_participant(checked)


@require_safe
@of_participant
def home(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """The four parts, how far they are, the one next thing, days left, help."""
    allowed = access.of(enrolment)
    far = Progress(enrolment)
    panels = [
        panel
        for make in composed("LEARNING_PANELS")
        if (panel := make(request, enrolment, far, allowed)) is not None
    ]
    context = {
        "enrolment": enrolment,
        "programme": enrolment.programme,
        "access": allowed,
        "progress": far,
        "panels": panels,
        "lead": _lead(allowed, far),
        "next": _next(enrolment, allowed, far, panels),
        "ways": going_on.ways(enrolment, allowed),
        "has_enough": going_on.has_enough(enrolment),
        "missed": _missed_kick_off(enrolment, allowed),
    }
    return render(request, "learning/home.html", context)


@require_safe
@while_open
def part(request: HttpRequest, enrolment: Enrolment, part_number: int) -> HttpResponse:
    """A part: what it gives, its pages, which are done; or (?whole) all its texts on one page, to
    be printed, or to be read where the connection comes and goes.
    """
    far = Progress(enrolment)
    shown = next((one for one in far.parts if one.part.number == part_number), None)
    if shown is None or far.version is None:
        raise Http404
    reader = Reader(far.version)
    context = {
        "enrolment": enrolment,
        "programme": enrolment.programme,
        "shown": shown,
        "parts": far.parts,
        "intro": reader.html(shown.part.intro),
        "following": next((one for one in far.parts if one.part.number > part_number), None),
    }
    if "whole" in request.GET:
        pages = Page.objects.filter(part=shown.part).order_by("order")
        context["texts"] = [(page, language_of(page), reader.body(page)) for page in pages]
        return render(request, "learning/whole.html", context)
    return render(request, "learning/part.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@while_open
def page(request: HttpRequest, enrolment: Enrolment, page_key: str) -> HttpResponseBase:
    """A page of material; POST marks it done and leads on."""
    far = Progress(enrolment)
    place = next((at for at, one in enumerate(far.pages) if one.key == page_key), None)
    version = far.version
    if place is None or version is None:
        raise Http404
    pages = far.pages
    if request.method == "POST":
        if "undo" in request.POST:
            progress.unmark(enrolment, pages[place], by=request.viewer)
            return redirect("learning:page", enrolment.uuid, page_key)
        progress.mark(enrolment, pages[place], by=request.viewer)
        return redirect(_after(enrolment, pages, place))
    return _shown_page(request, enrolment, far, version, place)


def _shown_page(
    request: HttpRequest, enrolment: Enrolment, far: Progress, version: Version, place: int
) -> HttpResponseBase:
    pages = far.pages
    done = pages[place].key in far.parts[0].done
    theme = getattr(request.user, "theme", "") or request.COOKIES.get("theme", "")
    tag = f'W/"{pages[place].pk}.{done}.{get_language()}.{theme}"'

    # What a browser has kept is shown again after one short question: good at bad connections.
    @condition(etag_func=lambda _request: None if request.GET else tag)
    def shown(request: HttpRequest) -> HttpResponse:
        page = Page.objects.select_related("part").get(pk=pages[place].pk)
        reader = Reader(version)
        context = {
            "enrolment": enrolment,
            "programme": enrolment.programme,
            "page": page,
            "part": next(one for one in far.parts if one.part.pk == page.part_id),
            "language": language_of(page),
            "body": reader.body(page),
            "checks": reader.checks(page, request.GET.dict()),
            "answered": [(k, v) for k, v in request.GET.items() if k.startswith("c")],
            "sources": reader.named_sources(page),
            "done": done,
            "before": pages[place - 1] if place else None,
            "after": pages[place + 1] if place + 1 < len(pages) else None,
        }
        return render(request, "learning/page.html", context)

    get_token(request)
    response = shown(request)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@while_open
def kick_off(request: HttpRequest, enrolment: Enrolment) -> HttpResponseBase:
    """For who missed the opening meeting: its recording, and a check that all works."""
    asked = {
        "seen": _("I have looked at the recording, or know what the training holds."),
        "opens": _("I can open the parts and read their pages."),
        "help": _("I know where to ask for help."),
    }
    missing = False
    if request.method == "POST":
        missing = not all(name in request.POST for name in asked)
        if not missing:
            Done.objects.bulk_create(
                [Done(enrolment=enrolment, page=KICK_OFF)], ignore_conflicts=True
            )
            messages.success(request, _("Good: you are ready to study."))
            return redirect("learning:home", enrolment.uuid)
    context = {
        "enrolment": enrolment,
        "programme": enrolment.programme,
        "recording": going_on.recording_of(enrolment),
        "asked": [(name, text, name in request.POST) for name, text in asked.items()],
        "missing": missing,
        "far": Progress(enrolment),
    }
    return render(request, "learning/kick_off.html", context, status=422 if missing else 200)


@require_POST
@of_participant
def go_on(request: HttpRequest, enrolment: Enrolment) -> HttpResponseBase:
    """More time, a pause, its end, or another start: one click."""
    way = request.POST.get("way", "")
    try:
        text = going_on.take(enrolment, way, by=request.viewer)
    except going_on.NoWayError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, text)
    return redirect("learning:home", enrolment.uuid)


def _after(enrolment: Enrolment, pages: list[Page], place: int) -> str:
    """The next page of the part; at its end the part's own page."""
    following = pages[place + 1] if place + 1 < len(pages) else None
    if following is not None and following.part_id == pages[place].part_id:
        return reverse("learning:page", args=[enrolment.uuid, following.key])
    return reverse("learning:part", args=[enrolment.uuid, pages[place].part.number])


def _lead(allowed: access.Access, far: Progress) -> str:
    until = date_format(allowed.until, "SHORT_DATE_FORMAT") if allowed.until else ""
    if allowed.state == access.OPEN:
        if allowed.days_left == 1:
            left = _("Your access ends today.")
        else:
            left = ngettext(
                "%(n)s day left: your access ends on %(day)s.",
                "%(n)s days left: your access ends on %(day)s.",
                allowed.days_left,
            ) % {"n": allowed.days_left, "day": until}
        done = _("You have done %(n)s of %(all)s pages.") % {
            "n": far.done_count,
            "all": len(far.pages),
        }
        return f"{done} {left}"
    if allowed.state == access.SOON and allowed.starts_on:
        return _("You start on %(day)s. The pages open then.") % {
            "day": date_format(allowed.starts_on, "SHORT_DATE_FORMAT")
        }
    if allowed.state == access.PAUSED:
        return _("Your studies are paused. What you have done is kept.")
    if allowed.state == access.OVER:
        return _("Your access ended on %(day)s. What you have done is kept.") % {"day": until}
    if allowed.state == access.ENDED:
        return _("You have withdrawn from this training.")
    return _("Your place is not settled yet. You get a message when it is.")


def _next(
    enrolment: Enrolment, allowed: access.Access, far: Progress, panels: list[Any]
) -> dict[str, Any] | None:
    """The one next thing: a title, a note, and the button."""
    if not allowed.is_open:
        return None
    if (page := far.next_page) is not None:
        note = ngettext("%(n)s minute", "%(n)s minutes", page.minutes) % {"n": page.minutes}
        return {
            "title": page.title,
            "note": f"{page.part.number}. {page.part.title} · {note}",
            "url": reverse("learning:page", args=[enrolment.uuid, page.key]),
            "verb": _("Go on") if far.done_count else _("Begin"),
        }
    return next((panel.next for panel in panels if getattr(panel, "next", None)), None)


def _missed_kick_off(enrolment: Enrolment, allowed: access.Access) -> bool:
    """Nothing done yet, and the opening meeting is over."""
    return (
        allowed.is_open
        and enrolment.cohort is not None
        and not Done.objects.filter(enrolment=enrolment).exists()
        and going_on.opening_is_over(enrolment)
    )
