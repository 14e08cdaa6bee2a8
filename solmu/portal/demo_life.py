"""What the demo's invented people do while its clock moves: they apply, study, take the test.

They do it by the same jobs as people. The personas, and whoever enrols in the demo themselves, act
for themselves; nothing is done for them here.
"""

from random import Random

from solmu.lib import clock, names
from solmu.lib.modules import is_on
from solmu.people.viewer import Viewer
from solmu.portal import fiction
from solmu.portal.demo_training import FIELDS, PLACES, SLUG
from solmu.training import enrolling, states
from solmu.training.certificates import feedback, questions
from solmu.training.enrolling import Application
from solmu.training.exam import taking
from solmu.training.exam.models import Attempt, Question
from solmu.training.learning import access, progress
from solmu.training.learning.models import Page
from solmu.training.models import Enrolment, Programme

# The address of everybody whom the demo has invented.
INVENTED = r"\.\d+@tyo\.example$"
BY = Viewer.system("demo")
APPLY = 0.4  # a day
GIVE_UP, FAIL_FIRST, ANSWER = 0.06, 0.1, 0.7
State = Enrolment.State


def live_a_day() -> None:
    """Live the day that the clock has just come to."""
    if not is_on("training"):
        return
    programme = Programme.objects.filter(slug=SLUG).first()
    if programme is None:
        return
    _apply(programme)
    _study(programme)


def _apply(programme: Programme) -> None:
    """On some days somebody applies; the same day lived twice brings the same person once."""
    today = clock.today()
    random = Random(today.toordinal())
    if random.random() > APPLY:
        return
    given, family = fiction.person_name(random)
    address = f"{names.key(given)}.{names.key(family).replace(' ', '-')}.{today:%y%m%d}@tyo.example"
    workplace = fiction.finnish_organisation(2600 + today.toordinal() % 400)
    one = Application(
        given_name=given,
        family_name=family,
        email=address,
        phone=f"+358 457 001 {random.randint(1000, 9999)}",
        workplace_name=workplace.name,
        business_id=workplace.business_id,
        field=random.choice(FIELDS),
        municipality=random.choice(PLACES),
        language=random.choices(("fi", "sv", "en"), (88, 7, 5))[0],
    )
    if random.random() < 0.25:
        one.wants_paper = True
        one.postal_address = f"Keksitty katu {random.randint(1, 90)}\n20100 Turku"
    enrolling.apply(programme, one, by=BY, confirmed=True)


def _study(programme: Programme) -> None:
    pages = list(
        Page.objects.filter(part__version__in=programme.versions.current())
        .select_related("part")
        .defer("body_fi", "body_sv", "body_en")
        .order_by("part__number", "order")
    )
    right = dict(Question.objects.filter(programme=programme).values_list("pk", "right"))
    rows = Enrolment.objects.filter(
        programme=programme,
        state__in=states.UNDER_WAY,
        person__email__regex=INVENTED,
    )
    for row in rows.select_related("person", "programme", "cohort").order_by("pk"):
        allowed = access.of(row)
        if allowed.is_open and row.cohort is not None:
            _study_a_day(row, pages, right)


def _study_a_day(row: Enrolment, pages: list[Page], right: dict[int, int]) -> None:
    """Read as much as the person's own pace brings; with all done, take the test."""
    random = Random(row.pk)
    gives_up = random.random() < GIVE_UP
    days = random.randint(6, 25)
    if row.cohort is None:
        return
    passed = (clock.today() - row.cohort.starts_on).days
    share = min(1.0, passed / days)
    wanted = int(len(pages) * (min(share, 0.4) if gives_up else share))
    done = set(row.done.values_list("page", flat=True))
    for page in pages[:wanted]:
        if page.key not in done:
            progress.mark(row, page, by=BY)
    if gives_up or share < 1:
        return
    tried = Attempt.objects.filter(enrolment=row).count()
    fails = not tried and random.random() < FAIL_FIRST
    scores = range(29, 41)
    weights = [(score - 28) ** 2 for score in scores]
    many = random.randint(20, 27) if fails else random.choices(scores, weights)[0]
    try:
        attempt = taking.start(row, by=BY)
    except taking.TestError:
        return  # not today: perhaps tomorrow
    options = {}
    for item, (question, order) in enumerate(attempt.questions):
        hit = item < many
        options[item] = next(
            place for place, option in enumerate(order) if (option == right[question]) == hit
        )
    taking.submit(attempt, options=options, by=BY)
    row.refresh_from_db(fields=["state"])
    if row.state in states.DONE and random.random() < ANSWER:
        marks = {
            one.key: random.choices(questions.MARKS, (1, 2, 8, 40, 49))[0]
            for one in questions.of(row.programme).scales
        }
        feedback.give(row, marks=marks, said="", language=row.language)
