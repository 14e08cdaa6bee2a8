"""The institution's own systems: each does what is asked once, whatever they answer in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from solmu.accounts.models import User
from solmu.lib import clock, kept_secrets
from solmu.lib.http import RefusedError
from solmu.notifications.models import Message
from solmu.organisations import company_register
from solmu.organisations.tests import factories as organisations
from solmu.people.models import Person
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.systems import doing, exchanging, forms, register, studenta, working
from solmu.training.systems.models import System, Work
from solmu.training.systems.tests import fakes
from solmu.training.systems.tests.fakes import Outside, google

pytestmark = pytest.mark.django_db

Kind, Action = System.Kind, Work.Action


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def outside(settings: Any, key: rsa.RSAPrivateKey) -> Iterator[Outside]:
    with fakes.connected(settings, key) as one:
        yield one


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.create(
        institution=organisations.institution("Ohjaamo"),
        slug="ohjaus",
        name_fi="Työpaikkaohjaaja",
        languages=["fi"],
    )


@pytest.fixture
def cohort(programme: Programme) -> Cohort:
    today = clock.today()
    return Cohort.objects.create(
        programme=programme,
        starts_on=today + timedelta(days=7),
        access_until=today + timedelta(days=37),
    )


def enrolled(cohort: Cohort, given: str, family: str, **facts: Any) -> Enrolment:
    person = Person.objects.create(
        given_name=given,
        family_name=family,
        email=facts.pop("email", f"{given}.{family}@example.com".lower()),
    )
    return Enrolment.objects.create(
        programme=cohort.programme,
        cohort=cohort,
        person=person,
        state=Enrolment.State.INVITED,
        **facts,
    )


def run(system: System, *, later: bool = False) -> None:
    """Do what waits; `later`: as if the time to wait had passed."""
    if later:
        system.works.update(next_at=clock.real_now())
    working.work(system=system.pk)


def test_accounts_are_made_once_and_named_apart(
    outside: Outside, cohort: Cohort, key: rsa.RSAPrivateKey
) -> None:
    system = google(cohort.programme, key, Kind.ACCOUNTS, domain="opisto.example")
    people = [
        enrolled(cohort, "Jürgen Åke", "Väätäinen", email="a@example.com"),
        enrolled(cohort, "Jurgen", "Vaatainen", email="b@example.com"),
    ]

    working.ask(system, Action.ACCOUNT, enrolments=people)
    run(system)
    system.works.update(state="waiting")  # as after a crash: asked, but not written down
    working.ask(system, Action.ACCOUNT, enrolments=people)
    run(system, later=True)

    assert set(outside.users) == {
        "jurgen.vaatainen@opisto.example",
        "jurgen.vaatainen2@opisto.example",
    }
    made = {work.enrolment_id: work.external_id for work in system.works.all()}
    assert made == {
        people[0].pk: "jurgen.vaatainen@opisto.example",
        people[1].pk: "jurgen.vaatainen2@opisto.example",
    }
    assert {one.state for one in Enrolment.objects.all()} == {"account_ready"}


def test_quota_makes_all_wait_and_nobody_is_skipped(
    outside: Outside, cohort: Cohort, key: rsa.RSAPrivateKey
) -> None:
    system = google(cohort.programme, key, Kind.ACCOUNTS, domain="opisto.example")
    people = [enrolled(cohort, "Osallistuja", f"N{number}") for number in range(4)]
    outside.refuse("/users", 403, fakes.RATE)
    outside.refuse("/users", 429, "slow down", {"Retry-After": "300"})

    working.ask(system, Action.ACCOUNT, enrolments=people)
    run(system)
    asked = sum("/users" in path for _method, path, _body in outside.asked)
    waiting = system.works.filter(next_at__gt=clock.real_now())

    assert asked == 1, "after a refusal for going too fast nothing more is asked"
    assert waiting.count() == 4
    run(system)
    assert sum("/users" in path for _method, path, _body in outside.asked) == 1
    run(system, later=True)
    assert system.works.filter(next_at__gt=clock.real_now() + timedelta(minutes=4)).count() == 4
    run(system, later=True)
    assert len(outside.users) == 4
    assert not system.works.exclude(state="done").exists()


def test_account_that_fails_opens_solmu_instead(
    outside: Outside, cohort: Cohort, key: rsa.RSAPrivateKey
) -> None:
    system = google(cohort.programme, key, Kind.ACCOUNTS, domain="opisto.example")
    person = enrolled(cohort, "Aino", "Kuusi", email="aino@example.com")
    outside.refuse("/users", 403, fakes.FORBIDDEN)

    working.ask(system, Action.ACCOUNT, enrolments=[person])
    run(system)

    work = system.works.get()
    person.refresh_from_db()
    assert (work.state, "Not Authorized" in work.problem) == ("failed", True)
    assert person.state == "account_ready"
    assert person.person.user is not None
    message = Message.objects.get(to="aino@example.com")
    assert f"/learn/{person.uuid}/" in message.text

    working.ask_again(work, by=None)  # type: ignore[arg-type]
    run(system)
    assert system.works.get().state == "done"
    assert Message.objects.filter(to="aino@example.com").count() == 1


def test_server_errors_are_tried_again_then_shown(
    outside: Outside, cohort: Cohort, key: rsa.RSAPrivateKey
) -> None:
    system = google(cohort.programme, key, Kind.ACCOUNTS, domain="opisto.example")
    working.ask(system, Action.ACCOUNT, enrolments=[enrolled(cohort, "Aino", "Kuusi")])
    outside.refuse("/users", 500, times=working.TRIES)

    for _number in range(working.TRIES - 1):
        run(system, later=True)
        assert system.works.get().state == "waiting"
    run(system, later=True)

    assert system.works.get().state == "failed"


def test_unfinished_account_holds_up_nobody_else(
    outside: Outside, cohort: Cohort, key: rsa.RSAPrivateKey
) -> None:
    system = google(cohort.programme, key, Kind.ACCOUNTS, domain="opisto.example")
    people = [enrolled(cohort, "Aino", "Kuusi"), enrolled(cohort, "Eero", "Mänty")]
    outside.refuse("/users", 412, fakes.UNFINISHED)

    working.ask(system, Action.ACCOUNT, enrolments=people)
    run(system)

    assert [work.state for work in system.works.order_by("pk")] == ["waiting", "done"]


def test_invitation_follows_the_account_and_its_acceptance_checks_it(
    outside: Outside, cohort: Cohort, key: rsa.RSAPrivateKey
) -> None:
    accounts = google(cohort.programme, key, Kind.ACCOUNTS, domain="opisto.example")
    classroom = google(cohort.programme, key, Kind.CLASSROOM, course="d:ohjaajat")
    person = enrolled(cohort, "Aino", "Kuusi")

    working.ask(accounts, Action.ACCOUNT, enrolments=[person])
    run(accounts)
    run(classroom)
    assert outside.invited == {("d:ohjaajat", "aino.kuusi@opisto.example")}
    check = classroom.works.get(action=Action.CHECK)
    assert check.state == "waiting"

    outside.accepted.add(("d%3Aohjaajat", "aino.kuusi@opisto.example"))
    run(classroom, later=True)
    person.refresh_from_db()
    assert person.state == "account_checked"


def test_form_results_are_written_down_once(
    outside: Outside, cohort: Cohort, key: rsa.RSAPrivateKey
) -> None:
    system = google(cohort.programme, key, Kind.FORMS, form="f1")
    right, wrong = enrolled(cohort, "Aino", "Kuusi"), enrolled(cohort, "Eero", "Mänty")
    Enrolment.objects.update(state="studying")
    outside.responses = [
        {"responseId": f"r{number}", "lastSubmittedTime": "2026-11-20T10:00:00.5Z", **more}
        for number, more in enumerate(
            [
                {"respondentEmail": right.person.email.upper(), "totalScore": 28},
                {"respondentEmail": wrong.person.email, "totalScore": 27},
                {"respondentEmail": "stranger@example.com", "totalScore": 40},
                {"respondentEmail": right.person.email},
            ]
        )
    ]

    working.ask(system, Action.RESULTS, cohort=cohort)
    run(system)
    run(system, later=True)

    right.refresh_from_db()
    wrong.refresh_from_db()
    assert (right.state, right.score) == ("passed", 70)
    assert (wrong.state, str(wrong.score)) == ("tested", "67.50")
    assert [one.attempts.count() for one in (right, wrong)] == [1, 1]
    assert system.works.get().state == "waiting", "it is looked at until the access ends"


def teams(programme: Programme, secret: str = "right") -> System:
    return System.objects.create(
        programme=programme,
        kind=Kind.TEAMS,
        on=True,
        secret=kept_secrets.keep(secret),
        settings={"tenant": "t", "client": "c", "organiser": "o-1", "at": "9:30"},
    )


def test_meeting_is_made_once_at_the_hour_in_helsinki(outside: Outside, cohort: Cohort) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(
        starts_on=datetime(2027, 7, 6).date(), access_until=datetime(2027, 8, 5).date()
    )
    system = teams(cohort.programme)

    working.ask(system, Action.MEETING, cohort=cohort)
    run(system)
    system.works.update(state="waiting")
    run(system, later=True)

    assert list(outside.meetings) == [str(cohort.uuid)]
    begun = datetime.fromisoformat(outside.meetings[str(cohort.uuid)]["startDateTime"])
    assert begun.astimezone(UTC).hour == 6
    cohort.refresh_from_db()
    assert cohort.meeting_url.startswith("https://teams.example.com/")


def test_missing_policy_is_told_and_not_tried_again(outside: Outside, cohort: Cohort) -> None:
    system = teams(cohort.programme)
    outside.refuse("/onlineMeetings", 403, fakes.NO_POLICY)

    working.ask(system, Action.MEETING, cohort=cohort)
    run(system)

    work = system.works.get()
    assert work.state == "failed"
    assert "Unauthorized" not in work.problem, "said in words, with what to do"
    assert len(work.problem) > 80


@pytest.mark.parametrize(("kind", "word"), [("teams", "AADSTS7000215"), ("accounts", "scope")])
def test_health_check_tells_what_is_wrong(
    outside: Outside, cohort: Cohort, key: rsa.RSAPrivateKey, kind: str, word: str
) -> None:
    if kind == "teams":
        system = teams(cohort.programme, "wrong")
    else:
        system = google(cohort.programme, key, Kind.ACCOUNTS, domain="d.example")
        system.settings["admin"] = "somebody@ohjaamo.example"

    with pytest.raises(RefusedError):
        doing.check(system)


def test_applications_come_page_by_page_and_stay_on_their_address(
    outside: Outside, settings: Any
) -> None:
    system = studenta.Interface(
        f"{outside.address}/studenta", f"{outside.address}/token", "c", "right"
    )
    outside.applications = [[{"hakemus_id": "1"}], [{"hakemus_id": "2"}]]

    assert [row["hakemus_id"] for row in studenta.applications(system, "")] == ["1", "2"]
    outside.refuse("/applications", 200, {"items": [], "next": "http://169.254.169.254/"})
    with pytest.raises(RefusedError):
        list(studenta.applications(system, ""))


@pytest.mark.parametrize("inner", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"])
def test_interface_does_not_lead_into_the_own_network(
    outside: Outside, settings: Any, inner: str
) -> None:
    settings.SOLMU_INNER_HOSTS = set()
    port = outside.address.rpartition(":")[2]
    at = f"http://{inner}:{port}"

    with pytest.raises(RefusedError, match="inner network"):
        studenta.check(studenta.Interface(f"{at}/studenta", f"{at}/token", "c", "right"))

    assert not outside.asked
    form = forms.StudentaInterfaceForm({"address": at, "token_address": at}, System())
    assert {"address", "token_address"} <= set(form.errors)


def test_results_go_into_the_exchange_folder(cohort: Cohort, settings: Any, tmp_path: Path) -> None:
    settings.SOLMU_EXCHANGE = str(tmp_path)
    system = System.objects.create(
        programme=cohort.programme, kind=Kind.STUDENTA_FILES, on=True, settings={"folder": "tp"}
    )
    enrolled(cohort, "Aino", "Kuusi", source_key="H-7", score="92.5")

    working.ask(system, Action.SEND, cohort=cohort)
    run(system)

    (file,) = (tmp_path / "tp" / studenta.OUT).iterdir()
    text = file.read_text("utf-8-sig")
    assert text.splitlines()[1] == "H-7;Kuusi;Aino;aino.kuusi@example.com;invited;92,50;;"


def test_results_that_change_later_are_sent_once_more(outside: Outside, cohort: Cohort) -> None:
    system = interface(cohort.programme, outside)
    row = enrolled(cohort, "Aino", "Kuusi", source_key="H-7")
    Enrolment.objects.update(state="lapsed")
    working.ask(system, Action.SEND, cohort=cohort)
    run(system)
    same = exchanging.send_changes(system)

    Enrolment.objects.filter(pk=row.pk).update(state="passed", score="92.5")
    changed = exchanging.send_changes(system)
    run(system)
    again = exchanging.send_changes(system)

    assert (same, changed, again) == (0, 1, 0)
    assert [rows[0]["tila"] for rows in outside.results.values()] == ["lapsed", "passed"]


def test_file_brought_by_hand_is_shown_before_it_is_written(cohort: Cohort, client: Any) -> None:
    client.force_login(User.objects.create_user("yllapito@solmu.example", is_admin=True))
    url = reverse("systems:by-hand", args=[cohort.programme.slug])
    file = SimpleUploadedFile("hakemukset.csv", APPLICATIONS.encode())

    shown = client.post(url, {"file": file})
    before = cohort.programme.enrolments.count()
    client.post(url, {"seal": shown.context["seal"]})
    results = client.get(reverse("systems:results", args=[cohort.pk]), {"format": "csv"})

    assert (shown.context["outcome"].counts["created"], before) == (1, 0)
    assert len(shown.context["rejected"]) == 1
    assert [one.source_key for one in cohort.programme.enrolments.all()] == ["H-1"]
    assert results.getvalue().decode("utf-8-sig").startswith("hakemus_id")


def test_exchange_folder_can_not_be_left(cohort: Cohort, settings: Any, tmp_path: Path) -> None:
    settings.SOLMU_EXCHANGE = str(tmp_path / "in")
    system = System(
        programme=cohort.programme, kind=Kind.STUDENTA_FILES, settings={"folder": "../out"}
    )

    with pytest.raises(RefusedError):
        doing.folder_of(system)


def company(number: str, **more: Any) -> dict[str, Any]:
    return {
        "businessId": {"value": number},
        "names": [
            {"name": "Vanha nimi Oy", "type": "1", "endDate": "2020-01-01"},
            {"name": "Aputoiminimi", "type": "3"},
            {"name": "Metalli Oy", "type": "1"},
        ],
        "addresses": [{"type": 1, "postOffices": [{"municipalityCode": "999"}]}],
        "mainBusinessLine": {"descriptions": [{"languageCode": "1", "description": "Metalli"}]},
        **more,
    }


def test_register_gives_the_name_in_use(outside: Outside, settings: Any) -> None:
    settings.SOLMU_COMPANY_REGISTER = True
    outside.companies = [company("9300037-5"), company("0201256-6", endDate="2024-01-01")]

    found = register.look_up("9300037-5")

    assert found is not None
    assert (found.name, found.municipality) == ("Metalli Oy", "")
    assert register.look_up("0201256-6") is None
    assert company_register.find("0112038-9") is None
    asked = len(outside.asked)
    company_register.find("9300037-5")
    assert len(outside.asked) == asked, "answers are kept for a day"


def test_silent_register_stops_nobody(outside: Outside, settings: Any) -> None:
    settings.SOLMU_COMPANY_REGISTER = True
    outside.refuse("/companies", 429, "Too many requests")

    assert register.look_up("2250205-2") is None


def test_register_is_asked_only_when_the_installation_says_so(outside: Outside) -> None:
    assert register.look_up("9300037-5") is None
    assert outside.asked == []


def test_secret_kept_under_another_key_has_to_be_given_again(settings: Any) -> None:
    kept = kept_secrets.keep("salaisuus")

    assert "salaisuus" not in kept
    assert kept_secrets.read(kept) == "salaisuus"
    settings.SECRET_KEY = "another"
    with pytest.raises(kept_secrets.LostSecretError):
        kept_secrets.read(kept)


APPLICATIONS = (
    "hakemus_id;sukunimi;etunimi;sahkoposti;tyonantaja\n"
    "H-1;Kuusi;Aino;aino@example.com;Metalli Oy\n"
    "H-2;Mänty;Eero;ei-osoite;Metalli Oy\n"
)


def waiting_file(folder: Path, name: str, text: str) -> Path:
    """A file that was written a while ago."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    before = (clock.real_now() - timedelta(minutes=5)).timestamp()
    os.utime(file, (before, before))
    return file


def test_files_are_read_once_and_rejected_rows_come_back(
    cohort: Cohort, settings: Any, tmp_path: Path
) -> None:
    settings.SOLMU_EXCHANGE = str(tmp_path)
    system = System.objects.create(programme=cohort.programme, kind=Kind.STUDENTA_FILES, on=True)
    waiting_file(tmp_path, "hakemukset.csv", APPLICATIONS)
    waiting_file(tmp_path, "kuva.xlsx", "\x89PNG\r\n\x1a\n\0\0\0")
    waiting_file(tmp_path, "tyhja.csv", "hakemus_id;sahkoposti\n")

    exchanging.exchange()
    exchanging.exchange()

    assert [one.source_key for one in cohort.programme.enrolments.all()] == ["H-1"]
    names = {one.name for one in (tmp_path / studenta.REJECTED).iterdir()}
    assert "hakemukset.csv.rejected.xlsx" in names
    assert {"kuva.xlsx", "kuva.xlsx.txt", "tyhja.csv", "tyhja.csv.txt"} <= names
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == []
    system.refresh_from_db()
    assert (system.problem, system.counts["created"], system.counts["rejected"]) == ("", 1, 3)


def interface(programme: Programme, outside: Outside) -> System:
    """The student management system's interface in use."""
    return System.objects.create(
        programme=programme,
        kind=Kind.STUDENTA_API,
        on=True,
        secret=kept_secrets.keep("right"),
        settings={
            "address": f"{outside.address}/studenta",
            "token_address": f"{outside.address}/token",
            "client": "c",
        },
    )


def test_interface_is_read_again_without_enrolling_twice(outside: Outside, cohort: Cohort) -> None:
    system = interface(cohort.programme, outside)
    outside.applications = [
        [{"hakemus_id": "H-1", "etunimi": "Aino", "sukunimi": "Kuusi", "sahkoposti": "a@b.example"}]
    ]

    exchanging.read(system)
    exchanging.read(system)
    assert cohort.programme.enrolments.count() == 1

    outside.refuse("/applications", 503, headers={"Retry-After": "10"})
    exchanging.read(system)
    system.refresh_from_db()
    assert "503" in system.problem
