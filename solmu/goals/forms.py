"""What people enter about indicators."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from solmu.goals.models import Indicator, IndicatorValue
from solmu.lib import clock
from solmu.ui.forms import DateField


class IndicatorForm(forms.ModelForm):
    """How it is seen that a goal comes nearer."""

    class Meta:
        model = Indicator
        fields = ["name", "unit", "baseline", "target", "direction", "source"]
        help_texts = {
            "name": _("Such as “teachers who have tried a simulation”."),
            "baseline": _("Where it stands at the start. Empty when nobody knows."),
        }


class ValueForm(forms.ModelForm):
    """What an indicator was on a day."""

    on = DateField(label=_("On"))

    class Meta:
        model = IndicatorValue
        fields = ["value", "on", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()

    def clean_on(self) -> Any:
        """Refuse a day that has not been."""
        on = self.cleaned_data["on"]
        if on > clock.today():
            raise forms.ValidationError(_("A value can't be measured on a day to come."))
        if on.year < 1900:
            raise forms.ValidationError(_("That is too long ago."))
        return on
