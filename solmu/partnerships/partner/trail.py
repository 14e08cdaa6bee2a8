"""Which changes belong to a partner's history, and who may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solmu.audit.changes import Part
from solmu.partnerships.models import (
    Confirmation,
    Contact,
    DialogueEntry,
    Facet,
    Stakeholder,
    Standing,
    ValueAssessment,
)
from solmu.partnerships.partner.page import NAMES
from solmu.people.models import Person
from solmu.people.viewer import Viewer

_SCORES = {
    "we_give_score": _("what we give, score"),
    "we_get_score": _("what we get, score"),
    "they_give_score": _("what the partner gives, score"),
    "they_get_score": _("what the partner gets, score"),
    "student_score": _("what the student gains, score"),
}


def parts(stakeholder: Stakeholder, viewer: Viewer) -> list[Part]:
    """The stakeholder and all that belongs to it; limited notes only for who may read them."""
    of = Q(stakeholder_id=stakeholder.pk)
    people = _events(Contact).filter(of).values("person_id")
    return [
        Part(
            Stakeholder,
            Q(pgh_obj_id=stakeholder.pk),
            _("Partner"),
            names={"extra": _("from the spreadsheet")},
        ),
        Part(
            Standing,
            of,
            _("Level, state and scope"),
            title=("valid",),
            continues=True,
            names={name.removesuffix("_id"): label for name, label in NAMES.items()},
            references={"contents": Facet, "themes": Facet},
            hidden=frozenset({"decided_by", "reason"}),
        ),
        Part(
            ValueAssessment,
            of,
            _("Value both ways"),
            title=("on",),
            names=_SCORES,
            hidden=frozenset({"by", "language"}),
        ),
        Part(Contact, of, _("Contact person"), title=("person",)),
        Part(
            Person,
            Q(pgh_obj_id__in=people),
            _("Person"),
            title=("given_name", "family_name"),
            references={"language": _language_names},
            hidden=frozenset({"user", "other_emails", "merged_into"}),
        ),
        Part(
            DialogueEntry,
            of & _readable(stakeholder, viewer),
            _("Dialogue"),
            title=("title",),
            references={"contact": _contact_names},
            hidden=frozenset({"author", "language"}),
        ),
        Part(
            Confirmation,
            of,
            _("Confirmation"),
            names={
                "state": _("state"),
                "answer": _("answer"),
                "asked_on": _("asked"),
                "answered_on": _("answered"),
                "contact": _("contact person"),
            },
            references={"contact": _contact_names},
            hidden=frozenset({"shows", "shown", "asked_by", "language"}),
        ),
    ]


def _language_names(codes: set[Any]) -> dict[Any, str]:
    named = {"fi": _("Finnish"), "sv": _("Swedish"), "en": _("English")}
    return {code: str(named.get(code, code)) for code in codes}


def _events(model: Any) -> Any:
    return model.pgh_event_models["insert"].objects


def _contact_names(ids: set[int]) -> dict[int, str]:
    people = Contact.objects.filter(pk__in=ids).select_related("person")
    return {contact.pk: contact.person.name for contact in people}


def _readable(stakeholder: Stakeholder, viewer: Viewer) -> Q:
    """Changes of entries that have at no time been limited, unless the viewer wrote or leads."""
    if viewer.system_reason or viewer.has_role(stakeholder.institution_id, "leader"):
        return Q()
    events = _events(DialogueEntry).filter(stakeholder_id=stakeholder.pk)
    readable = ~Q(pgh_obj_id__in=events.filter(limited=True).values("pgh_obj_id"))
    if viewer.person_id:
        readable |= Q(author_id=viewer.person_id)
    return readable
