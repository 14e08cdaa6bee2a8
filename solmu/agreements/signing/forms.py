"""What people fill in to ask for signatures, to sign, and to say who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from solmu.agreements.models import Agreement, Mandate, Party
from solmu.agreements.signing.choosing import Choice, Way
from solmu.agreements.signing.signing import DAYS_TO_SIGN
from solmu.lib import clock
from solmu.lib.periods import last_day
from solmu.networks.forms import OWN_NAMES
from solmu.organisations.forms import OrganisationField
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.ui.forms import DateField


class WayForm(forms.Form):
    """How an agreement is signed."""

    means = forms.ChoiceField(
        label=gettext_lazy("Signers identify by"), choices=Agreement.Means, widget=forms.RadioSelect
    )
    in_order = forms.BooleanField(
        label=gettext_lazy("Sign in a set order, one turn after another"), required=False
    )
    sign_by = DateField(label=gettext_lazy("Last day to sign"))
    prevailing = forms.ChoiceField(
        label=gettext_lazy("Prevailing language"),
        help_text=gettext_lazy("If the languages say different things, this one holds."),
    )
    case_number = forms.CharField(label=gettext_lazy("Case number"), max_length=60, required=False)
    retention_class = forms.CharField(
        label=gettext_lazy("Retention class"), max_length=60, required=False
    )

    def __init__(self, data: Any, agreement: Agreement, *, identity: bool) -> None:
        today = clock.today()
        until = agreement.sign_by
        super().__init__(
            data,
            prefix="way",
            initial={
                "means": agreement.means,
                "in_order": agreement.in_order,
                "sign_by": until
                if until and until > today
                else today + timedelta(days=DAYS_TO_SIGN),
                "prevailing": agreement.prevailing,
                "case_number": agreement.case_number,
                "retention_class": agreement.retention_class,
            },
        )
        means: Any = self.fields["means"]
        means.choices = [
            (value, capfirst(str(label)))
            for value, label in Agreement.Means.choices
            if identity or value != Agreement.Means.IDENTITY or value == agreement.means
        ]
        prevailing: Any = self.fields["prevailing"]
        prevailing.choices = [
            (code, name) for code, name in OWN_NAMES if code in agreement.languages
        ]

    def way(self) -> Way:
        """What was chosen."""
        return Way(**self.cleaned_data)


class PartyForm(forms.Form):
    """Who signs for one party."""

    needed = forms.TypedChoiceField(label=gettext_lazy("Signatures needed"), coerce=int)
    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who signs"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    turn = forms.IntegerField(
        label=gettext_lazy("Turn"),
        min_value=1,
        max_value=99,
        required=False,
        help_text=gettext_lazy("Counts only when signed in a set order."),
    )

    def __init__(self, data: Any, party: Party, mandates: list[Mandate]) -> None:
        held = list(party.signatories.all())
        super().__init__(
            data,
            prefix=f"party-{party.pk}",
            initial={
                "needed": party.signers_needed,
                "people": [one.person_id for one in held] or _only(mandates),
                "turn": held[0].turn if held else party.position + 1,
            },
        )
        self.party, self.mandates = party, mandates
        needed: Any = self.fields["needed"]
        most = max(2, party.signers_needed)
        needed.choices = [
            (n, ngettext("one signer", "%(n)s together", n) % {"n": n}) for n in range(1, most + 1)
        ]
        people: Any = self.fields["people"]
        people.choices = [(one.person_id, _told(one)) for one in mandates]

    def choice(self) -> Choice:
        """What was chosen."""
        turn = self.cleaned_data.get("turn") or 1
        return Choice(self.cleaned_data["needed"], dict.fromkeys(self.cleaned_data["people"], turn))


class MandateForm(forms.Form):
    """That somebody may sign for an organisation."""

    person = forms.TypedChoiceField(
        label=gettext_lazy("Who"), coerce=int, empty_value=None, required=False
    )
    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=100, required=False)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=100, required=False)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("The request and the code are sent here."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=100, required=False)
    basis = forms.CharField(
        label=gettext_lazy("On what the right is based"),
        max_length=200,
        help_text=gettext_lazy("For example: trade register, administrative rule, authorisation."),
    )
    first = DateField(label=gettext_lazy("First day"))
    last = DateField(label=gettext_lazy("Last day"), required=False)

    def __init__(
        self,
        data: Any,
        people: list[Person],
        *,
        viewer: Viewer | None = None,
        with_organisation: bool = False,
    ) -> None:
        super().__init__(data, initial={"first": clock.today()})
        self.people = people
        person: Any = self.fields["person"]
        person.choices = [
            ("", _("Somebody else, named below")),
            *((one.pk, f"{one.name}, {one.email}" if one.email else one.name) for one in people),
        ]
        if not people:
            del self.fields["person"]
        if with_organisation and viewer is not None:
            self.fields["organisation"] = OrganisationField(
                viewer,
                label=_("Organisation"),
                max_length=250,
                help_text=_("Begin to write the name and choose one of those offered."),
            )
            self.order_fields(["organisation"])

    def clean(self) -> dict[str, Any]:
        """Either somebody known, or a name and an address."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("person"):
            for name in ("given_name", "family_name", "email"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill this in, or choose somebody known."))
        return data

    def known(self) -> Person | None:
        """The person that was chosen."""
        key = self.cleaned_data.get("person")
        return next((one for one in self.people if one.pk == key), None)


class EndForm(forms.Form):
    """When a right to sign ends."""

    last = DateField(label=gettext_lazy("Last day"))


class UploadedForm(forms.Form):
    """A signature made elsewhere."""

    file = forms.FileField(
        label=gettext_lazy("The signed document"),
        help_text=gettext_lazy("A PDF: a scan of the paper, or what the other service gave."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )
    signed_on = DateField(label=gettext_lazy("Signed on"))
    proof = forms.CharField(
        label=gettext_lazy("How it is known to be theirs"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: signed at our meeting; the other service's name."),
    )


class SignForm(forms.Form):
    """Signing."""

    code = forms.CharField(
        label=gettext_lazy("Code from your e-mail"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code"}
        ),
    )
    read = forms.BooleanField(
        label=gettext_lazy("I have read the whole text and sign it"),
        error_messages={"required": gettext_lazy("Tick that you have read the text.")},
    )
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, digest: str, by_code: bool) -> None:
        super().__init__(data, initial={"digest": digest})
        if not by_code:
            del self.fields["code"]


class DeclineForm(forms.Form):
    """Declining to sign."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Those who made the agreement read this."),
    )
    code = forms.CharField(
        label=gettext_lazy("Code from your e-mail"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code"}
        ),
    )

    def __init__(self, data: Any, *, by_code: bool) -> None:
        super().__init__(data)
        if not by_code:
            del self.fields["code"]


def _only(mandates: list[Mandate]) -> list[int]:
    """Where only one may sign, that one is offered."""
    return [mandates[0].person_id] if len(mandates) == 1 else []


def _told(mandate: Mandate) -> str:
    words = [mandate.person.name]
    if mandate.title:
        words.append(mandate.title)
    last = last_day(mandate.valid)
    if last:
        words.append(_("until %(day)s") % {"day": date_format(last, "SHORT_DATE_FORMAT")})
    return ", ".join(words)
