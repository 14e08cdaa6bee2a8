"""The living page of the components, and the reader's theme."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from solmu.ui import examples
from solmu.ui.context import THEME_COOKIE, THEMES

_A_YEAR = 365 * 24 * 3600


def components(request: HttpRequest) -> HttpResponseBase:
    """Show every component in all its states; open to all in a demo, else to administrators."""
    viewer = getattr(request, "viewer", None)
    if not (getattr(request, "demo", False) or (viewer and viewer.is_admin)):
        raise Http404
    table = examples.table(request)
    if download := table.export():
        return download
    if "toast" in request.GET:
        messages.success(request, _("Saved. The example was not kept."))
        messages.error(request, _("The example could not be sent: the address is in use."))
    return render(request, "ui/components.html", {"table": table, **examples.facts(request)})


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember in a cookie whether the reader wants light, dark or what the device says."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=_A_YEAR, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
