"""What people fill in about the directory, institutions and themselves."""

import re
from collections.abc import Container
from typing import Any

from babel import Locale
from django import forms
from django.contrib.auth import password_validation
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext_lazy as _

from solmu.accounts.models import User
from solmu.organisations import directory
from solmu.organisations.fields import FIELDS
from solmu.organisations.models import (
    Affiliation,
    Figure,
    Municipality,
    Organisation,
    Region,
    Relation,
)
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.ui.forms import DateField

_NUMBER = re.compile(r"#(\d+)\s*$")
# Codes that the tables of languages name beside those of countries and their territories.
NO_COUNTRIES = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)
NEAR = ("FI", "SE", "NO", "DK", "IS", "EE", "LV", "LT")


def country_choices() -> list[tuple[str, str]]:
    """Countries in the reader's language, the near ones first."""
    territories = Locale(get_language() or "fi").territories
    names = {
        code: name
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }
    near = [(code, names[code]) for code in NEAR]
    return near + sorted(
        ((code, name) for code, name in names.items() if code not in NEAR), key=lambda pair: pair[1]
    )


class EmailForm(forms.Form):
    """An address."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)


class AcceptForm(forms.Form):
    """Accepting an invitation: a name, and a password if one is wanted."""

    given_name = forms.CharField(label=_("Given name"), max_length=100)
    family_name = forms.CharField(label=_("Family name"), max_length=100)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        help_text=_("At least 12 characters. Without one you sign in by a link to your e-mail."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, known: User | None, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["given_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["family_name"].widget.attrs["autocomplete"] = "family-name"
        if known:  # the account is there already, and its password is not ours to change
            del self.fields["password"]
            if Person.objects.filter(user=known).exists():
                del self.fields["given_name"]
                del self.fields["family_name"]

    def clean_password(self) -> str:
        """Hold the password to the same rules as everywhere."""
        password = self.cleaned_data["password"]
        if password:
            password_validation.validate_password(password, User(email=self.email))
        return str(password)


class OwnDetailsForm(forms.ModelForm):
    """One's own name and phone number."""

    class Meta:
        model = Person
        fields = ["given_name", "family_name", "phone"]
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        }


class FieldsField(forms.MultipleChoiceField):
    """Fields of education and work."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(FIELDS.items()), **{"required": False, **kwargs})


class OrganisationField(forms.CharField):
    """An organisation of the directory, by name, business ID or number ("#12")."""

    def __init__(self, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.viewer = viewer
        self.widget.attrs |= {
            "list": "organisations-found",
            "autocomplete": "off",
            "hx-get": "/organisations/suggest/",
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#organisations-found",
        }

    def clean(self, value: Any) -> Organisation | None:
        """Return the one organisation that is meant, or say why there is none."""
        text = super().clean(value)
        if not text:
            return None
        seen = Organisation.objects.visible_to(self.viewer)
        if number := _NUMBER.search(text):
            found = list(seen.filter(pk=int(number[1]))[:1])
        else:
            found = list(seen.filter(business_id=text)[:2]) or list(
                seen.filter(
                    Q(name_fi__iexact=text) | Q(name_sv__iexact=text) | Q(name_en__iexact=text)
                )[:2]
            )
        if not found:
            raise forms.ValidationError(
                _("No organisation has that name. Choose one of those offered.")
            )
        if len(found) > 1:
            raise forms.ValidationError(_("Several have that name. Choose one of those offered."))
        return found[0]


class OrganisationForm(forms.ModelForm):
    """The public facts of an organisation."""

    country = forms.ChoiceField(label=_("Country"), initial="FI")
    field_codes = FieldsField(label=_("Fields"))

    class Meta:
        model = Organisation
        fields = [
            "name_fi", "name_sv", "name_en", "kind", "country", "business_id", "oid",
            "municipality", "postal_code", "website", "lat", "lon",
        ]  # fmt: skip
        help_texts = {
            "business_id": _("Finnish business ID, or the VAT number of another EU country."),
            "oid": _("The identifier of an education provider, if it has one."),
            "lat": _("Only if you know better than the middle of the municipality."),
        }

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]
        self.fields["parent"] = OrganisationField(
            viewer,
            label=_("Part of"),
            required=False,
            max_length=250,
            help_text=_("The organisation that this one belongs to: its owner, group or city."),
        )
        # What an institution alone knows of may be part of what all know: it stays as it is.
        parent = self.instance.parent if self.instance.pk else None
        seen = Organisation.objects.visible_to(viewer)
        self.keeps_parent = parent is not None and not seen.filter(pk=parent.pk).exists()
        if parent and not self.keeps_parent:
            self.fields["parent"].initial = f"{parent.name} #{parent.pk}"
        municipality: Any = self.fields["municipality"]
        municipality.queryset = Municipality.objects.filter(merged_into=None).order_by("name_fi")
        municipality.empty_label = "–"
        self.fields["website"].assume_scheme = "https"  # type: ignore[attr-defined]
        self.fields["field_codes"].initial = list(getattr(self.instance, "fields", None) or [])
        self.order_fields([*self.Meta.fields[:5], "business_id", "oid", "field_codes"])

    def clean(self) -> dict[str, Any]:
        """A name in some language, and a business ID that can be right."""
        facts = super().clean() or self.cleaned_data
        if not any(facts.get(f"name_{code}") for code in ("fi", "sv", "en")):
            self.add_error("name_fi", _("Give a name in at least one language."))
        try:
            facts["business_id"] = directory.checked_business_id(
                facts.get("business_id", ""), facts.get("country", "FI")
            )
        except directory.DirectoryError as error:
            self.add_error("business_id", str(error))
        facts["fields"] = facts.pop("field_codes", [])
        if self.keeps_parent and not facts.get("parent"):
            facts.pop("parent", None)
        elif self.instance.pk and (parent := facts.get("parent")):
            try:
                directory.refuse_loop(self.instance, parent)
            except directory.DirectoryError as error:
                self.add_error("parent", str(error))
        return facts

    def _post_clean(self) -> None:
        # The directory's own job writes the facts; the form changes no record.
        pass


class SlugForm(forms.Form):
    """The readable address of an organisation."""

    slug = forms.CharField(
        label=_("New address"),
        max_length=80,
        validators=[
            RegexValidator(
                r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
                _("Small letters a–z, digits, and single hyphens between them."),
            )
        ],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Small letters a–z, digits, and single hyphens between them."),
    )


class EraseForm(forms.Form):
    """Why a person is erased, and that it is meant."""

    REASONS = (
        gettext_noop("erased at the person's request"),
        gettext_noop("erased as no longer needed"),
        gettext_noop("erased as recorded by mistake"),
    )

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[(text, gettext_lazy(text)) for text in REASONS],
        widget=forms.RadioSelect,
        initial=REASONS[0],
    )
    sure = forms.BooleanField(label=_("Nothing in the law asks us to keep these, and I am sure."))


class ChangeEmailForm(forms.Form):
    """Another address to sign in with, and the password once more where there is one."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("Present password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "new-%s"  # the page has other forms with the same names
        self.user = user
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_email(self) -> str:
        """The address in small letters; the present one is no change."""
        email = str(self.cleaned_data["email"]).lower()
        if email == self.user.email.lower():
            raise forms.ValidationError(_("You sign in with that address already."))
        return email

    def clean_password(self) -> str:
        """Whoever finds an open computer must not be able to take the account over."""
        password = str(self.cleaned_data["password"])
        if not self.user.check_password(password):
            raise forms.ValidationError(_("The password is not right."))
        return password


class RelationForm(forms.Form):
    """A relation, read from the organisation whose page it is on."""

    kind = forms.ChoiceField(label=_("How the two are related"))
    since = DateField(label=_("First day"), required=False)
    until = DateField(label=_("Last day"), required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = relation_choices()  # type: ignore[attr-defined]
        self.fields["other"] = OrganisationField(viewer, label=_("Organisation"), max_length=250)
        self.order_fields(["kind", "other", "since", "until"])

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        facts = super().clean() or self.cleaned_data
        if facts.get("since") and facts.get("until") and facts["since"] > facts["until"]:
            self.add_error("until", _("The last day is before the first."))
        return facts


def relation_choices() -> list[tuple[str, Any]]:
    """Kinds of relation from both ends: "owner" from this end, "-owner" from the other."""
    choices: list[tuple[str, Any]] = []
    for kind in Relation.Kind:
        choices += [(kind.value, kind.label), (f"-{kind.value}", Relation.REVERSE[kind.value])]
    return choices


class DayForm(forms.Form):
    """A last day."""

    on = DateField(label=_("Last day"))


class FigureForm(forms.ModelForm):
    """A year's figures."""

    class Meta:
        model = Figure
        fields = ["year", "students", "staff", "source"]

    def _post_clean(self) -> None:
        # A year that is there already is corrected, not refused.
        pass


class AreaForm(forms.Form):
    """An institution's operating area and fields."""

    regions = forms.ModelMultipleChoiceField(
        Region.objects.order_by("code"),
        label=_("Regions of the operating area"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    municipalities = forms.ModelMultipleChoiceField(
        Municipality.objects.filter(merged_into=None).order_by("name_fi"),
        label=_("Other municipalities of the operating area"),
        required=False,
        help_text=_("Those outside the regions chosen above. Hold Ctrl to choose many."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    field_codes = FieldsField(label=_("Fields of education"))


class InviteForm(forms.Form):
    """Colleagues to invite, many at a time."""

    emails = forms.CharField(
        label=_("E-mail addresses"),
        help_text=_("One or more, each on its own line or with a comma between."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            ("leader", _("leader: sees all and decides levels")),
            ("coordinator", _("coordinator: edits everything")),
            ("contributor", _("contributor: edits what they own, logs dialogue")),
            ("reader", _("reader: sees, doesn't change")),
        ],
        initial="contributor",
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of the invitation"),
        choices=[("fi", "Suomi"), ("sv", "Svenska"), ("en", "English")],
    )

    def __init__(self, *args: Any, roles: Container[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if roles is not None:  # those that the inviter may give
            field: Any = self.fields["role"]
            field.choices = [choice for choice in field.choices if choice[0] in roles]

    def clean_emails(self) -> list[str]:
        """The addresses, each checked."""
        parts = [part for part in re.split(r"[\s,;]+", self.cleaned_data["emails"]) if part]
        check = forms.EmailField()
        for part in parts:
            try:
                check.clean(part)
            except forms.ValidationError:
                raise forms.ValidationError(
                    _("%(value)s isn't an e-mail address."), params={"value": part}
                ) from None
        if len(parts) > 50:
            raise forms.ValidationError(_("At most 50 at a time."))
        return list(dict.fromkeys(part.lower() for part in parts))


class RoleForm(forms.Form):
    """Another role for a colleague."""

    role = forms.ChoiceField(label=_("Role"), choices=Affiliation.Role.choices)
