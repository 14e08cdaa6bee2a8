"""Forms of workplace coverage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib import clock
from solmu.organisations.fields import FIELDS
from solmu.training.coverage.models import CoverageSettings
from solmu.ui.forms import DateField


class CountForm(forms.Form):
    """So many students, from when until when."""

    number = forms.IntegerField(label=gettext_lazy("Students"), min_value=0, max_value=9999)
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    first = DateField(label=gettext_lazy("Since"))
    last = DateField(label=gettext_lazy("Until"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"first": clock.today()})
        choices = [
            ("", _("not told by field")),
            *((code, str(name)) for code, name in FIELDS.items()),
        ]
        self.fields["field"].choices = choices  # type: ignore[attr-defined]


class AgeForm(forms.ModelForm):
    """When training counts as old."""

    class Meta:
        model = CoverageSettings
        fields = ("old_after_years",)
