"""The history of records: every change, by whom and why, kept by database triggers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import pghistory
import pgtrigger
from django.db import models


class Actor(Protocol):
    """Who acts: people.viewer.Viewer, seen from below."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def institution_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def system_reason(self) -> str: ...


def tracked[M: type[models.Model]](model: M) -> M:
    """Class decorator: keep every insert, update and delete of the model, also bulk ones."""
    return _track(model)


def tracked_lean[M: type[models.Model]](*read_by: str) -> Callable[[M], M]:
    """As `tracked`, for records that imports write by the thousand: fewer indexes to keep.

    Their history is read by the record, and by the foreign keys named, alone.
    """

    def decorate(model: M) -> M:
        _track(model)
        events = model.pgh_event_models["insert"]  # type: ignore[attr-defined]
        for field in events._meta.local_fields:  # noqa: SLF001
            if field.is_relation and field.name not in ("pgh_obj", *read_by):
                field.db_index = False
        return model

    return decorate


def _track[M: type[models.Model]](model: M) -> M:
    fields = model._meta.fields  # noqa: SLF001  (Django's documented API)
    decorate = pghistory.track(
        pghistory.InsertEvent("insert"),
        pghistory.UpdateEvent("update"),
        pghistory.DeleteEvent("delete"),
        level=pgtrigger.Statement,
        exclude=[field.name for field in fields if isinstance(field, models.GeneratedField)],
    )
    return decorate(model)


_named: ContextVar[bool] = ContextVar("named", default=False)


@contextmanager
def acting(by: Actor, reason: str = "") -> Iterator[None]:
    """Name who acts and why, for all changes made inside; of several the outermost holds.

    (An inner one would be written over what the outer has said of its own changes.)
    """
    if _named.get():
        yield
        return
    facts: dict[str, object] = {}
    if by.user_id:
        facts["user"] = by.user_id
        facts["name"] = by.name
    if by.person_id:
        facts["person"] = by.person_id
    if by.institution_id:
        facts["institution"] = by.institution_id
    if reason or by.system_reason:
        facts["reason"] = reason or by.system_reason
    token = _named.set(True)
    try:
        with pghistory.context(**facts):
            yield
    finally:
        _named.reset(token)
