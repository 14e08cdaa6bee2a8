"""Having one's data out, and erased, by the marks on personal fields."""

import pytest
from django.apps import apps
from django.db import models

from solmu.accounts.models import ApiToken, User
from solmu.audit import history
from solmu.lib import personal
from solmu.people import details, links, privacy
from solmu.people.models import Person, SignedLink
from solmu.people.viewer import Viewer

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ADMIN = Viewer.system("test")


@pytest.fixture
def person():
    user = User.objects.create_user("aino@solmu.example", "yhdeksän hyvää")
    with history.acting(ADMIN, "made"):
        made = Person.objects.create(
            given_name="Aino",
            family_name="Ruislaakso",
            email=user.email,
            phone="040 123",
            user=user,
        )
    details.change(made, {"phone": "050 456"}, by=ADMIN)
    ApiToken.objects.create(user=user, name="Ainon taulukko", token_hash="x")
    links.create("sign-in", "user", user.pk, email=user.email)
    return made


def personal_texts() -> str:
    """All that any table says, as one text."""
    said = []
    for model in apps.get_models():
        if not model._meta.managed or model._meta.proxy:
            continue
        for row in model._base_manager.values():
            said.append(str(row))
    return "\n".join(said)


def test_every_text_field_about_a_person_is_marked():
    linked = [
        model
        for model in apps.get_models()
        if model.__module__.startswith("solmu.")
        and not hasattr(model, "pgh_tracked_model")
        and (
            model in (Person, User)
            or getattr(model, "PERSONAL", None) is not None
            or any(
                f.is_relation and f.related_model in (Person, User) and f.name in {"person", "user"}
                for f in model._meta.fields
            )
        )
    ]

    unmarked = {model._meta.label: names for model in linked if (names := personal.unmarked(model))}

    assert unmarked == {}


def test_marks_name_fields_that_exist():
    for model in personal.marked(apps.get_models()):
        for name in (*model.PERSONAL, *getattr(model, "SUBJECT_EMAIL", ())):
            assert isinstance(model._meta.get_field(name), models.Field)


def test_export_has_all_that_is_about_the_person(person):
    out = privacy.export(person)

    records = {record["record"] for record in out["records"]}
    assert records == {
        "accounts.User",
        "accounts.ApiToken",
        "people.Person",
        "people.SignedLink",
    }


def test_export_has_nothing_about_others(person):
    Person.objects.create(given_name="Toinen", email="toinen@solmu.example")

    assert "toinen" not in str(privacy.export(person)).lower()


def test_erasure_leaves_no_trace_in_rows_or_history(person):
    assert "Ruislaakso" in personal_texts()

    privacy.erase(person, by=ADMIN)

    said = personal_texts()
    for word in ("Aino", "Ruislaakso", "040 123", "050 456", "aino@solmu.example"):
        assert word.lower() not in said.lower(), word
    assert Person.objects.filter(pk=person.pk).exists()
    assert not SignedLink.objects.exists()
    assert not User.objects.get().is_active


def test_erasure_leaves_others_as_they_are(person):
    other = Person.objects.create(given_name="Toinen", email="toinen@solmu.example")

    privacy.erase(person, by=ADMIN)

    other.refresh_from_db()
    assert other.given_name == "Toinen"


def test_person_is_erased_by_command_after_a_question(person, capsys, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "no")
    assert privacy.main(["erase", "AINO@solmu.example"]) == 1
    assert Person.objects.get().given_name == "Aino"

    assert privacy.main(["export", "aino@solmu.example"]) == 0
    assert "Ruislaakso" in capsys.readouterr().out
    assert privacy.main(["erase", "aino@solmu.example", "--yes"]) == 0
    assert Person.objects.get().given_name == ""
    assert privacy.main(["export", "aino@solmu.example"]) == 1
