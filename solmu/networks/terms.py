"""Who sits in a seat, from when to when: named, ended, handed over to a successor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.accounts.models import User
from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import last_day, period
from solmu.networks import seat_mails, seats
from solmu.networks.groups import GroupError, checked_day, shown
from solmu.networks.models import Participant, Representative, Seat, Term
from solmu.organisations.invitations import person_of
from solmu.people.models import Person
from solmu.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody whom Solmu may not know yet."""

    given_name: str
    family_name: str
    email: str
    language: str = ""


def state_of(term: Term) -> str:
    """What a form was filled in from: another state means that somebody was faster."""
    return f"{term.person_id}|{term.role}|{term.deputy}|{term.valid.lower}|{term.valid.upper}"


@transaction.atomic
def name(
    seat: Seat,
    person: Person | NewPerson,
    *,
    first: date,
    by: Viewer,
    last: date | None = None,
    role: str = Term.Role.MEMBER,
    deputy: bool = False,
    tell: bool = True,
) -> Term:
    """Say who holds a seat, or is its deputy, for a term; they are told by mail."""
    seat = seats.locked(seat)
    valid = _within(seat, first, last)
    with history.acting(by, gettext_noop("person named to a seat")):
        holder = _person(seat, person)
        term = _made(seat, holder, valid, role, deputy=deputy)
        if tell:
            seat_mails.named(term, by=by)
    return term


@transaction.atomic
def edit(
    term: Term,
    *,
    by: Viewer,
    first: date,
    last: date | None,
    role: str,
    seen: str = "",
) -> Term:
    """Correct a term: its days or its role."""
    seat = seats.locked(term.seat)
    term = Term.objects.select_related("person").get(pk=term.pk)
    if seen and seen != state_of(term):
        raise GroupError(
            _("Somebody has changed the term meanwhile. Look at it again, then save your change.")
        )
    valid = _within(seat, first, last)
    _check_free(seat, term.person, valid, deputy=term.deputy, but=term.pk)
    with history.acting(by, gettext_noop("term changed")):
        if valid.upper != term.valid.upper:
            term.reminded_on = None
        term.valid, term.role = valid, role
        term.save(update_fields=["valid", "role", "reminded_on"])
    return term


@transaction.atomic
def end(term: Term, *, last: date, by: Viewer) -> None:
    """End a term: the day given is its last."""
    seats.locked(term.seat)
    term = Term.objects.select_related("person").get(pk=term.pk)
    checked_day(last, "last")
    if term.valid.lower and last < term.valid.lower:
        raise GroupError(
            _("The term began on %(day)s: it can't end before that.")
            % {"day": shown(term.valid.lower)},
            "last",
        )
    was = last_day(term.valid)
    if was is not None and last > was:
        raise GroupError(_("The term ends on %(day)s already.") % {"day": shown(was)}, "last")
    with history.acting(by, gettext_noop("term ended")):
        term.valid = period(term.valid.lower, last)
        term.save(update_fields=["valid"])


@transaction.atomic
def remove(term: Term, *, by: Viewer) -> None:
    """Take back a term that hasn't begun, or began today; later it is ended."""
    seats.locked(term.seat)
    term = Term.objects.get(pk=term.pk)
    if term.valid.lower is None or term.valid.lower < clock.today():
        raise GroupError(_("The term has begun: end it, so that its history stays."))
    with history.acting(by, gettext_noop("term taken back")):
        term.delete()


@transaction.atomic
def hand_over(
    seat: Seat,
    person: Person | NewPerson,
    *,
    on: date,
    by: Viewer,
    last: date | None = None,
    role: str = Term.Role.MEMBER,
    deputy: bool = False,
) -> Term:
    """Give a seat to a successor from a day: the holder's term ends the day before."""
    seat = seats.locked(seat)
    valid = _within(seat, on, last)
    holder = Term.objects.on(on).filter(seat=seat, deputy=deputy).select_related("person").first()
    with history.acting(by, gettext_noop("seat handed over")):
        successor = _person(seat, person)
        if holder is not None:
            if holder.person_id == successor.pk and holder.role == role:
                raise GroupError(
                    _("%(name)s holds the seat already.") % {"name": successor.name}, "person"
                )
            if holder.valid.lower == on:
                raise GroupError(
                    _("%(name)s's term begins on that day. Choose a later one.")
                    % {"name": holder.person.name},
                    "first",
                )
            holder.valid = DateRange(holder.valid.lower, on, "[)")
            holder.save(update_fields=["valid"])
        term = _made(seat, successor, valid, role, deputy=deputy)
        seat_mails.named(term, by=by)
    return term


def choosable(seat: Seat) -> QuerySet[Person]:
    """People who can be named to a seat by choosing: the organisation's own, as far as known here.

    For a personal seat, those in the network.
    """
    people = Person.objects.filter(merged_into=None).exclude(given_name="", family_name="")
    network = seat.group.network_id
    if seat.organisation_id is None:
        own = Q(terms__seat__group__network=network) | Q(participations__network=network)
        return people.filter(own).distinct().order_by("family_name", "given_name", "pk")
    organisation = seat.organisation_id
    today = clock.today()
    staff = Q(affiliations__institution_id=organisation, affiliations__valid__contains=today)
    known = (
        Q(pk__in=Term.objects.filter(
            seat__organisation_id=organisation, seat__group__network=network
        ).values("person"))
        | Q(pk__in=Participant.objects.filter(
            organisation_id=organisation, network=network
        ).values("person"))
        | Q(pk__in=Representative.objects.filter(
            organisation_id=organisation, network=network
        ).values("person"))
    )  # fmt: skip
    return people.filter(staff | known).distinct().order_by("family_name", "given_name", "pk")


def _person(seat: Seat, person: Person | NewPerson) -> Person:
    """The person's record; whom the address belongs to is not entered twice."""
    if isinstance(person, Person):
        return person
    email = person.email.strip().lower()
    if not email:
        raise GroupError(_("Give an e-mail address: the person is told of the seat."), "email")
    if not (person.given_name.strip() or person.family_name.strip()):
        raise GroupError(_("Give the person's name."), "given_name")
    known = choosable(seat).filter(email__iexact=email).first()
    if known is not None and known.user_id is not None:
        return known
    # They sign in by a link that is mailed to the address; so only its owner comes in by it.
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, None, language=person.language or "fi")
    written = Person.objects.filter(user=None, merged_into=None, email__iexact=email)
    named = Person.objects.filter(user=user).exists() or written.exclude(family_name="").exists()
    return person_of(
        user,
        given_name="" if named else person.given_name.strip(),
        family_name="" if named else person.family_name.strip(),
    )


def _made(seat: Seat, person: Person, valid: DateRange, role: str, *, deputy: bool) -> Term:
    _check_free(seat, person, valid, deputy=deputy)
    return Term.objects.create(seat=seat, person=person, role=role, deputy=deputy, valid=valid)


def _check_free(
    seat: Seat, person: Person, valid: DateRange, *, deputy: bool, but: int = 0
) -> None:
    """The seat is free for the whole term, and the person doesn't sit in the group then."""
    others = Term.objects.filter(valid__overlap=valid).exclude(pk=but).select_related("person")
    held = others.filter(seat=seat, deputy=deputy).order_by("valid").first()
    if held is not None:
        raise GroupError(_held(held), "first")
    sits = others.filter(seat__group_id=seat.group_id, person=person).order_by("valid").first()
    if sits is not None:
        raise GroupError(
            _("%(name)s sits in the group at that time already.") % {"name": person.name}, "person"
        )


def _held(term: Term) -> str:
    last = last_day(term.valid)
    facts = {
        "name": term.person.name,
        "first": shown(term.valid.lower) if term.valid.lower else "",
        "last": shown(last) if last else "",
    }
    if last is None:
        return _("%(name)s holds it from %(first)s on. Hand it over, or end that term first.") % (
            facts
        )
    return _("%(name)s holds it from %(first)s to %(last)s. Choose days outside that.") % facts


def _within(seat: Seat, first: date, last: date | None) -> DateRange:
    """The term's period, inside the seat's; without a last day it is until further notice."""
    checked_day(first, "first")
    checked_day(last, "last")
    if last is not None and last < first:
        raise GroupError(_("The last day is before the first."), "last")
    end_of_seat = last_day(seat.valid)
    if seat.valid.lower and first < seat.valid.lower:
        raise GroupError(
            _("The seat begins on %(day)s.") % {"day": shown(seat.valid.lower)}, "first"
        )
    if end_of_seat is not None:
        if first > end_of_seat:
            raise GroupError(_("The seat ended on %(day)s.") % {"day": shown(end_of_seat)}, "first")
        if last is not None and last > end_of_seat:
            raise GroupError(
                _("The seat ends on %(day)s: a term can't go on after that.")
                % {"day": shown(end_of_seat)},
                "last",
            )
        last = last or end_of_seat
    return period(first, last)
