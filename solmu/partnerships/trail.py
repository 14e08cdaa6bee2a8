"""Which changes belong to a partner's history, and who may see them."""

from __future__ import annotations

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
from solmu.partnerships.partner import NAMES
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
    people = Contact.pgh_event_model.objects.filter(of).values("person_id")
    return [
        Part(Stakeholder, Q(pgh_obj_id=stakeholder.pk), _("Partner"), names={"extra": _("from the spreadsheet")}),
        Part(
            Standing,
            of,
            _("Standing"),
            names={name.removesuffix("_id"): label for name, label in NAMES.items()},
            references={"contents": Facet, "themes": Facet},
            hidden=frozenset({"decided_by", "reason"}),
        ),
        Part(ValueAssessment, of, _("Value"), names=_SCORES, hidden=frozenset({"by", "language"})),
        Part(Contact, of, _("Contact person")),
        Part(
            Person,
            Q(pgh_obj_id__in=people),
            _("Person"),
            hidden=frozenset({"user", "other_emails", "merged_into"}),
        ),
        Part(
            DialogueEntry,
            of & _readable(of, viewer),
            _("Dialogue"),
            hidden=frozenset({"author", "language"}),
        ),
        Part(
            Confirmation,
            of,
            _("Confirmation"),
            names={"state": _("state"), "answer": _("answer"), "asked_on": _("asked"), "answered_on": _("answered"), "contact": _("contact person")},
            hidden=frozenset({"shows", "shown", "asked_by", "language"}),
        ),
    ]


def _readable(of: Q, viewer: Viewer) -> Q:
    """Changes of entries that have at no time been limited, and of the viewer's own and led ones."""
    events = DialogueEntry.pgh_event_model.objects
    limited = Q(pgh_obj_id__in=events.filter(of, limited=True).values("pgh_obj_id"))
    open_now = Q(pgh_obj_id__in=DialogueEntry.objects.visible_to(viewer).filter(of).values("pk"))
    own = Q(author_id=viewer.person_id) if viewer.person_id else Q(pk__in=[])
    leads = any(viewer.has_role(key, "leader") for key in viewer.institutions)
    if viewer.system_reason:
        return Q()
    if leads:
        # Visible to leaders of the stakeholder's institution, which the viewer can open at all.
        return Q()
    return ~limited | own | open_now & Q(limited=False)
