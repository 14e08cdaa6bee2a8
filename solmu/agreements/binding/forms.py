"""What people fill in to let an organisation join an agreement, to answer, and to leave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib import clock
from solmu.organisations.forms import OrganisationField
from solmu.organisations.models import Organisation
from solmu.people.viewer import Viewer
from solmu.ui.forms import DateField


class WhoForm(forms.Form):
    """Which organisation joins."""

    def __init__(self, data: Any, *, viewer: Viewer, own: list[Organisation]) -> None:
        super().__init__(data)
        if own:
            self.fields["organisation"] = forms.ModelChoiceField(
                Organisation.objects.filter(pk__in=[one.pk for one in own]),
                label=_("Organisation"),
                initial=own[0],
                empty_label=None,
            )
        else:
            self.fields["organisation"] = OrganisationField(
                viewer,
                label=_("Organisation"),
                max_length=250,
                help_text=_("Begin to write the name and choose one of those offered."),
            )


class JoinForm(forms.Form):
    """Who signs the joinder page, and from when."""

    from_on = DateField(label=gettext_lazy("Bound from"))
    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who signs"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, people: list[tuple[int, str]]) -> None:
        super().__init__(data, initial={"from_on": clock.today()})
        field: Any = self.fields["people"]
        field.choices = people
        if len(people) == 1:
            field.initial = [people[0][0]]


class AnswerForm(forms.Form):
    """What one of the others says of a joining."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed when you don't confirm."),
    )

    def __init__(self, data: Any = None, *, prefix: str | None = None, seen: str = "") -> None:
        super().__init__(data, prefix=prefix, initial={"seen": seen})


class WithdrawForm(forms.Form):
    """When notice was given, and why."""

    told_on = DateField(label=gettext_lazy("Notice given on"))
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"told_on": clock.today()})
