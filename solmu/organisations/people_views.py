"""Pages of administrators: finding a person, what is kept of them, erasing it, their rights."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from solmu.accounts import administrators
from solmu.accounts.models import User
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.organisations.forms import EraseForm
from solmu.organisations.models import Affiliation
from solmu.organisations.permissions import can_administer, can_erase
from solmu.people import keeping, privacy
from solmu.people.models import Person

FOUND = 50


@require_GET
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Find somebody by name or address; without words, who is kept too long, and administrators."""
    if not can_administer(request.viewer):
        raise PermissionDenied
    text = request.GET.get("q", "").replace("\0", "").strip()
    found = list(_called(text)[: FOUND + 1]) if text else []
    admins = Person.objects.filter(user__is_admin=True, user__is_active=True)
    return render(
        request,
        "organisations/persons.html",
        {
            "text": text,
            "found": found[:FOUND],
            "more": len(found) > FOUND,
            "overdue": [] if text else keeping.overdue()[:FOUND],
            "admins": admins.select_related("user").order_by("family_name", "given_name", "pk"),
        },
    )


@require_GET
@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what is kept of them, and what an administrator can do about it."""
    found = _find(request, pk)
    if found.merged_into_id:
        return redirect("people:person", found.merged_into_id)
    return render(
        request,
        "organisations/person.html",
        {
            "person": found,
            "roles": Affiliation.objects.filter(person=found)
            .select_related("institution__organisation")
            .order_by("-valid"),
            "today": clock.today(),
            "kept": _kept(found),
            "can_erase": can_erase(request.viewer, found),
            "is_self": found.pk == request.viewer.person_id,
        },
    )


@require_GET
@login_required
def data(request: HttpRequest, pk: int) -> HttpResponse:
    """What is kept of the person, as one file to give to them."""
    found = _find(request, pk)
    answer = JsonResponse(
        privacy.export(found, reader=request.viewer),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="solmu-person-{found.pk}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "POST"])
@login_required
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what goes and what stays; then erase the person for good."""
    found = _find(request, pk)
    if not can_erase(request.viewer, found):
        raise PermissionDenied
    if found.merged_into_id:
        return redirect("people:erase", found.merged_into_id)
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if found.user and found.user.is_admin:
            form.add_error(None, _("Take their rights as an administrator first."))
        else:
            rows = privacy.erase(found, by=request.viewer, reason=form.cleaned_data["reason"])
            text = ngettext(
                "The person is erased: one record is nameless now.",
                "The person is erased: %(n)s records are nameless now.",
                rows,
            )
            messages.success(request, text % {"n": rows})
            return redirect("people:list")
    return render(
        request,
        "organisations/person_erase.html",
        {"person": found, "kept": _kept(found), "form": form},
        status=422 if form.is_bound else 200,
    )


@require_POST
@login_required
def administrator(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person the rights of a system administrator, or take them."""
    found = _find(request, pk)
    act = request.POST.get("act", "")
    if found.user is None or act not in {"give", "take"}:
        messages.error(request, _("Only somebody who signs in can be an administrator."))
    elif found.pk == request.viewer.person_id:
        messages.warning(request, _("Your own rights are changed by another administrator."))
    else:
        _change_rights(request, found.user, act)
    return redirect("people:person", found.pk)


def _change_rights(request: HttpRequest, user: User, act: str) -> None:
    try:
        if act == "give":
            administrators.give(user, by=f"user {request.viewer.user_id}")
            messages.success(request, _("They are an administrator now."))
        else:
            administrators.take(user, by=f"user {request.viewer.user_id}")
            messages.success(request, _("They are no administrator any more."))
    except administrators.AdministratorError as error:
        messages.error(request, str(error))


def _find(request: HttpRequest, pk: int) -> Person:
    if not can_administer(request.viewer):
        raise PermissionDenied
    return get_object_or_404(Person.objects.select_related("user"), pk=pk)


def _called(text: str) -> QuerySet[Person]:
    found = Person.objects.filter(merged_into=None).select_related("user")
    for word in text.split():
        found = found.filter(
            Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(email__icontains=word)
            | Q(other_emails__icontains=word)
            | Q(user__email__icontains=word)
        )
    return found.order_by("family_name", "given_name", "pk")


def _kept(person: Person) -> list[tuple[Any, int]]:
    """What kinds of record tell of the person, in words, each with how many there are."""
    words = composed("PERSONAL_RECORDS")
    named = [
        (words.get(model._meta.label, model._meta.verbose_name_plural), count)  # noqa: SLF001
        for model, count in privacy.kept(person)
    ]
    return [(capfirst(str(name)), count) for name, count in named]
