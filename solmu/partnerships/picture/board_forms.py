"""The form that moves a partner on the strategy board."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from solmu.partnerships.models import Level, Standing
from solmu.partnerships.partner.forms import ReasonForm
from solmu.partnerships.permissions import can_decide_level
from solmu.partnerships.picture.picture import NO_LEVEL
from solmu.people.viewer import Viewer


class MoveForm(ReasonForm):
    """To which level and scope, from which day, and why."""

    level = forms.ChoiceField(label=_("Level"), widget=forms.RadioSelect)
    scope = forms.ChoiceField(label=_("Scope"), widget=forms.RadioSelect)

    field_order = ("level", "scope", "reason", "on")

    def __init__(
        self, *args: Any, levels: list[Level], derived: str, viewer: Viewer, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.derived = derived
        self.levels = {str(level.rank): level for level in levels}
        named = [
            (rank, self._named(level, viewer)) for rank, level in reversed(self.levels.items())
        ]
        fields["level"].choices = [*named, (NO_LEVEL, gettext("No level yet"))]
        fields["scope"].choices = [
            (
                scope.value,
                gettext("%(scope)s, by place") % {"scope": scope.label}
                if scope == derived
                else scope.label,
            )
            for scope in Standing.Scope
        ]
        self.fields["scope"].help_text = gettext(
            "The place tells the scope. Another one is set by hand and stays until you change it."
        )

    @staticmethod
    def _named(level: Level, viewer: Viewer) -> str:
        if can_decide_level(viewer, level.institution_id, level):
            return level.name
        return gettext("%(level)s (decided by a leader)") % {"level": level.name}

    def facts(self, state: str) -> dict[str, Any]:
        """What the move changes, as `standing.change` takes it."""
        level = self.levels.get(self.cleaned_data["level"])
        scope = self.cleaned_data["scope"]
        facts: dict[str, Any] = {
            "level_id": level.pk if level else None,
            "scope_override": "" if scope == self.derived else scope,
        }
        # A potential partner that is given a level is one from then on.
        if level and state == Standing.State.POTENTIAL:
            facts["state"] = Standing.State.ACTIVE
        return facts
