"""Setting a programme up: founding it, changing it, and who runs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.models import Institution
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.training import cohorts
from solmu.training.models import Programme, Staff

FACTS = (
    "name_fi", "name_sv", "name_en", "about_fi", "about_sv", "about_en", "for_whom_fi",
    "for_whom_sv", "for_whom_en", "price_fi", "price_sv", "price_en", "languages", "hours", "rule",
    "access_days", "pick_days", "places", "questions", "pass_percent", "minutes", "attempts",
    "attempt_gap_days", "holds_results", "meeting_url", "recording_url", "contact_email",
    "keep_years", "embed_origins", "look", "public", "ended_on",
)  # fmt: skip


class SetUpError(ValueError):
    """The programme can't be set up so; the text says why."""


@transaction.atomic
def found(
    institution: Institution, slug: str, facts: Mapping[str, Any], *, by: Viewer
) -> Programme:
    """Found a programme and make its first year of starts; the founder trains in it."""
    try:
        with transaction.atomic(), history.acting(by, gettext_noop("training founded")):
            programme = Programme.objects.create(
                institution=institution, slug=slug, **{n: facts[n] for n in FACTS if n in facts}
            )
    except IntegrityError as error:
        raise SetUpError(_("Choose another address: this one is taken.")) from error
    if by.person_id and by.has_role(institution.pk):
        with history.acting(by, gettext_noop("training founded")):
            Staff.objects.create(
                programme=programme,
                person_id=by.person_id,
                role=Staff.Role.TRAINER,
                valid=period(clock.today()),
            )
    cohorts.make_coming(programme, by=by)
    return programme


@transaction.atomic
def change(programme: Programme, facts: Mapping[str, Any], *, by: Viewer) -> list[str]:
    """Change a programme; starts that nobody has applied for follow its rule and its length."""
    row = Programme.objects.select_for_update().get(pk=programme.pk)
    changed = [name for name in FACTS if name in facts and getattr(row, name) != facts[name]]
    if not changed:
        return []
    was = {name: getattr(row, name) for name in changed}
    for name in changed:
        setattr(row, name, facts[name])
    with history.acting(by, gettext_noop("training changed")):
        row.save(update_fields=changed)
    if {"rule", "access_days", "places", "meeting_url", "ended_on"} & set(changed):
        cohorts.follow_programme(row, was, by=by)
        cohorts.make_coming(row, by=by)
    return changed


@transaction.atomic
def give_role(
    programme: Programme,
    person: Person,
    role: str,
    *,
    since: date,
    until: date | None = None,
    by: Viewer,
) -> Staff:
    """Have somebody run the programme for a time."""
    if until and until < since:
        raise SetUpError(_("The last day is before the first."))
    try:
        with transaction.atomic(), history.acting(by, gettext_noop("staff of a training")):
            return Staff.objects.create(
                programme=programme, person=person, role=role, valid=period(since, until)
            )
    except IntegrityError as error:
        raise SetUpError(_("That person runs the training at that time already.")) from error


@transaction.atomic
def end_role(staff: Staff, *, on: date, by: Viewer) -> None:
    """Let somebody's time end with a day; one that has not begun is taken back."""
    row = Staff.objects.select_for_update().get(pk=staff.pk)
    first = row.valid.lower
    with history.acting(by, gettext_noop("staff of a training")):
        if first and first > on:
            row.delete()
            return
        row.valid = DateRange(first, period(None, on).upper, "[)")
        row.save(update_fields=["valid"])
