"""The settings of each kind of system."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from solmu.lib import kept_secrets
from solmu.lib.outside import AddressError, check_address
from solmu.training.systems.doing import key_file_problem
from solmu.training.systems.models import System

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


class SystemForm(forms.Form):
    """What all systems have: whether it is used, and the secret, which is never shown again."""

    NEEDED: ClassVar[tuple[str, ...]] = ()
    SECRET: ClassVar[Any] = ""

    on = forms.BooleanField(label=gettext_lazy("In use"), required=False)

    def __init__(self, data: Any, system: System) -> None:
        super().__init__(data, initial={**system.settings, "on": system.on})
        self.system = system
        if self.SECRET:
            self.fields["secret"] = forms.CharField(
                label=self.SECRET,
                required=False,
                strip=True,
                widget=self.secret_widget(),
                help_text=_("It is kept. Leave this empty to keep it as it is.")
                if system.secret
                else _("It is stored encrypted and never shown again."),
            )
            self.order_fields([*(name for name in self.fields if name != "on"), "on"])

    def secret_widget(self) -> forms.Widget:
        """One line, not shown."""
        return forms.PasswordInput(attrs={"autocomplete": "off"})

    def clean(self) -> dict[str, Any]:
        """A system in use needs all that it can't work without."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("on"):
            for name in self.NEEDED:
                if not found.get(name):
                    self.add_error(name, _("This is needed before the system can be used."))
            if self.SECRET and not found.get("secret") and not self.system.secret:
                self.add_error("secret", _("This is needed before the system can be used."))
        return found

    def save(self) -> System:
        """Keep the settings; an empty secret leaves the one that is there."""
        found = dict(self.cleaned_data)
        self.system.on = bool(found.pop("on"))
        if secret := found.pop("secret", ""):
            self.system.secret = kept_secrets.keep(secret)
        self.system.settings = found
        self.system.save()
        return self.system


class GoogleForm(SystemForm):
    """What all of Google's services need."""

    SECRET = gettext_lazy("Key file of the service account (JSON)")
    NEEDED: ClassVar[tuple[str, ...]] = ("admin",)

    admin = forms.EmailField(
        label=gettext_lazy("Administrator for whom it acts"),
        required=False,
        help_text=gettext_lazy("The address of an administrator of the domain."),
    )

    def secret_widget(self) -> forms.Widget:
        """A key file is pasted whole."""
        return forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"})

    def clean_secret(self) -> str:
        """A key file that can be read."""
        text: str = self.cleaned_data.get("secret", "")
        if text and (problem := key_file_problem(text)):
            raise ValidationError(problem)
        return text


class AccountsForm(GoogleForm):
    """Google Workspace accounts."""

    NEEDED: ClassVar[tuple[str, ...]] = ("admin", "domain")

    domain = forms.RegexField(
        r"^[a-z0-9.-]+\.[a-z]{2,}$",
        label=gettext_lazy("Domain of the accounts"),
        required=False,
        help_text=gettext_lazy("For example opiskelija.example.fi"),
    )
    unit = forms.CharField(
        label=gettext_lazy("Organisational unit"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For example /Työpaikkaohjaajat; it has to exist already."),
    )


class ClassroomForm(GoogleForm):
    """Google Classroom invitations."""

    NEEDED: ClassVar[tuple[str, ...]] = ("admin", "course")

    course = forms.CharField(
        label=gettext_lazy("Course"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Its number, or an alias such as d:tyopaikkaohjaajat"),
    )


class FormsForm(GoogleForm):
    """Google Forms results."""

    NEEDED: ClassVar[tuple[str, ...]] = ("admin", "form")

    form = forms.CharField(
        label=pgettext_lazy("in Google Forms", "Form"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("The long part of its address, after /forms/d/"),
    )


class TeamsForm(SystemForm):
    """Microsoft Teams meetings."""

    SECRET = gettext_lazy("The application's secret")
    NEEDED: ClassVar[tuple[str, ...]] = ("tenant", "client", "organiser")

    tenant = forms.CharField(label=gettext_lazy("Tenant"), required=False, max_length=100)
    client = forms.CharField(label=gettext_lazy("Application ID"), required=False, max_length=100)
    organiser = forms.CharField(
        label=gettext_lazy("Organiser"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("The object ID of the person in whose name meetings are made."),
    )
    at = forms.CharField(
        label=gettext_lazy("The opening meeting begins at"), initial="9:00", max_length=5
    )

    def clean_at(self) -> str:
        """A time of day."""
        said: str = self.cleaned_data["at"]
        found = _TIME.fullmatch(said.strip())
        if not found:
            raise ValidationError(_("Give a time such as 9:00."))
        return f"{int(found[1])}:{found[2]}"


class StudentaFilesForm(SystemForm):
    """Files exchanged with the student management system."""

    folder = forms.CharField(
        label=gettext_lazy("Folder"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Below the installation's exchange folder; empty: that itself."),
    )


class StudentaInterfaceForm(SystemForm):
    """The student management system's interface."""

    SECRET = gettext_lazy("The application's secret")
    NEEDED: ClassVar[tuple[str, ...]] = ("address", "token_address", "client")

    address = forms.URLField(
        label=gettext_lazy("Address"), required=False, assume_scheme="https", max_length=300
    )
    token_address = forms.URLField(
        label=gettext_lazy("Address that gives tokens"),
        required=False,
        assume_scheme="https",
        max_length=300,
    )
    client = forms.CharField(label=gettext_lazy("Application ID"), required=False, max_length=100)

    def clean_address(self) -> str:
        """Refuse an address that leads into the installation's own network."""
        return _outside(self.cleaned_data["address"])

    def clean_token_address(self) -> str:
        """The same of the one that gives tokens."""
        return _outside(self.cleaned_data["token_address"])


def _outside(address: str) -> str:
    if address:
        try:
            check_address(address)
        except AddressError as error:
            raise ValidationError(
                _("This address can't be reached from here, or lies in an inner network.")
            ) from error
    return address


FORMS: dict[str, type[SystemForm]] = {
    System.Kind.STUDENTA_FILES: StudentaFilesForm,
    System.Kind.STUDENTA_API: StudentaInterfaceForm,
    System.Kind.ACCOUNTS: AccountsForm,
    System.Kind.CLASSROOM: ClassroomForm,
    System.Kind.FORMS: FormsForm,
    System.Kind.TEAMS: TeamsForm,
}
