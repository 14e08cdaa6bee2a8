"""People at a stakeholder: added, changed and ended; one person may be a contact of many."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.composed import follow
from solmu.lib.periods import last_day, period
from solmu.partnerships import indexing
from solmu.partnerships.models import Contact, Stakeholder
from solmu.people.models import Person
from solmu.people.viewer import Viewer

PERSON_FACTS = (
    "given_name",
    "family_name",
    "email",
    "phone",
    "language",
    "legal_basis",
    "retention_until",
)
RETENTION_YEARS = 3


class ContactError(ValueError):
    """The contact can't be kept as it is; the sentence says why."""


def known_people(institution_id: int) -> Any:
    """People whom the institution knows already: contacts of its stakeholders, and colleagues."""
    return Person.objects.filter(
        Q(
            pk__in=Contact.objects.filter(stakeholder__institution_id=institution_id).values(
                "person"
            )
        )
        | Q(affiliations__institution_id=institution_id),
        merged_into=None,
    ).distinct()


@transaction.atomic
def add(
    stakeholder: Stakeholder,
    *,
    by: Viewer,
    person: Person | None = None,
    title: str = "",
    note: str = "",
    note_language: str = "",
    on: date | None = None,
    **person_facts: Any,
) -> Contact:
    """Add a contact person; somebody whom the institution knows by address is not entered twice."""
    first = on or clock.today()
    email = person_facts.get("email", "").strip()
    if person is None and email:
        known = known_people(stakeholder.institution_id)
        person = known.filter(email__iexact=email).order_by("pk").first()
    with history.acting(by):
        if person is None:
            person = _new_person(person_facts)
        elif _here(stakeholder, person, first):
            raise ContactError(_("%(name)s is a contact here already.") % {"name": person.name})
        contact = Contact.objects.create(
            stakeholder=stakeholder,
            person=person,
            title=title.strip(),
            note=note.strip(),
            note_language=note_language or _own_language(by),
            valid=period(first),
        )
        indexing.index_contacts([contact.pk])
    return contact


@transaction.atomic
def edit(
    contact: Contact,
    *,
    by: Viewer,
    title: str,
    note: str = "",
    note_language: str = "",
    **person_facts: Any,
) -> Contact:
    """Change a contact and, of somebody without an account, the person's own facts."""
    contact = (
        Contact.objects.select_for_update(of=("self",)).select_related("person").get(pk=contact.pk)
    )
    with history.acting(by):
        if note_language or note.strip() != contact.note:
            contact.note_language = note_language or _own_language(by)
        contact.title, contact.note = title.strip(), note.strip()
        contact.save(update_fields=["title", "note", "note_language"])
        if person_facts and not contact.person.user_id:
            _set(contact.person, person_facts)
            contact.person.save(update_fields=list(person_facts))
            follow("person", [contact.person_id])
        indexing.index_contacts([contact.pk])
    return contact


@transaction.atomic
def end(contact: Contact, *, by: Viewer, on: date | None = None) -> None:
    """End a contact: the day given is the last one."""
    last = on or clock.today()
    if contact.valid.lower and last < contact.valid.lower:
        raise ContactError(_("The last day is before the first."))
    with history.acting(by):
        contact.valid = period(contact.valid.lower, last)
        contact.save(update_fields=["valid"])


@transaction.atomic
def resume(contact: Contact, *, by: Viewer) -> None:
    """Let an ended contact go on."""
    ended = last_day(contact.valid)
    others = Contact.objects.filter(stakeholder=contact.stakeholder_id, person=contact.person_id)
    if ended and others.exclude(pk=contact.pk).filter(valid__startswith__gt=ended).exists():
        raise ContactError(_("%(name)s is a contact here already.") % {"name": contact.person.name})
    with history.acting(by):
        contact.valid = period(contact.valid.lower)
        contact.save(update_fields=["valid"])


def default_retention(today: date) -> date:
    """Until when a new contact person's facts are kept unless somebody says otherwise."""
    return date(today.year + RETENTION_YEARS, 12, 31)


def _own_language(by: Viewer) -> str:
    return (by.language or get_language() or "fi")[:2]


def _new_person(facts: dict[str, Any]) -> Person:
    person = Person(retention_until=default_retention(clock.today()))
    _set(person, facts)
    if not (person.given_name or person.family_name or person.email):
        raise ContactError(_("Give a name or an e-mail address."))
    person.save(force_insert=True)
    return person


def _set(person: Person, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        if name not in PERSON_FACTS:
            raise TypeError(f"a contact person has no {name}")
        setattr(person, name, value.strip() if isinstance(value, str) else value)


def _here(stakeholder: Stakeholder, person: Person, first: date) -> bool:
    later = Q(valid__endswith__gt=first) | Q(valid__upper_inf=True)
    return Contact.objects.filter(later, stakeholder=stakeholder, person=person).exists()
