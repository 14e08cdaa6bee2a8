"""Who may sign for an organisation: known, recorded with its basis and end, ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.models import Agreement, Mandate, Party
from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.models import Affiliation, Institution, Organisation
from solmu.partnerships.models import Contact
from solmu.people.models import Person
from solmu.people.viewer import Viewer


class MandateError(ValueError):
    """The mandate can't be so; the sentence says why."""


def known(agreement: Agreement, day: date | None = None) -> dict[int, list[Mandate]]:
    """The mandates held on a day for each of an agreement's organisations, by its id."""
    day = day or clock.today()
    rows = (
        Mandate.objects.on(day)
        .filter(organisation__agreement_parties__agreement=agreement)
        .select_related("person__user", "organisation")
        .order_by("person__family_name", "person__given_name", "pk")
        .distinct()
    )
    found: dict[int, list[Mandate]] = {}
    for one in rows:
        own = one.institution_id in {agreement.institution_id, one.organisation_id}
        held = found.setdefault(one.organisation_id, [])
        if own and all(other.person_id != one.person_id for other in held):
            held.append(one)
    return found


def people_of(party: Party, institution: Institution) -> list[Person]:
    """Whom Solmu knows at a party: the contacts one has there, its own people, the named one."""
    today = clock.today()
    organisation = party.organisation_id
    contacts = Contact.objects.filter(
        stakeholder__institution=institution,
        stakeholder__organisation_id=organisation,
        valid__contains=today,
    ).values_list("person_id", flat=True)
    staff = Affiliation.objects.on(today).filter(institution_id=organisation)
    if organisation != institution.pk:
        # Of another institution's staff, those who speak for it.
        staff = staff.filter(role__in=("leader", "coordinator"))
    keys = {*contacts, *staff.values_list("person_id", flat=True)}
    if party.contact_id:
        keys.add(party.contact_id)
    people = Person.objects.filter(pk__in=keys, merged_into=None).select_related("user")
    return list(people.order_by("family_name", "given_name", "pk"))


@transaction.atomic
def record(
    organisation: Organisation,
    person: Person,
    *,
    institution: Institution,
    basis: str,
    first: date,
    last: date | None,
    by: Viewer,
    title: str = "",
) -> Mandate:
    """Write down that a person may sign for an organisation, on what basis and until when."""
    basis = basis.strip()
    if not basis:
        raise MandateError(_("Say on what the right is based: a rule, a decision, an authority."))
    if last and last < first:
        raise MandateError(_("The last day is before the first."))
    valid = period(first, last)
    if Mandate.objects.filter(
        organisation=organisation, person=person, institution=institution, valid__overlap=valid
    ).exists():
        raise MandateError(
            _("%(name)s has a right to sign at that time already.") % {"name": person.name}
        )
    with history.acting(by, gettext_noop("right to sign recorded")):
        return Mandate.objects.create(
            organisation=organisation,
            person=person,
            institution=institution,
            title=title.strip(),
            basis=basis,
            valid=valid,
        )


@transaction.atomic
def end(mandate: Mandate, *, last: date, by: Viewer) -> Mandate:
    """Let a right to sign end on a day."""
    row = Mandate.objects.select_for_update().get(pk=mandate.pk)
    first = row.valid.lower
    if first and last < first:
        raise MandateError(_("The last day is before the first."))
    with history.acting(by, gettext_noop("right to sign ended")):
        row.valid = period(first, last)
        row.save(update_fields=["valid"])
    return row


@transaction.atomic
def new_person(
    given: str, family: str, email: str, *, known: Iterable[Person], by: Viewer
) -> Person:
    """The person of this address among those known, else a new one."""
    email = email.strip().lower()
    for one in known:
        if one.email and one.email.lower() == email:
            return one
    with history.acting(by, gettext_noop("signer named")):
        return Person.objects.create(
            given_name=given.strip(), family_name=family.strip(), email=email
        )
