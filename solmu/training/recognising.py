"""Recognising that somebody who enrols is enrolled already, in whatever spelling."""

from __future__ import annotations

from hashlib import sha256

from django.db.models import Q, QuerySet

from solmu.imports import cleaning
from solmu.lib import names
from solmu.training import states
from solmu.training.models import Enrolment, Programme


def phone_digits(phone: str) -> str:
    """A phone number as digits with the country's code; a number without one is Finnish."""
    found = cleaning.phones(phone)
    text = found[0] if found else phone
    digits = "".join(sign for sign in text if sign.isdigit())
    if not digits:
        return ""
    if text.strip().startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    return "358" + digits[1:] if digits.startswith("0") else digits


def name_words(name: str) -> str:
    """A name without marks, capitals and order: `Meikäläinen, Matti` is `MATTI MEIKALAINEN`."""
    words = "".join(sign if sign.isalnum() else " " for sign in names.folded(name)).split()
    return " ".join(sorted(words))


def key(name: str, phone: str) -> str:
    """The digest of a name with a phone number; empty while one of them is unknown."""
    words, digits = name_words(name), phone_digits(phone)
    return sha256(f"{words}|{digits}".encode()).hexdigest() if words and digits else ""


def open_ones(programme: Programme) -> QuerySet[Enrolment]:
    """Enrolments that are on their way: whoever has one need not enrol again."""
    return Enrolment.objects.filter(programme=programme, state__in=states.OPEN).select_related(
        "person", "cohort", "programme"
    )


def by_email(programme: Programme, email: str) -> Enrolment | None:
    """The enrolment of whoever has this address, confirmed ones first."""
    email = email.strip()
    found = open_ones(programme).filter(
        Q(person__email__iexact=email) | Q(person__user__email__iexact=email)
    )
    rows = sorted(found, key=lambda row: (row.state == states.State.UNCONFIRMED, -row.pk))
    return rows[0] if rows else None


def by_key(programme: Programme, name: str, phone: str) -> Enrolment | None:
    """The enrolment of whoever has the same name and phone number, in any spelling."""
    digest = key(name, phone)
    if not digest:
        return None
    return open_ones(programme).filter(recognition_key=digest).order_by("pk").first()
