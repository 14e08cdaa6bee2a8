"""What holds over all rooms: foreign keys point down, personal fields are marked, names resolve."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from solmu import composition
from solmu.people.models import Person

ROOT = Path(__file__).resolve().parent.parent
TEXTS = (models.CharField, models.TextField, models.EmailField, models.URLField)


def _lines() -> dict[str, int]:
    """Each room's line, 0 at the bottom, from the import contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(c for c in contracts if c["containers"] == ["solmu"])["layers"]
    return {
        room.strip(): number
        for number, line in enumerate(reversed(layers))
        for room in line.replace(":", "|").split("|")
    }


def _models() -> list[type[models.Model]]:
    # Event tables of the history mirror their models and are checked with them.
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("solmu.") and not hasattr(model, "pgh_tracked_model")
    ]


def _room(model: type[models.Model]) -> str:
    """A model's room; smaller rooms inside it count as it."""
    return model.__module__.split(".")[1]


def test_foreign_keys_point_down() -> None:
    lines = _lines()

    wrong = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in _models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model.__module__.startswith("solmu.")
        and _room(model) != _room(field.related_model)
        and lines[_room(model)] <= lines[_room(field.related_model)]
    ]

    assert wrong == []


def test_text_fields_of_people_are_marked() -> None:
    unmarked = []
    for model in _models():
        about_people = model is Person or any(
            field.is_relation and not field.auto_created and field.related_model is Person
            for field in model._meta.get_fields()
        )
        marks = set(getattr(model, "PERSONAL", {})) | set(getattr(model, "IMPERSONAL", ()))
        if not (about_people or marks):
            continue
        unmarked += [
            f"{model._meta.label}.{field.name}"
            for field in model._meta.fields
            if isinstance(field, TEXTS) and field.name not in marks
        ]

    assert unmarked == []


@pytest.mark.parametrize(
    "item", [*composition.MENU, *composition.ACTIONS], ids=lambda i: i.url_name
)
def test_addresses_named_by_the_composition_exist(item: composition.MenuItem) -> None:
    assert reverse(item.url_name)
