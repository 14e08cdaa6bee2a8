"""One's own page: details, language, roles, API tokens and everything that is known of oneself."""

from typing import cast

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from solmu.accounts import tokens
from solmu.accounts.forms import TokenForm
from solmu.accounts.models import ApiToken, User
from solmu.lib import clock
from solmu.organisations import invitations, own_address
from solmu.organisations.forms import ChangeEmailForm, OwnDetailsForm
from solmu.organisations.models import Affiliation
from solmu.people import details as people_details
from solmu.people import privacy
from solmu.people.models import Person


@require_GET
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """The own page."""
    return _page(request)


@require_POST
@login_required
def details(request: HttpRequest) -> HttpResponse:
    """Change one's own name and phone number."""
    person = invitations.person_of(_user(request))
    form = OwnDetailsForm(request.POST, instance=person)
    if not form.is_valid():
        return _page(request, details_form=form)
    people_details.change(person, form.cleaned_data, by=request.viewer)
    messages.success(request, _("Your details are saved."))
    return redirect("own:me")


@require_POST
@login_required
def change_address(request: HttpRequest) -> HttpResponseBase:
    """Ask to sign in with another address; it changes when the mail to it is answered."""
    form = ChangeEmailForm(request.POST, user=_user(request))
    if not ratelimit.consume(request, action="manage_email"):
        return ratelimit.respond_429(request)
    if not form.is_valid():
        return _page(request, address_form=form)
    own_address.ask(_user(request), form.cleaned_data["email"], language=get_language() or "fi")
    text = _("Look in the mail of %(email)s: the link there confirms the change.")
    messages.success(request, text % {"email": form.cleaned_data["email"]})
    return redirect("own:me")


@require_POST
@login_required
def create_token(request: HttpRequest) -> HttpResponse:
    """Make an API token; this answer is the only one that shows it."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, token_form=form)
    made, text = tokens.create(
        _user(request), form.cleaned_data["name"], days=form.cleaned_data["days"] or None
    )
    response = _page(request, new_token=made, new_text=text)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one of one's own tokens worthless."""
    tokens.revoke(get_object_or_404(ApiToken, pk=pk, user=_user(request)))
    messages.success(request, _("The token no longer works."))
    return redirect("own:me")


@require_GET
@login_required
def data(request: HttpRequest) -> HttpResponse:
    """What Solmu knows of the reader, for themselves."""
    person = Person.objects.filter(user=_user(request)).first()
    answer = JsonResponse(
        privacy.export(person, user=_user(request), own=True),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="solmu-my-data.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # login_required has seen to it


def _page(
    request: HttpRequest,
    *,
    details_form: OwnDetailsForm | None = None,
    address_form: ChangeEmailForm | None = None,
    token_form: TokenForm | None = None,
    new_token: ApiToken | None = None,
    new_text: str = "",
) -> HttpResponse:
    person = Person.objects.filter(user=_user(request)).first()
    return render(
        request,
        "own/me.html",
        {
            "person": person,
            "roles": Affiliation.objects.filter(person=person)
            .select_related("institution__organisation")
            .order_by("-valid")
            if person
            else [],
            "today": clock.today(),
            "tokens": ApiToken.objects.filter(user=_user(request)).order_by("-pk"),
            "details_form": details_form or OwnDetailsForm(instance=person),
            "address_form": address_form or ChangeEmailForm(user=_user(request)),
            "token_form": token_form or TokenForm(),
            "new_token": new_token,
            "new_text": new_text,
        },
        status=422 if details_form or address_form or token_form else 200,
    )
