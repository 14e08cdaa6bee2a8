"""Answers given at once: each is counted, and one of them decides."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from solmu.approvals.models import Round, Voice
from solmu.costs import agreeing
from solmu.costs.models import KIND, CostCase
from solmu.people.viewer import Viewer

pytestmark = [pytest.mark.demo, pytest.mark.django_db(transaction=True)]


def test_approvals_at_once_agree_the_case_once() -> None:
    case = CostCase.objects.get(state="proposed")
    waiting = list(
        Voice.objects.filter(round__subject_kind=KIND, round__subject_id=case.pk, answer="")
    )
    start = Barrier(len(waiting))

    def approve(voice: Voice) -> str:
        try:
            start.wait(10)
            return str(agreeing.answer(voice, yes=True, by=Viewer.system("test")).state)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(waiting)) as pool:
        states = list(pool.map(approve, waiting))

    case.refresh_from_db()
    assert sorted(states) == ["agreed", "proposed", "proposed"]
    assert case.state == "agreed"
    closed = Round.objects.get(subject_kind=KIND, subject_id=case.pk)
    assert closed.state == "approved"
    assert not closed.voices.filter(answer="").exists()
