"""The demo's certificates of past participants, what was posted, and what they thought of it.

Certificates are asked to be sealed but not sealed here: whoever opens one first has it sealed, and
the worker seals the rest in the background. All of it is invented.
"""

import hashlib
import secrets
from datetime import UTC, date, datetime, time
from random import Random

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.lib.translated import text_in
from solmu.organisations.models import Institution, Organisation
from solmu.portal.demo_training import DemoTraining
from solmu.sealing import sealing
from solmu.sealing.models import Seal
from solmu.training import states
from solmu.training.certificates import feedback, issuing, questions
from solmu.training.certificates.models import (
    SEALED,
    Certificate,
    CertificateSettings,
    Feedback,
    FeedbackGiven,
    Mailing,
)
from solmu.training.coverage.models import StudentCount
from solmu.training.models import Enrolment

# So many at least wait for the post.
WAIT = 3
# What participants said; none of it names anybody.
SAID = (
    "Sain tehdä iltaisin omaan tahtiin, se ratkaisi.",
    "Palautteen antamisen osa oli paras. Otin siitä mallin omaan perehdytykseen.",
    "Lait ja asetukset oli selitetty kerrankin niin, että ymmärsin oman osuuteni.",
    "Videoita voisi olla enemmän.",
    "Hyvä, että testiä sai yrittää uudestaan.",
    "Kävin läpi puhelimella työmatkoilla. Toimi.",
    "Kaipasin enemmän esimerkkejä pienestä työpaikasta.",
    "Selkeä kokonaisuus, suosittelin työkaverille.",
    "Jag hade gärna fått exempel från vården.",
)


def fill(demo: DemoTraining, institutions: dict[str, Institution]) -> None:
    """Write certificates, what was posted of them, and feedback."""
    random = Random(8)
    rows = list(
        Enrolment.objects.filter(programme=demo.programme, state__in=feedback.ASKED)
        .select_related("person", "cohort")
        .order_by("pk")
    )
    CertificateSettings.objects.create(programme=demo.programme)
    _certificates(demo, [row for row in rows if row.state in states.DONE])
    _feedback(rows, random)
    _students(demo, institutions, random)


def _certificates(demo: DemoTraining, rows: list[Enrolment]) -> None:
    programme = demo.programme
    parts = {code: issuing.titles_of(programme, code) for code in programme.languages}
    unposted = _unposted(demo, rows)
    piles = {
        cohort.pk: Mailing(
            programme=programme,
            posted_on=cohort.access_until,
            at=datetime.combine(cohort.access_until, time(11), UTC),
            person=demo.people["assistant"],
        )
        for cohort in demo.past
        if cohort.pk not in unposted
    }
    wanted = {row.cohort_id for row in rows if row.wants_paper}
    piles = {key: pile for key, pile in piles.items() if key in wanted}
    Mailing.objects.bulk_create(piles.values())
    made = []
    for row in rows:
        salt = secrets.token_hex(8)
        email = row.person.email.lower()
        made.append(
            Certificate(
                enrolment=row,
                name=row.person.name,
                programme_name=text_in(programme, "name", row.language),
                language=row.language,
                parts=parts[row.language],
                hours=programme.hours,
                issued_on=row.state_since.date(),
                salt=salt,
                identity=hashlib.sha256((email + salt).encode()).hexdigest(),
                sent_at=min(row.state_since, clock.now()),
                mailing=piles.get(row.cohort_id or 0) if row.wants_paper else None,
            )
        )
    Certificate.objects.bulk_create(made)
    Seal.objects.bulk_create(
        Seal(
            subject_kind=SEALED,
            subject_id=row.pk,
            institution_id=programme.institution_id,
            code=sealing.new_code(),
        )
        for row in made
    )


def _students(demo: DemoTraining, institutions: dict[str, Institution], random: Random) -> None:
    """How many students there are at some partners, and at workplaces with trained instructors."""
    today = clock.today()
    term = period(date(today.year if today.month > 7 else today.year - 1, 8, 1), None)
    trained = list(
        Organisation.objects.filter(enrolments__state__in=states.DONE)
        .distinct()
        .order_by("pk")[:24]
    )
    counts = []
    for slug in ("tuakk", "tavastia"):
        institution = institutions[slug]
        partners = Organisation.objects.filter(
            stakeholders__institution=institution, slug__startswith="esittely-"
        ).order_by("pk")[:40]
        for number, workplace in enumerate(dict.fromkeys((*trained, *partners))):
            if number % 3 == 2:
                continue  # of some nothing is known
            counts.append(
                StudentCount(
                    institution=institution,
                    organisation=workplace,
                    field=workplace.fields[0] if workplace.fields else "",
                    period=term,
                    count=random.choice((1, 1, 2, 2, 3, 4, 6, 8, 12)),
                )
            )
    StudentCount.objects.bulk_create(counts)


def _unposted(demo: DemoTraining, rows: list[Enrolment]) -> set[int]:
    """The latest starts whose certificates still wait for the post: enough to make a pile of."""
    found: set[int] = set()
    for cohort in reversed(demo.past):
        found.add(cohort.pk)
        if sum(row.wants_paper and row.cohort_id in found for row in rows) >= WAIT:
            break
    return found


def _feedback(rows: list[Enrolment], random: Random) -> None:
    given = [row for row in rows if random.random() < 0.72]
    scales = questions.of(rows[0].programme).scales if rows else []
    # Each thing is said once.
    said = dict(zip((row.pk for row in given[::9]), SAID, strict=False))
    # Being able to study when it suits is what people like best.
    likes = {"when-it-suits": (0, 1, 3, 16, 80), "help": (1, 3, 12, 40, 44)}
    Feedback.objects.bulk_create(
        Feedback(
            programme_id=row.programme_id,
            cohort_id=row.cohort_id,
            month=row.state_since.date().replace(day=1),
            marks={
                one.key: random.choices(questions.MARKS, likes.get(one.key, (1, 2, 10, 42, 45)))[0]
                for one in scales
            },
            said=said.get(row.pk, ""),
            language=row.language,
        )
        for row in given
    )
    FeedbackGiven.objects.bulk_create(FeedbackGiven(enrolment=row) for row in given)
    for row in given:
        marks = [random.choices(questions.MARKS, (1, 2, 8, 30, 59))[0] for _one in scales]
        feedback.add(row, marks)
