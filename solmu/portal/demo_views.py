"""What only a demo has: sign-in as a persona, and the mail catcher. Elsewhere all is 404."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps

from django.contrib import messages
from django.contrib.auth import login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from solmu.accounts.models import User
from solmu.lib import clock
from solmu.lib.tokens import token_hash
from solmu.notifications.models import Message
from solmu.portal import demo_clock
from solmu.portal.personas import PERSONAS

View = Callable[..., HttpResponse]
_SHOWN = 100


def demo_only(view: View) -> View:
    """Make the view's address unknown outside a demo, before a form's token is asked for."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.demo:
            raise Http404
        return protected(request, *args, **kwargs)

    return guarded


@demo_only
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a persona."""
    slug = request.POST.get("persona", "")
    if slug not in {persona.slug for persona in PERSONAS}:
        raise Http404
    # Who has changed their address in the demo is known by their token still.
    known = Q(email=f"{slug}@solmu.example") | Q(api_tokens__token_hash=token_hash(f"demo-{slug}"))
    user = User.objects.filter(known).order_by("pk").first()
    if user is None:
        raise Http404
    login(request, user, backend="solmu.people.viewing.ViewerBackend")
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if safe else reverse("portal:home"))


@demo_only
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """The mail that the demo would have sent, newest first."""
    return render(request, "portal/outbox.html", {"mails": Message.objects.all()[:_SHOWN]})


@demo_only
@require_GET
def outbox_json(request: HttpRequest) -> JsonResponse:
    """The same for programs."""
    mails = [
        {
            "id": mail.pk,
            "message_id": mail.message_id,
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "calendar": mail.calendar,
            "language": mail.language,
            "kind": mail.kind,
            "state": mail.state,
            "created_at": mail.created_at.isoformat(),
        }
        for mail in Message.objects.all()[:_SHOWN]
    ]
    return JsonResponse({"items": mails})


@demo_only
@require_GET
def outbox_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The calendar invitation that a mail holds, for one's own calendar to open."""
    mail = get_object_or_404(Message.objects.exclude(calendar=""), pk=pk)
    return HttpResponse(
        mail.calendar,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="demo-{pk}.ics"'},
    )


@demo_only
@require_http_methods(["GET", "POST"])
def move_clock(request: HttpRequest) -> HttpResponse:
    """Let days pass in the demo: by one, by a week, or to a date."""
    if request.method == "GET":
        return render(request, "portal/clock.html", {"today": clock.today()})
    try:
        target = _target_day(request)
        moved = demo_clock.move(target)
    except ValueError as error:
        return render(
            request, "portal/clock.html", {"today": clock.today(), "error": str(error)}, status=422
        )
    text = _("It is %(day)s now.") % {"day": date_format(target, "DATE_FORMAT")}
    if moved.failed:
        text += " " + _("These failed: %(names)s") % {"names": ", ".join(moved.failed)}
    messages.success(request, text)
    return redirect("portal:demo-clock")


def _target_day(request: HttpRequest) -> date:
    if days := request.POST.get("days", ""):
        return clock.today() + timedelta(days=min(int(days), demo_clock.FARTHEST))
    return date.fromisoformat(request.POST.get("to", ""))
