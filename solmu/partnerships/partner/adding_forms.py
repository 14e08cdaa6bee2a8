"""The form that adds a partner by hand."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from solmu.lib import clock
from solmu.organisations.models import Municipality, Organisation
from solmu.partnerships.models import Stakeholder, Standing
from solmu.partnerships.partner.forms import colleagues
from solmu.partnerships.permissions import can_decide_level
from solmu.partnerships.picture.picture import Picture, country_name
from solmu.ui.forms import DateField

# Offered by hand; an import takes any country.
COUNTRIES = (
    "FI", "SE", "NO", "DK", "IS", "EE", "LV", "LT", "DE", "NL",
    "BE", "FR", "ES", "IT", "PL", "IE", "GB", "AT", "CZ", "PT",
)  # fmt: skip


class AddForm(forms.Form):
    """A partner: which organisation, in which roles, and how it stands."""

    name = forms.CharField(label=_("Name"), max_length=200)
    business_id = forms.CharField(label=_("Business ID"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices, initial="company")
    country = forms.ChoiceField(label=_("Country"), initial="FI")
    municipality = forms.ChoiceField(label=_("Municipality"), required=False)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Stakeholder.Role.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    level = forms.ChoiceField(label=_("Level"), required=False)
    contents = forms.MultipleChoiceField(
        label=_("What we do together"), widget=forms.CheckboxSelectMultiple, required=False
    )
    owner = forms.ChoiceField(label=_("Who looks after it on our side"), required=False)
    on = DateField(
        label=_("Since"),
        required=False,
        help_text=_("Leave empty if it began before your records."),
    )

    OF_ORGANISATION = ("name", "business_id", "kind", "country", "municipality", "website")

    def __init__(
        self, *args: Any, picture: Picture, organisation: Organisation | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = picture.institution.pk
        fields: Any = self.fields
        if organisation:
            for name in self.OF_ORGANISATION:
                del self.fields[name]
        else:
            fields["country"].choices = [
                (code, name)
                for code, name in sorted(
                    ((code, country_name(code)) for code in COUNTRIES),
                    key=lambda pair: (pair[0] != "FI", pair[1]),
                )
            ]
            fields["municipality"].choices = [
                ("", "–"),
                *sorted(
                    (
                        (code, picture.words.municipality(code))
                        for code in picture.words.municipalities
                    ),
                    key=lambda pair: pair[1],
                ),
            ]
        self.levels = [
            level
            for level in reversed(picture.words.levels)
            if can_decide_level(picture.viewer, own, level)
        ]
        fields["level"].choices = [
            ("", gettext("No level yet: a potential partner")),
            *((str(level.pk), level.name) for level in self.levels),
        ]
        fields["contents"].choices = [
            (option.value, option.label) for option in picture.words.options("content")
        ]
        if not fields["contents"].choices:
            del self.fields["contents"]
        people = colleagues(own)
        fields["owner"].choices = [
            ("", gettext("nobody yet")),
            *((str(person.pk), person.name) for person in people),
        ]
        self.fields["on"].initial = clock.today()
        self.fields["owner"].initial = str(picture.viewer.person_id or "")

    def organisation_facts(self) -> dict[str, Any]:
        """What is known of an organisation that is new to the directory."""
        given = self.cleaned_data
        facts = {
            f"name_{(get_language() or 'fi')[:2]}": given["name"],
            **{key: given[key] for key in ("business_id", "kind", "country", "website")},
        }
        if given["municipality"] and given["country"] == "FI":
            facts["municipality"] = Municipality.objects.get(pk=given["municipality"])
        return facts

    def standing_facts(self) -> dict[str, Any]:
        """How the partner stands, as `standing.change` takes it."""
        given = self.cleaned_data
        level = int(given["level"]) if given["level"] else None
        return {
            "level_id": level,
            "state": Standing.State.ACTIVE if level else Standing.State.POTENTIAL,
            "contents": [int(value) for value in given.get("contents", [])],
            "owner_id": int(given["owner"]) if given["owner"] else None,
        }
