"""The demo's study material, bank of questions, progress and attempts at the test.

Attempts follow the scores that the participants have; answers differ by how hard a question is and
how able who answers. All of it is invented.
"""

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.portal.demo_training import DemoTraining
from solmu.training.exam import drawing, loading
from solmu.training.exam.models import Answer, Attempt, Question
from solmu.training.learning import loading as material
from solmu.training.learning.models import Done, Page
from solmu.training.models import Enrolment

State = Enrolment.State
NEEDED, ASKED = 28, 40
TESTED = {State.TESTED, State.PASSED, State.CERTIFIED, State.FAILED}
# The question of the bank that nobody could tell right from: shown to trainers as one to look at.
UNCLEAR = 11


def fill(demo: DemoTraining) -> None:
    """Load material and questions; write what past and present participants have done."""
    by = Viewer.system("demo")
    material.load(demo.programme, demo.programme.slug, by=by)
    loading.load(demo.programme, demo.programme.slug, by=by)
    bank = list(Question.objects.active().filter(programme=demo.programme).order_by("pk"))
    pages = list(
        Page.objects.filter(part__version__programme=demo.programme)
        .select_related("part")
        .order_by("part__number", "order")
    )
    rows = list(
        Enrolment.objects.filter(programme=demo.programme).exclude(started_at=None).order_by("pk")
    )
    random = Random(673)
    _write_progress(demo, rows, pages, random)
    if bank:
        _Attempts(bank, random).write(rows)


def _write_progress(
    demo: DemoTraining, rows: list[Enrolment], pages: list[Page], random: Random
) -> None:
    """Who has taken the test has done all; the others some; the persona half of part 3."""
    done = []
    for row in rows:
        if row.pk == demo.learner.pk:
            third = [page for page in pages if page.part.number == 3]
            count = sum(page.part.number < 3 for page in pages) + len(third) // 2
        elif row.state in TESTED:
            count = len(pages)
        elif row.state == State.STUDYING:
            count = random.randint(1, max(1, len(pages) * 3 // 4))
        elif row.state == State.LAPSED:
            count = random.randint(0, len(pages) // 2)
        else:
            continue
        since = row.started_at or clock.now()
        latest = min(clock.now(), row.state_since if row.state in TESTED else clock.now())
        span = max(timedelta(hours=1), latest - since)
        for at, page in enumerate(pages[:count], 1):
            moment = min(since + span * at / (count + 1), clock.now())
            done.append(Done(enrolment=row, page=page.key, at=moment))
    Done.objects.bulk_create(done, batch_size=5000)


class _Attempts:
    """Makes attempts with answers that come to the scores that are known."""

    def __init__(self, bank: list[Question], random: Random) -> None:
        self.random = random
        self.bank = {one.pk: one for one in bank}
        self.draws = [(one.pk, one.part, len(one.options)) for one in bank]
        # How hard each question is, and how much it tells: one tells nothing.
        self.hard = {one.pk: random.gauss(0, 1) for one in bank}
        self.tells = {one.pk: random.uniform(0.7, 1.6) for one in bank}
        for one in bank[UNCLEAR : UNCLEAR + 1]:
            self.hard[one.pk], self.tells[one.pk] = 0.0, -0.35
        self.attempts: list[Attempt] = []
        self.answers: list[tuple[Attempt, dict[int, int]]] = []

    def write(self, rows: list[Enrolment]) -> None:
        """Write the attempts of all who have a score."""
        for row in rows:
            if row.state not in TESTED or row.score is None:
                continue
            final = int(row.score * ASKED / 100)
            on = min(row.state_since, clock.now()).date()
            first = (row.started_at or row.state_since).date()
            passed = final >= NEEDED
            tries = [final]
            if passed and self.random.random() < 0.12 and (on - first).days >= 3:
                tries.insert(0, self.random.randint(20, 27))
            if row.state == State.FAILED:
                # All three attempts; the best of them is the score.
                tries = [max(12, final - 5), final, max(12, final - 2)]
            days = range(len(tries) - 1, -1, -1)
            for number, (right, back) in enumerate(zip(tries, days, strict=True), 1):
                self._attempt(row, number, right, max(first, on - timedelta(days=back)))
        Attempt.objects.bulk_create(self.attempts)
        Answer.objects.bulk_create(
            (
                Answer(attempt=attempt, item=item, choice=choice, at=attempt.started_at)
                for attempt, choices in self.answers
                for item, choice in choices.items()
            ),
            batch_size=5000,
        )

    def _attempt(self, row: Enrolment, number: int, right: int, on: date) -> None:
        random = self.random
        paper = drawing.draw(self.draws, ASKED, random)
        right = min(right, len(paper))
        ability = (right - 33) / 4 + random.gauss(0, 0.4)
        # The likeliest ones are right: chance by ability, hardness and how much a question tells.
        chances = {
            item: self.tells[key] * (ability - self.hard[key]) + random.gauss(0, 1.1)
            for item, (key, _order) in enumerate(paper)
        }
        hits = set(sorted(chances, key=lambda item: -chances[item])[:right])
        choices: dict[int, int] = {}
        parts: dict[str, list[int]] = {}
        for item, (key, _order) in enumerate(paper):
            question = self.bank[key]
            wrong = [at for at in range(len(question.options)) if at != question.right]
            weights = [4, 2, 1, 1, 1, 1, 1][: len(wrong)]
            choices[item] = question.right if item in hits else random.choices(wrong, weights)[0]
            before = parts.get(str(question.part), [0, 0])
            parts[str(question.part)] = [before[0] + (item in hits), before[1] + 1]
        begun = datetime.combine(on, time(random.randint(6, 18), random.randint(0, 59)), UTC)
        begun = min(begun, clock.now() - timedelta(hours=2))
        ended = begun + timedelta(minutes=math.ceil(random.triangular(14, 70, 26)))
        score = (Decimal(100 * right) / len(paper)).quantize(Decimal("0.01"))
        attempt = Attempt(
            enrolment=row,
            number=number,
            paper=paper,
            started_on=on,
            started_at=begun,
            submitted_on=on,
            submitted_at=ended,
            right_answers=right,
            score=score,
            passed=right * 100 >= 70 * len(paper),
            parts=dict(sorted(parts.items())),
        )
        self.attempts.append(attempt)
        self.answers.append((attempt, choices))
