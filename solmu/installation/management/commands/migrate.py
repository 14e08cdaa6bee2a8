"""Django's migrate, without drawing all models anew for each new table, constraint and trigger."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED
from pgtrigger.migrations import AddTrigger


class Command(migrate.Command):
    """As Django's; a fresh database is ready in a third of the time."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the database up to date."""
        with _lean_states():
            super().handle(*args, **options)


@contextmanager
def _lean_states() -> Iterator[None]:
    """While it lasts, a migration's models are drawn once and added to, not all drawn again.

    Nearly every model leads to every other, so that Django draws hundreds of classes for each table
    that comes. A state that was added to is marked as delayed: before a step that runs Python code,
    Django then draws all of it anew.
    """

    def add_model(state: ProjectState, new: ModelState) -> None:
        key = new.app_label, new.name_lower
        state.models[key] = new
        if state._relations is not None:  # type: ignore[attr-defined]  # noqa: SLF001
            state.resolve_model_relations(key)
        if "apps" in state.__dict__:
            state.is_delayed = True
            state.apps.render_multiple([new])

    whole = ProjectState.reload_model

    def reload_model(state: ProjectState, app_label: str, name: str, delay: bool = False) -> None:
        if not delay or "apps" not in state.__dict__:
            whole(state, app_label, name, delay)
            return
        state.is_delayed = True
        state.apps.unregister_model(app_label, name)
        state.apps.render_multiple([state.models[app_label, name]])

    def add_field(
        state: ProjectState,
        app_label: str,
        model_name: str,
        name: str,
        field: Any,
        preserve_default: bool,
    ) -> None:
        if not preserve_default:
            field = field.clone()
            field.default = NOT_PROVIDED
        key = app_label, model_name
        state.models[key].fields[name] = field
        if state._relations is not None:  # type: ignore[attr-defined]  # noqa: SLF001
            state.resolve_model_field_relations(key, name, field)
        state.reload_model(*key, delay=True)

    def append_option(
        state: ProjectState, app_label: str, model_name: str, option: str, added: Any
    ) -> None:
        options = state.models[app_label, model_name].options
        options[option] = [*options[option], added]
        state.is_delayed = True
        if "apps" in state.__dict__:
            # Later steps look here for what is to be taken away before a column changes.
            drawn = state.apps.get_model(app_label, model_name)._meta  # noqa: SLF001
            setattr(drawn, option, options[option])
            drawn.__dict__.pop("total_unique_constraints", None)

    def add_trigger(self: AddTrigger, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, self.model_name].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]
        state.is_delayed = True

    with (
        patch.object(ProjectState, "add_model", add_model),
        patch.object(ProjectState, "add_field", add_field),
        patch.object(ProjectState, "reload_model", reload_model),
        patch.object(ProjectState, "_append_option", append_option),
        patch.object(AddTrigger, "state_forwards", add_trigger),
    ):
        yield
