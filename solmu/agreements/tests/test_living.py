"""An agreement in force: duties ticked, notice, renewal, the review and what follows from it."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from django.test import Client

from solmu.agreements.drafting import promising
from solmu.agreements.living import (
    ahead,
    archiving,
    days,
    duties,
    following,
    lights,
    mails,
    reviewing,
    running,
)
from solmu.agreements.living.duties import LifeError
from solmu.agreements.models import Agreement, Duty, LevelProposal, Notice, Party, RelatedAgreement
from solmu.agreements.signing import integrity
from solmu.agreements.tests import signing_factories as make
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.months import months_later
from solmu.lib.periods import last_day, period
from solmu.notifications.models import Message
from solmu.organisations.tests import factories
from solmu.partnerships.models import Level, Stakeholder, Standing
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 10)


def in_force(**facts: object) -> Agreement:
    """An agreement in force of an institution and a company, each with a contact person."""
    draft = make.agreement(**facts)
    draft.owner = make.person("Omistaja")
    draft.save()
    partner = draft.parties.get(position=1)
    partner.contact = make.person("Kumppani")
    partner.save()
    return make.in_force(draft)


def term(agreement: Agreement, first: date, last: date | None) -> Agreement:
    """The agreement with another term."""
    agreement.valid = period(first, last)
    agreement.save()
    agreement.parties.update(bound=agreement.valid)
    return agreement


def duty(agreement: Agreement, **facts: object) -> Duty:
    partner = agreement.parties.get(position=1)
    return Duty.objects.create(
        agreement=agreement, **{"organisation": partner.organisation, "text": "Ohjaaja", **facts}
    )


def at(day: date) -> object:
    return clock.shifted(timedelta(days=(day - clock.today()).days))


def test_month_later_keeps_to_the_end_of_a_short_month():
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2026, 3, 31), -13) == date(2025, 2, 28)


def test_repeating_duty_is_due_again_and_a_second_press_does_nothing():
    agreement, today = in_force(), clock.today()
    row = duty(agreement, due_on=today - timedelta(days=3), every_months=6)
    assert lights.of_duty(row, today).word == lights._("late")
    seen = row.due_on.isoformat()
    for _press in range(2):
        duties.tick(row, by=make.SYSTEM, organisation=row.organisation, seen_due=seen)
    row.refresh_from_db()
    assert row.due_on == months_later(today - timedelta(days=3), 6)
    assert row.fulfilments.count() == 1
    duties.untick(row, by=make.SYSTEM)
    row.refresh_from_db()
    assert (row.due_on.isoformat(), row.done_on) == (seen, None)


def test_duty_is_not_ticked_for_a_day_to_come():
    row = duty(in_force())
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(LifeError):
        duties.tick(row, by=make.SYSTEM, organisation=row.organisation, done_on=tomorrow)


def test_other_party_ticks_its_own_duty_through_the_link():
    agreement = in_force()
    own, theirs = duty(agreement, organisation=agreement.institution.organisation), duty(agreement)
    party = agreement.parties.get(position=1)
    assert mails.promises(party, sender="Testi")
    path = (
        "/agreements/promises/"
        + Message.objects.get(kind="agreement-promises")
        .text.split("/agreements/promises/")[1]
        .split()[0]
    )
    client = Client()
    assert client.get(path).status_code == 200
    assert not theirs.fulfilments.exists()
    client.post(path, {"duty": own.pk, "due": ""})
    client.post(path, {"duty": theirs.pk, "due": "", "note": "Tehty."})
    assert not own.fulfilments.exists()
    assert theirs.fulfilments.get().note == "Tehty."
    Agreement.objects.filter(pk=agreement.pk).update(state="ended")
    assert client.get(path).status_code == 410


def test_notice_counts_the_last_day_and_tells_both_sides():
    agreement = term(in_force(notice_months=6), date(2024, 1, 1), None)
    institution = agreement.institution.organisation
    with at(TODAY):
        notice = running.give_notice(
            agreement, institution, told_on=TODAY, reason="Ala loppuu.", by=make.SYSTEM
        )
        assert notice.last_day == date(2026, 9, 10)
        agreement.refresh_from_db()
        assert last_day(agreement.valid) == date(2026, 9, 10)
        assert {last_day(one.bound) for one in agreement.parties.all()} == {date(2026, 9, 10)}
        assert Message.objects.filter(kind="agreement-notice").count() == 2
        with pytest.raises(LifeError):
            running.give_notice(
                agreement, institution, told_on=TODAY, reason="Uudestaan", by=make.SYSTEM
            )
    with at(date(2026, 9, 10)):
        running.sweep()
        agreement.refresh_from_db()
        assert agreement.state == "active"
    with at(date(2026, 9, 11)):
        running.sweep()
        running.sweep()
    agreement.refresh_from_db()
    assert (agreement.state, agreement.end_reason) == ("ended", "Ala loppuu.")
    assert integrity.broken(agreement) == ""
    assert last_day(Evidence.objects.get(source_kind="agreement").valid) == date(2026, 9, 10)


def test_notice_of_one_that_renews_itself_ends_with_its_term():
    agreement = term(
        in_force(notice_months=3, renews_months=12), date(2025, 5, 1), date(2026, 4, 30)
    )
    assert running.end_by_notice(agreement, date(2026, 1, 31)) == date(2026, 4, 30)
    assert running.end_by_notice(agreement, date(2026, 2, 10)) == date(2027, 4, 30)


def test_renewal_is_told_ahead_and_comes_once_a_term():
    agreement = term(
        in_force(notice_months=3, renews_months=12), date(2025, 5, 1), date(2026, 4, 30)
    )
    for day in (date(2025, 11, 15), date(2025, 11, 16), date(2026, 1, 5)):
        with at(day):
            ahead.sweep()
    assert Message.objects.filter(kind="agreement-ahead").count() == 4  # 90 and 30 days, two people
    for _run in range(2):
        with at(date(2026, 4, 30)):
            running.sweep()
    agreement.refresh_from_db()
    assert agreement.state == "active"
    assert last_day(agreement.valid) == date(2027, 4, 30)
    assert {last_day(one.bound) for one in agreement.parties.all()} == {date(2027, 4, 30)}
    assert Message.objects.filter(kind="agreement-renewed").count() == 2


def test_end_of_term_is_told_at_90_and_30_days_and_ends():
    agreement = term(in_force(), date(2025, 1, 1), date(2026, 5, 31))
    for day in (date(2026, 3, 1), date(2026, 3, 3), date(2026, 3, 20), date(2026, 5, 2)):
        with at(day):
            ahead.sweep()
    assert Message.objects.filter(kind="agreement-ahead").count() == 4
    with at(date(2026, 6, 1)):
        running.sweep()
    agreement.refresh_from_db()
    assert agreement.state == "ended"


def test_review_keeps_what_was_shown_and_change_makes_a_new_draft():
    agreement = term(in_force(), clock.today() - timedelta(days=300), None)
    row = duty(agreement, due_on=clock.today() + timedelta(days=200), every_months=12)
    duties.tick(row, by=make.SYSTEM, organisation=row.organisation)
    review, draft = reviewing.decide(
        agreement, decision="change", reason="Uusi ala.", next_on=None, by=make.SYSTEM
    )
    assert draft is not None
    assert (draft.state, draft.amends_id) == ("draft", agreement.pk)
    assert draft.clauses.count() == agreement.clauses.count()
    assert [one.organisation_id for one in draft.parties.all()] == [
        one.organisation_id for one in agreement.parties.all()
    ]
    duties.untick(row, by=make.SYSTEM)
    review.refresh_from_db()
    assert review.summary["duties"][0]["times"] == 1
    agreement.refresh_from_db()
    assert (agreement.state, agreement.next_review_on) == (
        "active", months_later(clock.today(), 12),
    )  # fmt: skip
    with pytest.raises(LifeError):
        following.amendment(agreement, by=make.SYSTEM)


def test_changed_agreement_takes_the_place_of_the_old_one():
    agreement = in_force()
    draft = following.amendment(agreement, by=make.SYSTEM)
    make.in_force(draft)
    running.sweep()
    agreement.refresh_from_db()
    assert agreement.state == "ended"


def test_renewal_begins_where_the_old_one_ends_with_its_goals():
    agreement = make.agreement()
    goal = promising.set_goal(
        agreement, None, title="Ohjaajia", indicator="Ohjaajia", target=6, by=make.SYSTEM
    )
    agreement = term(make.in_force(agreement), date(2026, 1, 1), date(2026, 12, 31))
    made = following.renewal(agreement, by=make.SYSTEM)
    assert made.valid.lower == date(2027, 1, 1)
    assert last_day(made.valid) == date(2027, 12, 31)
    copied = promising.drafting.goals_of(made)
    assert [(one.title, one.pk != goal.pk) for one in copied] == [("Ohjaajia", True)]


def test_level_moves_only_after_a_leaders_yes():
    agreement = in_force()
    institution = agreement.institution
    low, high = [
        Level.objects.create(
            institution=institution, rank=rank, name_fi=f"Taso {rank}", decided_by="leader"
        )
        for rank in (1, 2)
    ]
    partner = agreement.parties.get(position=1).organisation
    agreement.stakeholder = Stakeholder.objects.create(
        institution=institution, organisation=partner
    )
    agreement.save()
    Standing.objects.create(
        stakeholder=agreement.stakeholder, valid=period(date(2020, 1, 1)), state="active",
        level=low,
    )  # fmt: skip
    leader = factories.person_with_role(institution, "leader")
    coordinator = factories.person_with_role(institution, "coordinator")
    client = Client()
    client.force_login(coordinator.user)
    path = f"/agreements/{agreement.pk}/life/review/"
    answer = client.post(path, {"decision": "raise", "reason": "Yhteistyö on syventynyt."})
    proposal = LevelProposal.objects.get()
    assert answer.url == f"{path}{proposal.review_id}/"

    def level() -> Level | None:
        today = Standing.objects.filter(valid__contains=clock.today())
        return today.get(stakeholder=agreement.stakeholder).level

    assert level() == low
    assert Message.objects.filter(kind="agreement-level", person=leader).exists()
    assert client.post(f"{answer.url}level/", {"yes": "1"}).status_code == 403
    client.force_login(leader.user)
    client.post(f"{answer.url}level/", {"yes": "1"})
    assert level() == high
    proposal.refresh_from_db()
    assert proposal.state == "accepted"


def test_coordinator_does_not_end_an_agreement_and_leader_does():
    agreement = in_force()
    client = Client()
    path = f"/agreements/{agreement.pk}/life/notice/"
    sent = {
        "organisation": agreement.institution_id,
        "told_on": clock.today().isoformat(),
        "reason": "Loppuu.",
    }
    client.force_login(factories.person_with_role(agreement.institution, "coordinator").user)
    assert client.post(path, sent).status_code == 403
    client.force_login(factories.person_with_role(agreement.institution, "leader").user)
    assert client.post(path, {**sent, "reason": ""}).status_code == 422
    assert client.post(path, sent).status_code == 302
    assert Notice.objects.get().agreement == agreement


def test_calendar_and_its_feed_tell_what_the_owner_sees():
    agreement = term(in_force(), date(2025, 1, 1), clock.today() + timedelta(days=40))
    who = factories.person_with_role(agreement.institution, "coordinator")
    client = Client()
    client.force_login(who.user)
    assert agreement.title in client.get("/agreements/calendar/").content.decode()
    page = client.post("/agreements/calendar/feed/", follow=True).content.decode()
    address = page.split('readonly value="')[1].split('"')[0]
    path = "/agreements/" + address.split("/agreements/")[1]
    feed = Client().get(path)
    assert feed["Content-Type"].startswith("text/calendar")
    assert agreement.title in feed.content.decode()
    client.post("/agreements/calendar/feed/", {"end": "1"})
    assert Client().get(path).status_code == 404
    outsider = factories.person_with_role(factories.institution("Muu"), "leader")
    token = days.new_feed(outsider, by=make.SYSTEM)
    assert agreement.title not in Client().get(f"/agreements/calendar/{token}.ics").content.decode()


def test_archive_holds_the_whole_and_can_leave_out_what_is_confidential():
    draft = make.agreement()
    draft.clauses.create(
        key="hinta", position=2, title_fi="Hinta", text_fi="Salainen hinta.", confidential=True
    )
    agreement = make.in_force(draft)
    for hide in (False, True):
        with zipfile.ZipFile(archiving.pack([agreement], hide_confidential=hide)) as package:
            names = package.namelist()
            text = next(package.read(one).decode() for one in names if "version-1.json" in one)
            assert ("Salainen hinta." in text) is not hide
            told = json.loads(package.read("index.json"))
            assert told["agreements"][0]["title"] == agreement.title
            assert any(one.endswith("comments.xlsx") for one in names)
            assert any(one.endswith(".pdf") for one in names)


def test_others_do_not_open_the_life_nor_tick_for_others():
    agreement = in_force()
    row = duty(agreement, organisation=agreement.institution.organisation)
    outsider = factories.person_with_role(factories.institution("Muu"), "leader")
    client = Client()
    client.force_login(outsider.user)
    base = f"/agreements/{agreement.pk}/"
    for path in ("life/", "life/review/", "life/archive.zip", "life/notice/"):
        assert client.get(base + path).status_code == 404
    assert client.post(f"{base}duties/{row.pk}/tick/").status_code == 404
    reader = factories.person_with_role(agreement.institution, "reader")
    client.force_login(reader.user)
    assert client.get(base + "life/").status_code == 200
    assert client.get(base + "life/archive.zip").status_code == 403
    assert client.post(f"{base}duties/{row.pk}/tick/").status_code == 403
    assert client.post(f"{base}life/review/", {"decision": "go_on"}).status_code == 403
    assert Party.objects.filter(agreement=agreement).count() == 2


def test_list_goes_on_to_the_next_page_in_the_order_of_first_days():
    institution = factories.institution()
    client = Client()
    client.force_login(factories.person_with_role(institution, "coordinator").user)
    for number in range(60):
        made = make.agreement(institution, [factories.organisation()], title=f"Sopimus {number}")
        if number % 3:
            made.valid = period(date(2020, 1, 1) + timedelta(days=number))
            made.save(update_fields=["valid"])
    seen: list[str] = []
    address = "/agreements/?sort=valid_from"
    while address:
        table = client.get(address).context["listing"].table
        seen += [row.title for row in table.rows]
        address = table.more_url and f"/agreements/{table.more_url.removeprefix('/agreements/')}"
    assert len(set(seen)) == len(seen) == 60
    assert seen[0] == "Sopimus 1"


def test_history_keeps_which_agreements_belong_together():
    one, other = in_force(), in_force()
    following.relate(one, other, by=make.SYSTEM)
    following.unrelate(one, other, by=make.SYSTEM)
    kept = RelatedAgreement.pgh_event_models["insert"].objects.filter(from_agreement=one)
    told = kept.order_by("pgh_id").values_list("pgh_label", "pgh_context__metadata__reason")
    assert list(told) == [
        ("insert", "agreements put together"), ("delete", "agreements taken apart"),
    ]  # fmt: skip


def goal_of(agreement: Agreement, **facts: object) -> Goal:
    """A goal with one indicator, looked after by the owner and the partner's contact."""
    contact = agreement.parties.get(position=1).contact
    goal = Goal.objects.create(
        holder_kind="agreement", holder_id=agreement.pk, title="Ohjaajia",
        valid=period(date(2020, 1, 1)), **facts,
    )  # fmt: skip
    goal.indicators.create(name="Ohjaajia", baseline=2, target=6)
    agreement.goal_owners.create(
        goal=goal, organisation=agreement.parties.get(position=1).organisation, person=contact
    )
    return goal


def test_goal_is_checked_by_either_side_and_looked_at_again():
    agreement, today = in_force(), clock.today()
    goal = goal_of(agreement, next_check_on=today - timedelta(days=2))
    indicator = goal.indicators.get()
    assert lights.of_goal(goal, [], today).calls
    for _run in range(2):
        ahead.sweep()
    told = Message.objects.filter(kind="agreement-goals")
    partner = agreement.parties.get(position=1)
    assert told.get(person=partner.contact)
    path = "/agreements/promises/" + told.get().text.split("/agreements/promises/")[1].split()[0]
    client = Client()
    assert client.get(path).status_code == 200
    client.post(path, {"goal": goal.pk, f"value-{indicator.pk}": "3", "note": "Luettelo"})
    goal.refresh_from_db()
    value = indicator.values.get()
    assert (value.value, value.note, value.by) == (3, "Luettelo", partner.contact)
    assert goal.next_check_on == months_later(today, 6)
    client.force_login(factories.person_with_role(agreement.institution, "coordinator").user)
    page = f"/agreements/{agreement.pk}/goals/{goal.pk}/check/"
    assert "Luettelo" in client.get(page).content.decode()
    sent = {f"value-{indicator.pk}": "6", "on": today.isoformat(), "state": "reached"}
    assert client.post(page, {**sent, "on": "2999-01-01"}).status_code == 422
    client.post(page, sent)
    goal.refresh_from_db()
    assert (goal.state, goal.next_check_on) == ("reached", None)
    client.force_login(factories.person_with_role(agreement.institution, "reader").user)
    assert client.get(page).status_code == 200
    assert client.post(page, sent).status_code == 403


def test_goal_without_its_owner_is_not_opened_by_the_old_link():
    agreement = in_force()
    goal_of(agreement, next_check_on=clock.today())
    ahead.sweep()
    text = Message.objects.get(kind="agreement-goals").text
    path = "/agreements/promises/" + text.split("/agreements/promises/")[1].split()[0]
    agreement.parties.filter(position=1).update(contact=make.person("Uusi"))
    assert Client().get(path).status_code == 200
    agreement.goal_owners.all().delete()
    assert Client().get(path).status_code == 410


@pytest.mark.parametrize("last", [None, date(2027, 12, 31)])
def test_notice_is_taken_back_and_may_be_given_again(last: date | None):
    agreement = term(in_force(notice_months=6), date(2024, 1, 1), last)
    institution = agreement.institution.organisation
    with at(TODAY):
        for number in (1, 2):
            running.give_notice(
                agreement, institution, told_on=TODAY, reason="Ala loppuu.", by=make.SYSTEM
            )
            agreement.refresh_from_db()
            assert last_day(agreement.valid) == date(2026, 9, 10)
            running.take_back_notice(agreement, reason="Ala jatkuu.", by=make.SYSTEM)
            assert Message.objects.filter(kind="agreement-goes_on").count() == 2 * number
    agreement.refresh_from_db()
    assert last_day(agreement.valid) == last
    assert {last_day(one.bound) for one in agreement.parties.all()} == {last}
    assert last_day(Evidence.objects.get(source_kind="agreement").valid) == last
    assert integrity.broken(agreement) == ""
    with pytest.raises(LifeError):
        running.take_back_notice(agreement, reason="Taas.", by=make.SYSTEM)


def test_notice_of_one_that_has_ended_is_not_taken_back():
    agreement = term(in_force(notice_months=1), date(2024, 1, 1), None)
    institution = agreement.institution.organisation
    with at(TODAY):
        running.give_notice(
            agreement, institution, told_on=TODAY, reason="Ala loppuu.", by=make.SYSTEM
        )
    with at(TODAY + timedelta(days=60)):
        running.sweep()
        with pytest.raises(LifeError):
            running.take_back_notice(agreement, reason="Ala jatkuu.", by=make.SYSTEM)


def test_keeper_is_told_once_when_the_years_of_keeping_are_over():
    agreement = term(in_force(keep_years=10), date(2014, 1, 1), date(2015, 12, 31))
    Agreement.objects.filter(pk=agreement.pk).update(state="ended")
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2)):
        with at(day):
            ahead.sweep()
            told = Message.objects.filter(kind="agreement-kept").count()
            assert told == (day > date(2025, 12, 31))


def test_archive_of_many_holds_those_that_the_filters_leave():
    agreement = in_force(title="Leipomon sopimus")
    other = make.agreement(agreement.institution, [factories.organisation()], title="Muu")
    client = Client()
    client.force_login(factories.person_with_role(agreement.institution, "coordinator").user)
    assert client.get("/agreements/archive/").context["count"] == 2
    answer = client.get("/agreements/archive/", {"q": "Leipomon", "confidential": "hide"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as package:
        told = json.loads(package.read("index.json"))["agreements"]
    assert [one["title"] for one in told] == ["Leipomon sopimus"]
    assert other.title not in str(told)
