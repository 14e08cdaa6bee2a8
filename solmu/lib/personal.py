"""Marks on personal fields: which fields of a model are personal, and whom a row is about.

A model with personal data says `PERSONAL = {"field": "what it is"}` and names its other text fields
in `IMPERSONAL`. A row is about its `person` or `user`, unless the model says whom by `SUBJECT`
(paths to the person), `SUBJECT_EMAIL` (fields that hold the person's address) or `SUBJECT_TEXT`
(paths to texts in which the address may stand). `MENTIONS` names texts to others from which an
erased person's name is struck out, while the rest stays. `ON_REQUEST` says that an institution has
written it for itself: the person gets it by asking, not from their own page.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models

TEXTUAL = (models.CharField, models.TextField, models.JSONField, ArrayField)


def marked(every: Iterable[type[models.Model]]) -> Iterator[type[models.Model]]:
    """Yield the models that have personal fields."""
    return (model for model in every if getattr(model, "PERSONAL", None))


def subject_paths(model: type[models.Model], to: type[models.Model]) -> tuple[str, ...]:
    """Return the paths from a row to whom it is about, of the given model (person or user)."""
    if model is to:
        return ("pk",)
    said = getattr(model, "SUBJECT", None)
    if said is not None:
        return tuple(path for path in said if _end_of(model, path) is to)
    return tuple(
        field.name
        for field in model._meta.fields  # noqa: SLF001
        if field.name in {"person", "user"} and field.related_model is to
    )


def unmarked(model: type[models.Model]) -> list[str]:
    """Return the text fields that nobody has said to be personal or not."""
    said = {*getattr(model, "PERSONAL", {}), *getattr(model, "IMPERSONAL", ())}
    return [
        field.name
        for field in model._meta.fields  # noqa: SLF001
        if isinstance(field, TEXTUAL) and not field.is_relation and field.name not in said
    ]


def empty_value(field: Any) -> object:
    """Return what an erased field holds."""
    if isinstance(field, ArrayField):
        return []
    if isinstance(field, models.JSONField):
        return field.get_default() if callable(field.default) else None
    return "" if isinstance(field, TEXTUAL) else None


def _end_of(model: Any, path: str) -> type[models.Model]:
    for part in path.split("__"):
        model = model._meta.get_field(part).related_model  # noqa: SLF001
    return cast("type[models.Model]", model)
