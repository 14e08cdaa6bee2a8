"""The page on which an institution is founded, and those that change its ladder and lists."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from solmu.organisations import directory
from solmu.organisations.forms import AreaForm, InviteForm
from solmu.organisations.models import Affiliation
from solmu.partnerships.founding import ladder
from solmu.partnerships.models import Facet, Level

MOST_LEVELS, MOST_FACETS = 8, 60


class NameForm(forms.Form):
    """What the institution is called, and its business ID."""

    name_fi = forms.CharField(label=_("Name in Finnish"), max_length=200)
    name_sv = forms.CharField(label=_("Name in Swedish"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    business_id = forms.CharField(
        label=_("Business ID"),
        max_length=20,
        help_text=_(
            "For example 1234567-1. If the directory has the organisation already, it is found."
        ),
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    def clean_business_id(self) -> str:
        """A Finnish business ID whose check digit is right."""
        try:
            return directory.checked_business_id(self.cleaned_data["business_id"], "FI")
        except directory.DirectoryError as error:
            raise forms.ValidationError(str(error)) from error


class FoundingForm(NameForm, AreaForm):
    """Name, operating area, one's own part and the colleagues to invite."""

    own_role = forms.ChoiceField(
        label=_("Your own role"),
        required=False,
        initial=Affiliation.Role.COORDINATOR,
        choices=[
            ("coordinator", _("coordinator: edits everything")),
            ("leader", _("leader: sees all and decides levels")),
            ("", _("no role: I only set this up")),
        ],
        widget=forms.RadioSelect,
    )
    emails = forms.CharField(
        label=_("Colleagues to invite"),
        required=False,
        help_text=_("E-mail addresses, each on its own line. You can invite more later."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Their role"),
        choices=Affiliation.Role.choices,
        initial=Affiliation.Role.CONTRIBUTOR,
    )

    clean_emails = InviteForm.clean_emails


class LevelForm(forms.ModelForm):
    """A step of the ladder."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Level
        fields = [*ladder.TEXTS, "meetings_a_year", "decided_by"]
        widgets = {
            name: forms.Textarea(attrs={"rows": 2})
            for name in ladder.TEXTS
            if not name.startswith("name_")
        }

    def names(self) -> list[forms.BoundField]:
        """The name in each language."""
        return [self["name_fi"], self["name_sv"], self["name_en"]]

    def texts(self) -> list[forms.BoundField]:
        """What the step means and commits to, in each language."""
        return [self[name] for name in ladder.TEXTS if not name.startswith("name_")]

    @property
    def is_new(self) -> bool:
        """True for the empty rows at the end."""
        return not (self["name_fi"].value() or self.errors)

    def title(self) -> str:
        """The step's name in the reader's language."""
        own = f"name_{(get_language() or 'fi')[:2]}"
        return self[own].value() or self["name_fi"].value() or ""


class FacetForm(forms.ModelForm):
    """An entry of the contents or themes."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Facet
        fields = ["name_fi", "name_sv", "name_en", "ended"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name_fi"].required = False  # an emptied row is taken away

    def clean(self) -> dict[str, Any]:
        """The other names need the Finnish one beside them."""
        facts = super().clean() or self.cleaned_data
        if not facts.get("name_fi") and (facts.get("name_sv") or facts.get("name_en")):
            self.add_error("name_fi", _("Give the name in Finnish too."))
        return facts


class Rows(forms.BaseFormSet):
    """Rows of which the empty ones are left out; an emptied row is taken away."""

    def facts(self) -> list[dict[str, Any]]:
        """What the filled rows say, in their order."""
        return [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("name_fi") and not form.cleaned_data.get("DELETE")
        ]


class LevelRows(Rows):
    """The steps of a ladder."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Each step can be taken away and moved."""
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Step")
        form.fields["DELETE"].label = _("Take this step away")

    def clean(self) -> None:
        """At least one step."""
        if not any(self.errors) and not self.facts():
            raise forms.ValidationError(_("A ladder needs at least one step."))

    def facts(self) -> list[dict[str, Any]]:
        """The steps in the order that was asked for, the lowest first."""
        steps = super().facts()
        steps.sort(key=lambda step: step.get("ORDER") or MOST_LEVELS)
        return [
            {key: value for key, value in step.items() if key not in {"ORDER", "DELETE"}}
            for step in steps
        ]


LevelFormSet: Any = forms.formset_factory(
    LevelForm,
    formset=LevelRows,
    extra=1,
    max_num=MOST_LEVELS,
    validate_max=True,
    can_order=True,
    can_delete=True,
    can_delete_extra=True,
)
FacetFormSet: Any = forms.formset_factory(
    FacetForm, formset=Rows, extra=3, max_num=MOST_FACETS, validate_max=True
)
