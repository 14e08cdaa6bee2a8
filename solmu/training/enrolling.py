"""Enrolling: applying, confirming, another start, withdrawing, and the account that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.accounts.models import User
from solmu.audit import history
from solmu.jobs.tasks import periodic
from solmu.lib import clock
from solmu.organisations import invitations
from solmu.people import links
from solmu.people.models import Person, SignedLink
from solmu.people.viewer import Viewer
from solmu.training import mails, placing, recognising, states, workplaces
from solmu.training.models import Cohort, Enrolment, Group, Programme

State = Enrolment.State
# What an enrolment says of itself; the rest is the person's.
OWN_FACTS = (
    "workplace_name", "business_id", "field", "municipality", "language", "wants_paper",
    "postal_address", "hears_more",
)  # fmt: skip
PERSON_FACTS = ("given_name", "family_name", "phone")


class EnrolError(ValueError):
    """The enrolment can't be made or changed so; the text says why, `field` at which field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(slots=True)
class Application:
    """What somebody says when they enrol."""

    given_name: str
    family_name: str
    email: str
    phone: str = ""
    workplace_name: str = ""
    business_id: str = ""
    field: str = ""
    municipality: str = ""
    language: str = "fi"
    wants_paper: bool = False
    postal_address: str = ""
    hears_more: bool = False
    cohort_id: int | None = None
    source: str = "web"
    source_key: str = ""

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class GroupApplication:
    """Who enrols a group, for which workplace, and who pays."""

    contact_name: str
    contact_email: str
    contact_phone: str
    workplace_name: str
    business_id: str = ""
    payer: str = ""
    language: str = "fi"


@dataclass(slots=True)
class GroupOutcome:
    """What became of a group's people."""

    group: Group
    enrolled: list[Enrolment] = field(default_factory=list)
    known: list[Application] = field(default_factory=list)


def split_name(name: str) -> tuple[str, str]:
    """A whole name as given and family name: "Sukunimi, Etunimi" or "Etunimi Sukunimi"."""
    if "," in name:
        family, _comma, given = name.partition(",")
        return given.strip()[:100], family.strip()[:100]
    given, _space, family = name.strip().rpartition(" ")
    return (given or family)[:100], (family if given else "")[:100]


@transaction.atomic
def apply(
    programme: Programme,
    one: Application,
    *,
    by: Viewer,
    confirmed: bool = False,
    tell: bool = True,
) -> tuple[Enrolment, bool]:
    """Enrol somebody, or recognise that they are enrolled; says whether the enrolment is new.

    What is not `confirmed` waits for the address to be proved by a mailed link. The same answer is
    given either way, so that nobody learns who is enrolled. Without `tell` nobody is written to.
    """
    _lock(programme)
    known = _known(programme, one)
    if known and known.state == State.UNCONFIRMED:
        # What is said last counts; the holder of the address sees it before confirming.
        correct(known, {name: getattr(one, name) for name in (*PERSON_FACTS, *OWN_FACTS)}, by=by)
        known.cohort = _chosen(programme, one)
        with history.acting(by, gettext_noop("enrolled")):
            known.save(update_fields=["cohort"])
        if confirmed:
            _settle(known, by=by, tell=tell)
        else:
            mails.confirm(known)
    elif known and not confirmed:
        mails.known_already(known)
    if known:
        return known, False
    enrolment = _write(programme, one, by=by)
    if confirmed:
        _settle(enrolment, by=by, tell=tell)
    else:
        mails.confirm(enrolment)
    return enrolment, True


@transaction.atomic
def apply_group(
    programme: Programme,
    who: GroupApplication,
    people: Sequence[Application],
    *,
    by: Viewer,
    confirmed: bool = False,
) -> GroupOutcome:
    """Enrol the people of a workplace together; whoever enrols them proves their own address."""
    _lock(programme)
    given, family = split_name(who.contact_name)
    with history.acting(by, gettext_noop("group enrolled")):
        contact = Person.objects.create(
            given_name=given,
            family_name=family,
            email=who.contact_email,
            phone=who.contact_phone,
            language=who.language,
        )
        group = Group.objects.create(
            programme=programme,
            contact=contact,
            workplace_name=who.workplace_name,
            business_id=who.business_id,
            payer=who.payer,
            language=who.language,
        )
    outcome = GroupOutcome(group)
    for one in people:
        if _known(programme, one):
            outcome.known.append(one)
            continue
        one.source = "group"
        outcome.enrolled.append(_write(programme, one, by=by, group=group))
    if confirmed:
        _settle_group(group, by=by)
    else:
        mails.confirm_group(group)
    return outcome


def _known(programme: Programme, one: Application) -> Enrolment | None:
    if one.source_key:
        same = Enrolment.objects.filter(
            programme=programme, source=one.source, source_key=one.source_key
        ).first()
        if same:
            return same
    return recognising.by_email(programme, one.email) if one.email else None


def _lock(programme: Programme) -> None:
    """One enrols at a time in a programme: nobody is enrolled twice, no place is given twice."""
    row = Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    if row.ended_on and row.ended_on <= clock.today():
        raise EnrolError(_("This training takes no enrolments any more."))


def _write(
    programme: Programme, one: Application, *, by: Viewer, group: Group | None = None
) -> Enrolment:
    cohort = _chosen(programme, one)
    double = recognising.by_key(programme, one.name, one.phone)
    with history.acting(by, gettext_noop("enrolled")):
        person = Person.objects.create(
            given_name=one.given_name,
            family_name=one.family_name,
            email=one.email.strip(),
            phone=one.phone,
            language=one.language,
        )
        return Enrolment.objects.create(
            programme=programme,
            cohort=cohort,
            person=person,
            group=group,
            workplace=workplaces.recognise(one.business_id, one.workplace_name),
            source=one.source,
            source_key=one.source_key,
            recognition_key=recognising.key(one.name, one.phone),
            doubles=double,
            **{name: getattr(one, name) for name in OWN_FACTS},
        )


def _chosen(programme: Programme, one: Application) -> Cohort | None:
    if one.cohort_id is None:
        return None
    cohort = Cohort.objects.filter(pk=one.cohort_id, programme=programme).first()
    if _still_open(cohort) is None:
        raise EnrolError(_("That start can't be chosen any more."), "cohort")
    return cohort


@transaction.atomic
def confirm(link: SignedLink, *, same_person: bool = False, by: Viewer) -> Enrolment | None:
    """The address is proved: the applicant gets a place or waits for one. None: nothing is open.

    `same_person`: the one of the same name and phone number is the applicant too.
    """
    found = mails.of_link(link)
    if found is None or found.state != State.UNCONFIRMED or not links.use(link):
        return None
    _lock(found.programme)
    enrolment = Enrolment.objects.select_for_update().get(pk=found.pk)
    older = double_of(enrolment)
    if older and same_person:
        return _one_of_two(enrolment, older, by=by)
    _settle(enrolment, by=by)
    return enrolment


def double_of(enrolment: Enrolment) -> Enrolment | None:
    """The open enrolment of the same name and phone number; None when there is none any more."""
    if enrolment.doubles_id is None:
        return None
    return recognising.open_ones(enrolment.programme).filter(pk=enrolment.doubles_id).first()


def _one_of_two(enrolment: Enrolment, older: Enrolment, *, by: Viewer) -> Enrolment:
    """One stays. A confirmed one is never changed from another address: its own is written to."""
    why = gettext_noop("the same person had enrolled twice")
    if older.state == State.UNCONFIRMED:
        states.move(older, State.WITHDRAWN, by=by, why=why)
        _settle(enrolment, by=by)
        return enrolment
    states.move(enrolment, State.WITHDRAWN, by=by, why=why)
    mails.known_already(older)
    return older


@transaction.atomic
def confirm_group(link: SignedLink, *, by: Viewer) -> Group | None:
    """The contact's address is proved: all of the group are enrolled, and each is written to."""
    group = Group.objects.filter(pk=link.record_id).select_related("programme", "contact").first()
    if group is None or not links.use(link):
        return None
    _lock(group.programme)
    _settle_group(group, by=by)
    return group


def _settle_group(group: Group, *, by: Viewer) -> None:
    with history.acting(by, gettext_noop("group enrolled")):
        contact = group.contact
        group.contact, group.confirmed_at = known_person(contact, fill=True), clock.now()
        group.save(update_fields=["contact", "confirmed_at"])
        if contact != group.contact and not _is_used(contact):
            contact.delete()
    open_ones = group.enrolments.filter(state=State.UNCONFIRMED).select_related(
        "person", "programme__institution__organisation", "group__contact"
    )
    for enrolment in open_ones.order_by("pk"):
        _settle(enrolment, by=by, proved=False)


def _settle(enrolment: Enrolment, *, by: Viewer, proved: bool = True, tell: bool = True) -> None:
    """Somebody who is known to be coming: who they are, their place, the message."""
    with history.acting(by, gettext_noop("enrolment confirmed")):
        new = enrolment.person
        enrolment.person, enrolment.doubles = known_person(new, fill=proved), None
        _keep_for_its_time(enrolment)
        enrolment.save(update_fields=["person", "doubles"])
        if new != enrolment.person and not _is_used(new):
            new.delete()
    try:
        placing.place(enrolment, _still_open(enrolment.cohort), by=by, confirmed=True)
    except placing.PlacingError:
        placing.place(enrolment, None, by=by, confirmed=True)
    if tell:
        mails.welcome(enrolment)


def _keep_for_its_time(enrolment: Enrolment) -> None:
    """Whoever is here for the training alone is kept as long as the programme's notice says."""
    person, programme = enrolment.person, enrolment.programme
    if person.user_id or person.retention_until:
        return
    end = enrolment.last_day or clock.today() + timedelta(days=programme.access_days)
    person.retention_until = end + timedelta(days=365 * programme.keep_years)
    person.save(update_fields=["retention_until"])


def _still_open(cohort: Cohort | None) -> Cohort | None:
    if cohort and cohort.state == Cohort.State.PLANNED and cohort.starts_on > clock.today():
        return cohort
    return None


def known_person(new: Person, *, fill: bool) -> Person:
    """The one whom Solmu knew by this address, else the new one; `fill` adds what was empty."""
    known = (
        Person.objects.filter(merged_into=None, email__iexact=new.email)
        .exclude(pk=new.pk)
        .order_by("user_id", "pk")
        .first()
        if new.email
        else None
    )
    if known is None:
        return new
    filled = [
        name
        for name in (*PERSON_FACTS, "language")
        if fill and not getattr(known, name) and getattr(new, name)
    ]
    for name in filled:
        setattr(known, name, getattr(new, name))
    if filled:
        known.save(update_fields=filled)
    return known


def _is_used(person: Person) -> bool:
    return (
        person.enrolments.exists()
        or person.enrols_groups.exists()
        or person.signedlink_set.exists()
        or person.user_id is not None
    )


@transaction.atomic
def change_start(enrolment: Enrolment, cohort: Cohort, *, by: Viewer) -> bool:
    """Choose another start; False when it is full and one waits for it now."""
    _may_still_change(enrolment)
    if cohort.pk == enrolment.cohort_id and enrolment.state != State.WAITING:
        return True
    try:
        placed = placing.place(enrolment, cohort, by=by, why=gettext_noop("another start chosen"))
    except placing.PlacingError as error:
        raise EnrolError(str(error), "cohort") from error
    mails.start_changed(enrolment)
    return placed


def _may_still_change(enrolment: Enrolment) -> None:
    if enrolment.state not in {*states.BEFORE_START, State.WAITING}:
        raise EnrolError(_("The start can be changed until it begins. Ask the trainers to help."))


@transaction.atomic
def withdraw(enrolment: Enrolment, *, by: Viewer, why: str = "") -> None:
    """Withdraw; the place goes to whoever has waited longest."""
    cohort = enrolment.cohort if enrolment.state in states.PLACED else None
    try:
        states.move(enrolment, State.WITHDRAWN, by=by, why=why or gettext_noop("own wish"))
    except states.StateError as error:
        raise EnrolError(str(error)) from error
    mails.withdrawn(enrolment)
    if cohort:
        placing.move_up(cohort, by=by)


@transaction.atomic
def correct(enrolment: Enrolment, facts: Mapping[str, Any], *, by: Viewer) -> None:
    """Correct what was said when enrolling. The address stays: it is what was proved."""
    row = Enrolment.objects.select_for_update().select_related("person").get(pk=enrolment.pk)
    person = row.person
    with history.acting(by, gettext_noop("details corrected")):
        changed = [n for n in PERSON_FACTS if n in facts and getattr(person, n) != facts[n]]
        for name in changed:
            setattr(person, name, facts[name])
        if changed:
            person.save(update_fields=changed)
        own = [name for name in OWN_FACTS if name in facts]
        for name in own:
            setattr(row, name, facts[name])
        if not row.wants_paper:
            row.postal_address = ""
        row.workplace = workplaces.recognise(row.business_id, row.workplace_name)
        row.recognition_key = recognising.key(person.name, person.phone)
        row.save(update_fields=[*own, "postal_address", "workplace", "recognition_key"])
    enrolment.refresh_from_db()


@transaction.atomic
def account_for(enrolment: Enrolment) -> User | None:
    """The account that is signed in to by an e-mailed link; None without an address."""
    person = enrolment.person
    if person.user_id:
        return person.user
    if not person.email:
        return None
    user = User.objects.filter(email__iexact=person.email).first()
    if user is None:
        user = User.objects.create_user(person.email, language=enrolment.language)
    known = invitations.person_of(user)
    if known.pk != person.pk:
        with history.acting(Viewer.system(gettext_noop("account made"))):
            enrolment.person = known
            enrolment.save(update_fields=["person"])
    enrolment.person.refresh_from_db()
    return user


@periodic("37 * * * *", "training.forget_unconfirmed")
def forget_unconfirmed() -> None:
    """Delete what was written with an address that nobody confirmed in time."""
    since = clock.now() - timedelta(days=mails.CONFIRM_DAYS)
    old = Enrolment.objects.filter(state=State.UNCONFIRMED, applied_at__lt=since)
    with history.acting(Viewer.system(gettext_noop("address not confirmed in time"))):
        for enrolment in old.select_related("person"):
            _forget(enrolment)
        groups = Group.objects.filter(confirmed_at=None, applied_at__lt=since, enrolments=None)
        for group in groups.select_related("contact"):
            contact = group.contact
            group.delete()
            if not _is_used(contact):
                contact.delete()


@transaction.atomic
def _forget(enrolment: Enrolment) -> None:
    row = Enrolment.objects.select_for_update().filter(pk=enrolment.pk).first()
    if row is None or row.state != State.UNCONFIRMED:
        return
    SignedLink.objects.filter(record_kind=mails.RECORD, record_id=row.pk).delete()
    row.delete()
    if not _is_used(enrolment.person):
        enrolment.person.delete()
