"""The form of a person's answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from solmu.ui.forms import DateField


class FromForm(forms.Form):
    """The day from which the new form holds."""

    on = DateField(label=_("From"))
