"""Who is bound when: joining by one page, the others' answers, leaving, and the evidence of it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from solmu.agreements.binding import binding, evidence, joining, withdrawing
from solmu.agreements.binding.joining import JoiningError
from solmu.agreements.binding.withdrawing import WithdrawingError
from solmu.agreements.models import Agreement, Joinder, Party
from solmu.agreements.signing import integrity
from solmu.agreements.tests import signing_factories as make
from solmu.approvals import asking
from solmu.approvals.models import Voice
from solmu.lib import clock
from solmu.networks.models import Group
from solmu.networks.tests import group_factories
from solmu.notifications.models import Message
from solmu.organisations.models import Organisation
from solmu.organisations.tests import factories
from solmu.sealing import sealing
from solmu.sealing.models import Seal
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db


def three(accession: str, **facts: object) -> Agreement:
    """An agreement in force of three institutions, that others may join so."""
    others = [factories.institution().organisation for _number in range(2)]
    draft = make.agreement(organisations=others, accession=accession, **facts)
    return make.in_force(draft)


def newcomer(agreement: Agreement) -> tuple[Organisation, Joinder]:
    """A ninth one that has signed its page."""
    organisation = factories.organisation("Tulija Oy")
    who = make.person("Tulija")
    make.mandate(organisation, who, known_to=agreement.institution)
    joinder = joining.ask(agreement, organisation, [who], from_on=clock.today(), by=make.SYSTEM)
    row = joinder.signatures.get()
    joining.sign(row, digest=joinder.digest, by=make.SYSTEM)
    joinder.refresh_from_db()
    return organisation, joinder


def say(joinder: Joinder, *, yes: bool = True) -> None:
    voice = next(one for one in joining.voices(joinder) if not one.answer)
    joining.answer(voice, yes=yes, note="" if yes else "Ei vielä.", by=make.SYSTEM)
    joinder.refresh_from_db()


def names(agreement: Agreement, day: date) -> list[str]:
    return [str(one.organisation) for one in binding.bound_on(agreement, day)]


def test_all_confirm_and_nobody_signs_again():
    agreement = three("all")
    signatures = agreement.record.filter(kind="signed").count()
    _organisation, joinder = newcomer(agreement)
    assert joinder.state == "asked"
    assert "Tulija Oy" not in names(agreement, clock.today())

    say(joinder)
    say(joinder)
    assert joinder.state == "asked"
    say(joinder)

    assert joinder.state == "confirmed"
    assert "Tulija Oy" in names(agreement, clock.today())
    assert "Tulija Oy" not in names(agreement, clock.today() - timedelta(days=1))
    joined = agreement.parties.get(state="joined")
    assert joined.version == joinder.version
    assert agreement.record.filter(kind="signed").count() == signatures + 1
    assert integrity.broken(agreement) == ""
    assert Evidence.objects.filter(source_kind="agreement").count() == 6


def test_majority_decides_as_soon_as_it_can():
    agreement = three("majority")
    _organisation, joinder = newcomer(agreement)
    say(joinder)
    say(joinder)
    assert joinder.state == "confirmed"


def test_one_no_ends_it_where_all_confirm():
    agreement = three("all")
    _organisation, joinder = newcomer(agreement)
    say(joinder, yes=False)

    assert joinder.state == "declined"
    assert joinder.note == "Ei vielä."
    assert "Tulija Oy" not in names(agreement, clock.today() + timedelta(days=1))
    with pytest.raises(JoiningError, match="decided already"):
        say(joinder)


def test_steering_group_confirms_for_a_network():
    network = group_factories.network()
    steering = group_factories.group(network, "Johtoryhmä", kind=Group.Kind.STEERING)
    for _number in range(3):
        member = group_factories.member(network)
        group_factories.term(group_factories.seat(steering, member))
    agreement = three("steering", network=network)
    _organisation, joinder = newcomer(agreement)
    assert [voice.person_id is not None for voice in joining.voices(joinder)] == [True] * 3

    say(joinder)
    say(joinder)

    assert joinder.state == "confirmed"


def test_silence_confirms_after_its_days_and_an_objection_ends_it():
    agreement = three("silence", silence_days=14)
    _organisation, joinder = newcomer(agreement)
    assert joinder.object_by == clock.today() + timedelta(days=14)
    with clock.shifted(timedelta(days=14)):
        asking.sweep()
    joinder.refresh_from_db()
    assert joinder.state == "asked"

    with clock.shifted(timedelta(days=15)):
        asking.sweep()
        asking.sweep()
        joinder.refresh_from_db()
        assert joinder.state == "confirmed"
        assert joinder.party.bound.lower == clock.today()
    assert Seal.objects.filter(subject_kind=joining.SEALED).count() == 1


def test_joinder_page_is_sealed_with_its_own_document():
    agreement = three("majority")
    _organisation, joinder = newcomer(agreement)
    say(joinder)
    say(joinder)

    seal = Seal.objects.get(subject_kind=joining.SEALED, subject_id=joinder.pk)
    sealing.seal(seal.pk)

    seal.refresh_from_db()
    assert seal.state == "sealed"
    assert Message.objects.filter(kind="agreement-copy").exists()


def test_answer_by_link_and_get_changes_nothing(client: Client):
    agreement = three("majority")
    contact = make.person("Yhteys")
    Party.objects.filter(agreement=agreement, position=1).update(contact=contact)
    _organisation, _joinder = newcomer(agreement)
    message = Message.objects.get(kind="agreement-joinder", to=contact.email)
    path = (
        "/agreements/joining/" + message.text.split("/agreements/joining/")[1].split("/")[0] + "/"
    )

    assert client.get(path).status_code == 200
    assert not Voice.objects.exclude(answer="").exists()
    assert client.post(path, {"no": "1", "note": ""}).status_code == 422
    assert client.post(path, {"yes": "1", "note": ""}).status_code == 302

    assert Voice.objects.exclude(answer="").count() == 1
    assert client.get("/agreements/joining/olematon/").status_code == 410


def test_closed_agreement_and_a_party_cannot_be_joined():
    agreement = three("closed")
    organisation = factories.organisation()
    who = make.person("Joku")
    make.mandate(organisation, who, known_to=agreement.institution)
    with pytest.raises(JoiningError, match="doesn't let others join"):
        joining.ask(agreement, organisation, [who], from_on=clock.today(), by=make.SYSTEM)

    Agreement.objects.filter(pk=agreement.pk).update(accession="all")
    party = agreement.parties.get(position=1)
    with pytest.raises(JoiningError, match="is a party already"):
        joining.ask(agreement, party.organisation, [who], from_on=clock.today(), by=make.SYSTEM)
    other = make.person("Oikeudeton")
    with pytest.raises(JoiningError, match="no right to sign"):
        joining.ask(agreement, organisation, [other], from_on=clock.today(), by=make.SYSTEM)
    assert not Joinder.objects.exists()


def test_withdrawing_party_is_bound_to_the_end_of_its_notice():
    agreement = three("all", notice_months=6)
    party = agreement.parties.get(position=2)
    today = clock.today()

    made = withdrawing.withdraw(party, reason="Painopiste muuttuu.", told_on=today, by=make.SYSTEM)

    assert made.last_day == withdrawing.last_day(agreement, today)
    assert str(party.organisation) in names(agreement, made.last_day)
    assert str(party.organisation) not in names(agreement, made.last_day + timedelta(days=1))
    tie = Evidence.objects.filter(a_id=party.organisation_id) | Evidence.objects.filter(
        b_id=party.organisation_id
    )
    assert {one.valid.upper for one in tie} == {made.last_day + timedelta(days=1)}
    with pytest.raises(WithdrawingError, match="notice already"):
        withdrawing.withdraw(
            Party.objects.get(pk=party.pk), reason="x", told_on=today, by=make.SYSTEM
        )


def test_of_two_neither_withdraws():
    agreement = make.in_force()
    with pytest.raises(WithdrawingError, match="only two parties"):
        withdrawing.withdraw(
            agreement.parties.get(position=1), reason="x", told_on=clock.today(), by=make.SYSTEM
        )


def test_last_day_of_a_notice_is_a_day_that_there_is():
    agreement = Agreement(notice_months=6)
    assert withdrawing.last_day(agreement, date(2026, 8, 31)) == date(2027, 2, 28)
    assert withdrawing.last_day(agreement, date(2026, 11, 25)) == date(2027, 5, 25)


def test_evidence_rebuilt_from_nothing_is_the_same():
    agreement = three("majority")
    _organisation, joinder = newcomer(agreement)
    say(joinder)
    say(joinder)
    rebuilders = {evidence.AGREEMENT: evidence.rebuild}
    assert list(writing.differences(rebuilders)) == []

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ties_evidence WHERE source_kind = 'agreement'")
    assert len(list(writing.differences(rebuilders))) == 6
    writing.rebuild(rebuilders)
    assert list(writing.differences(rebuilders)) == []


def test_parties_page_shows_any_day(client: Client):
    agreement = three("majority")
    coordinator = factories.person_with_role(agreement.institution)
    client.force_login(coordinator.user)
    party = agreement.parties.get(position=2)
    path = f"/agreements/{agreement.pk}/parties/"

    now = client.get(path, headers={"accept-language": "en"})
    before = client.get(f"{path}?on=2000-01-01", headers={"accept-language": "en"})

    assert "3 parties are bound" in now.text
    assert str(party.organisation) in now.text
    assert "0 parties are bound" in before.text
    assert client.get(f"{path}?on=hupsu").status_code == 200


def test_outsiders_do_not_know_of_the_agreement(client: Client):
    agreement = three("majority")
    outsider = factories.person_with_role(factories.institution())
    client.force_login(outsider.user)
    for part in ("parties/", "parties/join/", "signing/"):
        assert client.get(f"/agreements/{agreement.pk}/{part}").status_code == 404
