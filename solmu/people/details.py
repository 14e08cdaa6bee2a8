"""A person's own facts: name, phone, language."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib.composed import follow
from solmu.people.models import Person
from solmu.people.viewer import Viewer

DETAILS = (
    "given_name",
    "family_name",
    "email",
    "phone",
    "language",
    "legal_basis",
    "retention_until",
)


@transaction.atomic
def change(person: Person, facts: Mapping[str, Any], *, by: Viewer) -> Person:
    """Change what is kept of a person."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    changed = [key for key in DETAILS if key in facts and getattr(person, key) != facts[key]]
    for key in changed:
        setattr(person, key, facts[key])
    if changed:
        with history.acting(by, gettext_noop("details changed")):
            person.save(update_fields=changed)
        follow("person", [person.pk])
    return person
