"""Signing: who is asked and when, what is refused, and what follows when all have signed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from solmu.agreements.binding.evidence import AGREEMENT
from solmu.agreements.models import Agreement, Party, Signature
from solmu.agreements.signing import codes, integrity, mandates, reminding, signing
from solmu.agreements.signing.signing import SigningError
from solmu.agreements.tests import signing_factories as make
from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.sealing import sealing
from solmu.sealing.models import Seal
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db


def test_asking_sends_each_signer_a_link_and_freezes_the_text():
    rows = make.asked()

    assert [row.state for row in rows] == ["waiting", "waiting"]
    assert Message.objects.filter(kind="agreement-sign").count() == 2
    agreement = Agreement.objects.get()
    assert agreement.state == "signing"
    assert agreement.sign_by == clock.today() + timedelta(days=signing.DAYS_TO_SIGN)
    assert rows[0].subject.digest == rows[1].subject.digest


def test_problems_are_told_in_sentences_before_anything_is_sent():
    agreement = make.agreement()
    chosen = make.signers(agreement)
    mandates.end(
        chosen[1].person.mandates.get(), last=clock.today() - timedelta(days=1), by=make.SYSTEM
    )
    chosen[0].person.email = ""

    with pytest.raises(SigningError) as refused:
        signing.ask(agreement, chosen, by=make.SYSTEM)

    assert "has no e-mail address yet" in str(refused.value)
    assert "has no right to sign for Kumppani Oy today" in str(refused.value)
    assert not Signature.objects.exists()
    assert not Message.objects.exists()


def test_two_together_are_both_needed():
    agreement = make.agreement()
    company = agreement.parties.get(position=1)
    Party.objects.filter(pk=company.pk).update(signers_needed=2)

    problems = signing.problems_of(agreement, make.signers(agreement))

    assert problems == ["Kumppani Oy needs 2 signers."]


def test_in_a_set_order_each_is_asked_in_turn():
    first, second = make.asked(in_order=True)
    assert second.asked_on is None
    with pytest.raises(SigningError, match="Others sign before you"):
        signing.sign(second, digest=second.subject.digest, by=make.SYSTEM)

    signing.sign(first, digest=first.subject.digest, by=make.SYSTEM)

    second.refresh_from_db()
    assert second.asked_on == clock.today()
    assert Message.objects.filter(kind="agreement-sign", to=second.email).count() == 1


def test_last_signature_brings_it_into_force_and_asks_the_seal():
    agreement = make.in_force()

    assert agreement.state == "active"
    bound = list(agreement.parties.all())
    assert all(party.state == "signed" and party.version_id for party in bound)
    assert all(party.bound.lower == clock.today() for party in bound)
    version = bound[0].version
    assert version is not None
    seal = Seal.objects.get(subject_kind=signing.SEALED, subject_id=version.pk)
    assert seal.state == "waiting"
    tie = Evidence.objects.get(source_kind=AGREEMENT, source_id=agreement.pk)
    assert {tie.a_id, tie.b_id} == {party.organisation_id for party in bound}


def test_killed_before_sealing_nothing_is_lost_and_sealing_goes_on():
    agreement = make.in_force()
    seal = Seal.objects.get()
    # The server dies here: the job has not run. It is in the queue, and runs after the restart.
    assert agreement.state == "active"
    assert seal.file is None

    sealing.seal(seal.pk)
    sealing.seal(seal.pk)  # a worker that died half-way: run again

    seal.refresh_from_db()
    assert seal.state == "sealed"
    assert seal.file is not None
    copies = Message.objects.filter(kind="agreement-copy")
    assert copies.count() == 2
    assert seal.code in copies[0].text


def test_signing_twice_is_refused():
    first, second = make.asked()
    signing.sign(first, digest=first.subject.digest, by=make.SYSTEM)

    with pytest.raises(SigningError, match="signed already"):
        signing.sign(first, digest=first.subject.digest, by=make.SYSTEM)

    assert second.state == "waiting"
    assert [line.kind for line in first.agreement.record.all()] == ["asked", "signed"]


def test_after_the_last_day_it_cannot_be_signed_and_the_sweep_closes_it():
    first, _second = make.asked()
    with clock.shifted(timedelta(days=signing.DAYS_TO_SIGN + 1)):
        with pytest.raises(SigningError, match="time to sign has run out"):
            signing.sign(first, digest=first.subject.digest, by=make.SYSTEM)
        signing.expire()
        signing.expire()

    agreement = Agreement.objects.get()
    assert agreement.state == "expired"
    assert set(Signature.objects.values_list("state", flat=True)) == {"cancelled"}
    assert agreement.record.filter(kind="expired").count() == 1


def test_whose_mandate_has_ended_cannot_sign():
    first, _second = make.asked()
    yesterday = clock.today() - timedelta(days=1)
    mandates.end(first.person.mandates.get(), last=yesterday, by=make.SYSTEM)

    with pytest.raises(SigningError, match="right to sign for the organisation has ended"):
        signing.sign(first, digest=first.subject.digest, by=make.SYSTEM)


def test_another_text_than_the_one_sent_cannot_be_signed():
    first, _second = make.asked()

    with pytest.raises(SigningError, match="text has changed"):
        signing.sign(first, digest="0" * 64, by=make.SYSTEM)


def test_declining_needs_a_reason_and_ends_the_request_for_all():
    first, second = make.asked()
    with pytest.raises(SigningError, match="Say why"):
        signing.decline(first, reason=" ", by=make.SYSTEM)

    signing.decline(first, reason="Kohta 1 on vielä auki.", by=make.SYSTEM)

    second.refresh_from_db()
    assert second.state == "cancelled"
    assert Agreement.objects.get().state == "declined"
    with pytest.raises(SigningError):
        signing.sign(second, digest=second.subject.digest, by=make.SYSTEM)


def test_request_taken_back_can_be_sent_again_as_a_new_version():
    first, _second = make.asked()
    agreement = first.agreement

    signing.cancel(agreement, by=make.SYSTEM)
    signing.ask(
        agreement,
        [signing.Signer(row.party, row.person) for row in Signature.objects.all()],
        by=make.SYSTEM,
    )

    assert [one.number for one in agreement.versions.all()] == [1, 2]
    assert Message.objects.filter(kind="agreement-cancelled").count() == 2
    assert Signature.objects.filter(state="waiting").count() == 2


def test_reminders_go_once_a_week_after_and_before_the_end():
    make.asked()
    sent = Message.objects.filter(kind="agreement-remind")

    def after(days: int) -> int:
        with clock.shifted(timedelta(days=days)):
            reminding.sweep()
            reminding.sweep()
        return sent.count()

    assert after(6) == 0
    assert after(7) == 2
    assert after(12) == 2
    assert after(signing.DAYS_TO_SIGN - 3) == 4
    assert after(signing.DAYS_TO_SIGN) == 4


def test_reminding_now_is_once_a_day():
    first, _second = make.asked()
    with clock.shifted(timedelta(days=1)):
        reminding.remind(first, by=make.SYSTEM)
        with pytest.raises(SigningError, match="message today already"):
            reminding.remind(first, by=make.SYSTEM)


def test_codes_hold_for_few_tries_and_few_are_sent():
    first, _second = make.asked()
    codes.send(first)
    right = make.code(first)
    for _try in range(codes.TRIES):
        with pytest.raises(SigningError, match="isn't the code"):
            codes.check(first, "000000" if right != "000000" else "111111")
    with pytest.raises(SigningError, match="Too many wrong codes"):
        codes.check(first, right)

    for _send in range(codes.SENDS - 1):
        codes.send(first)
    codes.check(first, make.code(first))
    with pytest.raises(codes.TooManyCodesError):
        codes.send(first)


@pytest.mark.parametrize(
    "tamper",
    [
        'UPDATE agreements_record SET facts = facts || \'{"signer": "Joku muu"}\' WHERE number = 2',
        "UPDATE agreements_record SET at = at + interval '1 second' WHERE number = 1",
        "DELETE FROM agreements_record WHERE number = 3",
        "DELETE FROM agreements_record WHERE kind = 'in force'",
        "UPDATE agreements_signature SET name = 'Joku muu' WHERE position = 1",
        "UPDATE agreements_signature SET digest = repeat('0', 64)",
        'UPDATE agreements_version SET content = content || \'{"title": "Muu"}\'',
        "UPDATE agreements_version SET digest = repeat('0', 64)",
    ],
)
def test_changing_any_row_is_found(tamper: str):
    agreement = make.in_force()
    assert integrity.broken(agreement) == ""

    with connection.cursor() as cursor:
        cursor.execute(tamper)

    assert integrity.broken(agreement)
    assert [one.pk for one, _why in integrity.broken_ones()] == [agreement.pk]


@pytest.mark.django_db(transaction=True)
def test_two_in_the_same_second_follow_each_other():
    rows = make.asked()
    start = Barrier(len(rows))

    def sign(row: Signature) -> str:
        try:
            start.wait(10)
            signing.sign(row, digest=row.subject.digest, by=make.SYSTEM)
            return "signed"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(rows)) as pool:
        assert list(pool.map(sign, rows)) == ["signed", "signed"]

    agreement = Agreement.objects.get()
    assert agreement.state == "active"
    kinds = [line.kind for line in agreement.record.order_by("number")]
    assert kinds == ["asked", "signed", "signed", "in force"]
    assert integrity.broken(agreement) == ""
    assert Seal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_signature_twice_at_once_is_one():
    row = make.asked()[0]
    start = Barrier(2)

    def sign(_number: int) -> str:
        try:
            start.wait(10)
            signing.sign(row, digest=row.subject.digest, by=make.SYSTEM)
        except SigningError:
            return "refused"
        else:
            return "signed"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(sign, range(2))) == ["refused", "signed"]

    assert row.agreement.record.filter(kind="signed").count() == 1
