"""Coming in without a password: the mailed link and the invitation. GET never acts."""

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.accounts.models import User
from solmu.organisations import invitations, own_address, signing_in
from solmu.organisations.forms import AcceptForm, EmailForm
from solmu.people import links

BACKEND = "solmu.people.viewing.ViewerBackend"


@require_http_methods(["GET", "POST"])
def ask_link(request: HttpRequest) -> HttpResponseBase:
    """Ask for a sign-in link; the answer is the same for every address."""
    if request.method == "GET":
        return redirect("account_login")
    form = EmailForm(request.POST)
    if not form.is_valid():
        return redirect("account_login")
    email = form.cleaned_data["email"]
    if not ratelimit.consume(request, action="request_login_code", key=email.lower()):
        return ratelimit.respond_429(request)
    signing_in.ask(
        email,
        target=_safe_target(request, request.POST.get("next", "")),
        language=get_language() or "fi",
    )
    return render(request, "own/link_sent.html", {"email": email})


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show one button; pressing it signs in and uses the link up."""
    target = _safe_target(request, request.GET.get("next", ""))
    if request.method == "POST":
        user = signing_in.use(token)
        if user:
            return enter(request, user, target)
    user = signing_in.user_of_token(token)
    status = 200 if user else 410
    return private(render(request, "own/link.html", {"owner": user, "next": target}, status=status))


@require_http_methods(["GET", "POST"])
def address(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whose address changes to which; pressing the button changes it and uses the link up."""
    if request.method == "POST" and (user := own_address.confirm(token)):
        text = _("You sign in as %(email)s from now on.")
        messages.success(request, text % {"email": user.email})
        return redirect("own:me" if request.viewer.user_id == user.pk else "account_login")
    found = own_address.find(token)
    context = {"owner": found[0], "email": found[1].email} if found else {"owner": None}
    return private(render(request, "own/address.html", context, status=200 if found else 410))


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Who invites to what; accepting makes the account and signs in."""
    opened = links.find(token, invitations.PURPOSE)
    asked = invitations.of_link(opened) if opened else None
    if opened is None or asked is None:
        return private(render(request, "own/invitation.html", {"invitation": None}, status=410))
    known = User.objects.filter(email__iexact=asked.email).first()
    form = AcceptForm(
        request.POST if request.method == "POST" else None, known=known, email=asked.email
    )
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept(opened, **form.cleaned_data)
        except invitations.InvitationError as error:
            form.add_error(None, str(error))
        else:
            if known is None or request.viewer.user_id == known.pk:
                return enter(request, user, "")
            # A forwarded invitation must not open an account that somebody already has.
            messages.success(request, _("The role is added. Sign in as you always do."))
            return redirect("account_login")
    return private(
        render(request, "own/invitation.html", {"invitation": asked, "known": known, "form": form})
    )


def enter(request: HttpRequest, user: User, target: str) -> HttpResponseBase:
    """Sign somebody in whose address a link has proven."""
    user.backend = BACKEND
    return perform_login(
        request, user, email_verification="none", redirect_url=target or reverse("portal:home")
    )


def _safe_target(request: HttpRequest, target: str) -> str:
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else ""


def private(response: HttpResponse) -> HttpResponse:
    """Keep the address of a page, which holds a secret, from leaking."""
    # The address holds the secret: it goes into no Referer, no cache and no search engine. (With
    # "no-referrer" browsers would send the form with "Origin: null", which CSRF refuses.)
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
