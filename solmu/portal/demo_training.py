"""The demo's training: one programme, its past months, one that runs and one about to start.

All people and results are invented; the figures follow a public example: some 150 people in fifteen
months, and tests that were passed with more than ninety per cent.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from solmu.lib import clock, names
from solmu.lib.periods import period
from solmu.organisations.models import Institution, Municipality, Organisation
from solmu.people.models import Person
from solmu.portal import fiction
from solmu.training import recognising
from solmu.training.models import Cohort, Enrolment, Programme, Staff, StateChange

SLUG = "tyopaikkaohjaaja"
PAST = 15
State = Enrolment.State
FIELDS = ("health", "health", "services", "services", "engineering", "engineering", "education",
          "business", "agriculture", "ict")  # fmt: skip
# Where participants are from, by the codes of municipalities; the first are the commonest.
PLACES = ("853", "853", "853", "202", "680", "423", "529", "577", "734", "109", "837", "091", "609")
# The states of those who study just now, the persona first.
RUNNING = (
    State.STUDYING, State.STUDYING, State.STUDYING, State.STARTED, State.STUDYING, State.TESTED,
    State.STUDYING, State.STARTED, State.STUDYING, State.STUDYING, State.STUDYING,
)  # fmt: skip
COMING = 9


@dataclass(slots=True)
class DemoTraining:
    """What the demo's training consists of, for the rooms that fill in their own part."""

    programme: Programme
    past: list[Cohort]
    running: Cohort
    coming: Cohort
    learner: Enrolment
    people: dict[str, Person]


def fill(institutions: dict[str, Institution], people: dict[str, Person]) -> DemoTraining:
    """Write the programme with its staff, cohorts and participants."""
    programme = _programme(institutions["tuakk"])
    _staff(programme, people)
    past, running, coming = _cohorts(programme)
    maker = _Enrolments(programme, Random(531))
    for number, cohort in enumerate(past):
        maker.past(cohort, number)
    learner = maker.running(running, people["learner"])
    maker.coming(coming)
    maker.write()
    return DemoTraining(programme, past, running, coming, learner, people)


def _programme(institution: Institution) -> Programme:
    return Programme.objects.create(
        institution=institution,
        slug=SLUG,
        name_fi="Työpaikkaohjaajan verkkokoulutus",
        name_sv="Nätutbildning för arbetsplatshandledare",
        name_en="Online training of workplace instructors",
        about_fi=(
            "Kun opiskelija oppii työpaikalla, hänellä on siellä ohjaaja. Tässä koulutuksessa saat"
            " ohjaajan tehtävään perustan: mitä tutkinto on, miten oppimista ohjataan ja miten"
            " palautetta annetaan. Opiskelet silloin kun sinulle sopii, puhelimella tai koneella."
        ),
        about_sv=(
            "När en studerande lär sig på en arbetsplats har hen en handledare där. Här får du en"
            " grund för uppdraget: vad en examen är, hur lärande handleds och hur man ger respons."
            " Du studerar när det passar dig, på telefon eller dator."
        ),
        about_en=(
            "A student who learns at a workplace has an instructor there. This training gives you"
            " the basis for that task: what a qualification is, how learning is guided and how"
            " feedback is given. You study when it suits you, on a phone or a computer."
        ),
        for_whom_fi=(
            "Sinulle, joka ohjaat tai alat ohjata opiskelijaa työpaikalla, millä alalla tahansa."
            " Ennakkotietoja ei tarvita."
        ),
        for_whom_sv=(
            "För dig som handleder eller ska handleda en studerande på en arbetsplats, inom vilken"
            " bransch som helst. Du behöver inga förkunskaper."
        ),
        for_whom_en=(
            "For you who guide, or are about to guide, a student at a workplace, in any field."
            " You need to know nothing beforehand."
        ),
        price_fi="Maksuton",
        price_sv="Avgiftsfri",
        price_en="Free of charge",
        languages=["fi", "sv", "en"],
        rule="1 tue working",
        places=30,
        meeting_url="https://example.org/aloitus",
        recording_url="https://example.org/aloituksen-tallenne",
        contact_email="koulutus@solmu.example",
        embed_origins=["https://www.example.org"],
    )


def _staff(programme: Programme, people: dict[str, Person]) -> None:
    since = period(clock.today() - timedelta(days=900))
    Staff.objects.bulk_create(
        Staff(programme=programme, person=people[slug], role=slug, valid=since)
        for slug in (Staff.Role.TRAINER, Staff.Role.ASSISTANT)
    )


def _cohorts(programme: Programme) -> tuple[list[Cohort], Cohort, Cohort]:
    today = clock.today()
    days = list(
        programme.start_rule.between(today - timedelta(days=560), today + timedelta(days=380))
    )
    begun = [day for day in days if day <= today][-(PAST + 1) :]
    coming = [day for day in days if day > today]
    access = timedelta(days=programme.access_days)
    rows = []
    for day in (*begun, *coming):
        state = Cohort.State.CLOSED if day in begun[:-1] else Cohort.State.PLANNED
        until = day + access
        if day == begun[-1]:
            # In the few days between two periods the last one goes on, so that one always runs.
            state, until = Cohort.State.RUNNING, max(until, today + timedelta(days=5))
        rows.append(
            Cohort(
                programme=programme,
                starts_on=day,
                access_until=until,
                places=programme.places,
                state=state,
                meeting_url=programme.meeting_url,
                recording_url=programme.recording_url if day in begun else "",
            )
        )
    made = Cohort.objects.bulk_create(rows)
    return made[:PAST], made[PAST], made[PAST + 1]


class _Enrolments:
    """Makes participants with what has happened to each, and writes them at once."""

    def __init__(self, programme: Programme, random: Random) -> None:
        self.programme, self.random = programme, random
        self.people: list[Person] = []
        self.rows: list[Enrolment] = []
        self.changes: list[StateChange] = []
        self.known = list(
            Organisation.objects.filter(slug__startswith="esittely-", public=True).order_by("pk")[
                :90
            ]
        )
        codes = set(Municipality.objects.filter(code__in=PLACES).values_list("code", flat=True))
        self.places = [code for code in PLACES if code in codes]

    def past(self, cohort: Cohort, number: int) -> None:
        """Ten or so people of whom nearly all passed, as they did in the public example."""
        for _each in range((9, 11, 10, 12, 8)[number % 5]):
            draw = self.random.random()
            row = self._enrolment(cohort, source="group" if self.random.random() < 0.2 else "web")
            start = cohort.starts_on
            self._step(row, State.INVITED, start - timedelta(days=7))
            self._step(row, State.STARTED, start)
            if draw < 0.03:
                self._step(row, State.WITHDRAWN, start + timedelta(days=6), "oma pyyntö")
                continue
            self._step(row, State.STUDYING, start + timedelta(days=self.random.randint(0, 9)))
            if draw < 0.09:
                self._step(row, State.LAPSED, cohort.access_until, "aika päättyi")
                continue
            tested = start + timedelta(days=self.random.randint(5, 28))
            self._step(row, State.TESTED, max(tested, row.state_since.date()))
            failed = draw < 0.12
            row.score = Decimal(self.random.choice((22, 24, 26, 27))) * 100 / 40
            if failed:
                self._step(row, State.FAILED, cohort.access_until, "testi jäi alle rajan")
                continue
            row.score = (
                Decimal(self.random.choices((29, 32, 34, 35, 36, 37, 38, 39, 40),
                                            (1, 2, 3, 5, 8, 12, 13, 12, 8))[0]) * 100 / 40
            )  # fmt: skip
            self._step(row, State.PASSED, row.state_since.date())
            self._step(row, State.CERTIFIED, row.state_since.date())

    def running(self, cohort: Cohort, learner: Person) -> Enrolment:
        """Those who study now, the persona among them."""
        made = []
        since = (clock.today() - cohort.starts_on).days
        for number, state in enumerate(RUNNING):
            row = self._enrolment(cohort, person=None if number else learner)
            self._step(row, State.INVITED, cohort.starts_on - timedelta(days=7))
            self._step(row, State.STARTED, cohort.starts_on)
            if state != State.STARTED:
                day = cohort.starts_on + timedelta(days=min(since, number % 6))
                self._step(row, State.STUDYING, day)
            if state == State.TESTED:
                self._step(row, State.TESTED, max(clock.today() - timedelta(days=1), day))
                row.score = Decimal("62.5")
            made.append(row)
        return made[0]

    def coming(self, cohort: Cohort) -> None:
        """Those who have applied for the next start."""
        for number in range(COMING):
            self._enrolment(cohort, source="group" if number > 6 else "web")

    def write(self) -> None:
        """Write all that was made."""
        new = [person for person in self.people if person.pk is None]
        Person.objects.bulk_create(new)
        for row in self.rows:
            row.person_id = row.person.pk  # known only now
        Enrolment.objects.bulk_create(self.rows)
        for change in self.changes:
            change.enrolment_id = change.enrolment.pk
        StateChange.objects.bulk_create(self.changes)

    def _enrolment(
        self, cohort: Cohort, *, person: Person | None = None, source: str = "web"
    ) -> Enrolment:
        number = len(self.rows)
        random = self.random
        person = person or self._person(number)
        known = random.choice(self.known) if self.known and random.random() < 0.75 else None
        fact = fiction.finnish_organisation(1300 + number * 7)
        row = Enrolment(
            programme=self.programme,
            cohort=cohort,
            person=person,
            workplace_name=str(known or fact.name),
            business_id=known.business_id if known else fact.business_id,
            workplace=known,
            field=known.fields[0] if known and known.fields else random.choice(FIELDS),
            municipality=(known and known.municipality_id)
            or (random.choice(self.places) if self.places else ""),
            language=random.choices(("fi", "sv", "en"), (88, 7, 5))[0],
            wants_paper=random.random() < 0.25,
            source=source,
            recognition_key=recognising.key(person.name, person.phone),
        )
        if row.wants_paper:
            row.postal_address = f"Keksitty katu {random.randint(1, 90)}\n20100 Turku"
        applied = cohort.starts_on - timedelta(days=random.randint(8, 35))
        applied = min(applied, clock.today() - timedelta(days=1))
        row.applied_at = _at(applied, random)
        row.confirmed_at = row.applied_at + timedelta(minutes=random.randint(2, 300))
        self._step(row, State.APPLIED, applied)
        self.rows.append(row)
        return row

    def _person(self, number: int) -> Person:
        given, family = fiction.person_name(self.random)
        person = Person(
            given_name=given,
            family_name=family,
            email=f"{names.key(given)}.{names.key(family).replace(' ', '-')}.{number}@tyo.example",
            phone=f"+358 457 001 {self.random.randint(1000, 9999)}",
            language="fi",
            legal_basis=Person.LegalBasis.CONTRACT,
        )
        self.people.append(person)
        return person

    def _step(self, row: Enrolment, state: State, day: date, why: str = "") -> None:
        was = row.state if row.state != State.UNCONFIRMED or state != State.APPLIED else ""
        at = _at(day, self.random)
        if was:
            at = max(at, row.state_since + timedelta(minutes=5))
        row.state, row.state_since = state, at
        if state == State.STARTED:
            row.started_at = at
        if state in (State.PASSED, State.FAILED, State.LAPSED, State.WITHDRAWN):
            row.finished_at = at
            row.ended_why = why
        self.changes.append(StateChange(enrolment=row, was=was, state=state, at=at, why=why))


def _at(day: date, random: Random) -> datetime:
    return datetime.combine(day, time(random.randint(6, 17), random.randint(0, 59)), UTC)
