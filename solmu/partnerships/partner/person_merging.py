"""Merging the records of one person whom an institution has met as two."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.organisations.merge_views import asked_choices, questions_of
from solmu.organisations.models import Affiliation
from solmu.partnerships.models import Contact
from solmu.partnerships.partner.contacts import known_people
from solmu.partnerships.permissions import can_edit_any
from solmu.people import merging
from solmu.people.models import Person, PersonMerge
from solmu.people.viewer import Viewer

MOST = 500


@require_http_methods(["GET", "POST"])
@login_required
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that two records are one person; what would overlap is settled first."""
    viewer = request.viewer
    seen = _seen(viewer)
    person = get_object_or_404(seen, pk=pk)
    if not (viewer.is_admin or can_edit_any(viewer, viewer.institution_id)):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    form = OtherPersonForm(given if "other" in given else None, seen=seen, person=person)
    context: dict[str, Any] = {"person": person, "form": form}
    status = 200
    if form.is_bound and form.is_valid():
        other, choices = form.cleaned_data["other"], asked_choices(request)
        try:
            kept, gone = merging.ends(person, other)
            if not viewer.is_admin and _known_elsewhere(viewer, kept, gone):
                raise merging.PersonMergeError(_("Ask an administrator to merge these two."))
            overlaps = merging.preview(kept, gone, choices)
            context |= {
                "kept": kept,
                "gone": gone,
                "questions": questions_of(overlaps, choices, viewer),
            }
            if request.method == "POST":
                merging.merge(kept, gone, by=viewer, choices=choices)
                messages.success(request, _("The two records are one person now."))
                return redirect(_back(viewer, kept))
        except merging.PersonMergeError as error:
            form.add_error(None, str(error))
            status = 422
    context["done"] = (
        PersonMerge.objects.filter(kept=person, undone_at=None)
        .select_related("gone")
        .order_by("-pk")
    )
    return render(request, "partnerships/person_merge.html", context, status=status)


@require_http_methods(["POST"])
@login_required
def take_back(request: HttpRequest, pk: int, merge_pk: int) -> HttpResponse:
    """Undo a merge of two people."""
    viewer = request.viewer
    person = get_object_or_404(_seen(viewer), pk=pk)
    done = get_object_or_404(PersonMerge, pk=merge_pk, kept=person, undone_at=None)
    if not (viewer.is_admin or can_edit_any(viewer, done.institution_id)):
        raise PermissionDenied
    left = merging.take_back(done, by=viewer)
    if left:
        text = _("The merge is taken back, but %(n)s changes made since stay with the kept record.")
        messages.warning(request, text % {"n": len(left)})
    else:
        messages.success(request, _("The merge is taken back."))
    return redirect("partnerships:person-merge", person.pk)


class OtherPersonForm(forms.Form):
    """The other record, the likeliest first."""

    other = forms.ModelChoiceField(Person.objects.none())

    def __init__(self, *args: Any, seen: QuerySet[Person], person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["other"]
        field.label = _("The other record")
        field.queryset = seen.exclude(pk=person.pk)
        alike = Q(family_name__iexact=person.family_name) & ~Q(family_name="")
        if person.email:
            alike |= Q(email__iexact=person.email)
        likely = list(field.queryset.filter(alike).order_by("family_name", "given_name")[:MOST])
        known = {each.pk for each in likely}
        others = field.queryset.order_by("family_name", "given_name", "pk")[:MOST]
        rest = [each for each in others if each.pk not in known]
        field.choices = [
            ("", "–"),
            *([(_("Alike"), [_choice(each) for each in likely])] if likely else []),
            (_("Others"), [_choice(each) for each in rest]),
        ]


def _choice(person: Person) -> tuple[int, str]:
    return person.pk, " · ".join(part for part in (person.name, person.email) if part)


def _seen(viewer: Viewer) -> QuerySet[Person]:
    if viewer.is_admin:
        return Person.objects.filter(merged_into=None)
    if viewer.institution_id is None:
        return Person.objects.none()
    people: QuerySet[Person] = known_people(viewer.institution_id)
    return people


def _known_elsewhere(viewer: Viewer, *people: Person) -> bool:
    """Whether another institution has met one of them too."""
    own = viewer.institution_id
    contacts = Contact.objects.filter(person__in=people)
    held = Affiliation.objects.filter(person__in=people)
    return (
        contacts.exclude(stakeholder__institution_id=own).exists()
        or held.exclude(institution_id=own).exists()
    )


def _back(viewer: Viewer, person: Person) -> str:
    contact = (
        Contact.objects.visible_to(viewer)
        .filter(person=person)
        .select_related("stakeholder")
        .first()
    )
    return f"{contact.stakeholder.get_absolute_url()}?tab=contacts" if contact else "/home/"
