"""Mail that could not be delivered, for the administrator."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from solmu.notifications import outbox
from solmu.notifications.models import Message


@require_GET
@login_required
def undelivered(request: HttpRequest) -> HttpResponse:
    """What was tried as often as it will be, and why it failed."""
    if not request.viewer.is_admin:
        raise PermissionDenied
    failed = Message.objects.filter(state=Message.State.FAILED)
    return render(
        request, "notifications/undelivered.html", {"mails": failed[:100], "count": failed.count()}
    )


@require_POST
@login_required
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try an undelivered message again."""
    if not request.viewer.is_admin:
        raise PermissionDenied
    outbox.send_again(get_object_or_404(Message, pk=pk, state=Message.State.FAILED))
    messages.success(request, _("The message is on its way again."))
    return redirect("notifications:undelivered")
