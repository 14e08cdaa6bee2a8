"""What people fill in about networks, members and those who take part."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from solmu.lib import clock
from solmu.lib.periods import first_day, period
from solmu.lib.translated import LANGUAGES
from solmu.networks.membering import EARLIEST, LATEST, MemberingError
from solmu.networks.models import Membership, Network, Representative
from solmu.organisations.forms import OrganisationField
from solmu.organisations.models import Affiliation, Region
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.ui.forms import DateField

OWN_NAMES = (("fi", "Suomi"), ("sv", "Svenska"), ("en", "English"))


def day_asked(request: HttpRequest, today: date) -> date:
    """The day that the page is to show; today when none, or none that can be, is asked for."""
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
    return on if EARLIEST <= on <= LATEST else today


class _Refusable(forms.Form):
    # Which field of the form a refusal's field is.
    NAMES: dict[str, str] = {}

    def refuse(self, error: MemberingError) -> None:
        """Show what a job has refused, at the field that it is about."""
        field = self.NAMES.get(error.field, error.field)
        self.add_error(field if field in self.fields else None, str(error))


class MemberForm(_Refusable):
    """A new member of a network."""

    NAMES = {"valid_from": "on", "valid_to": "until"}

    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER
    )
    on = DateField(label=_("First day"))
    until = DateField(label=_("Last day"), required=False)
    reason = forms.CharField(label=_("Note"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("Ask this person to be the contact person"),
        max_length=254,
        required=False,
        help_text=_("They get a message with a link. The contact person can also be named later."),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = OrganisationField(
            viewer,
            label=_("Organisation"),
            max_length=250,
            help_text=_("Begin to write the name and choose one of those offered."),
        )
        self.fields["on"].initial = clock.today()
        self.order_fields(["organisation", "role", "on", "until", "reason", "email"])


class LeaveForm(_Refusable):
    """When and why a member leaves."""

    NAMES = {"valid_from": "on", "valid_to": "on"}

    on = DateField(label=_("Last day"))
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "leave-%s")
        super().__init__(*args, **kwargs)


class RoleForm(_Refusable):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"))
    on = DateField(label=_("From"))
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "role-%s")
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [each for each in Membership.Role.choices if each[0] != member.role]


class CorrectForm(_Refusable):
    """What was recorded of a membership, to be put right."""

    NAMES = {"valid_from": "first", "valid_to": "last"}

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
    first = DateField(label=_("First day"))
    last = DateField(label=_("Last day"), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ContactForm(forms.Form):
    """Who a member's contact person or deputy is."""

    kind = forms.ChoiceField(label=_("As"), choices=Representative.Kind.choices)
    on = DateField(label=_("From"))

    def __init__(self, *args: Any, network: Network, membership: Membership, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "contact-%s")
        super().__init__(*args, **kwargs)
        self.fields["person"] = forms.ModelChoiceField(
            known_people(network, membership.organisation_id), label=_("Person"), empty_label="–"
        )
        self.fields["on"].initial = clock.today()
        self.order_fields(["person", "kind", "on"])


def known_people(network: Network, organisation_id: int) -> Any:
    """People of a member whom the network or the institution itself already knows."""
    today = clock.today()
    return (
        Person.objects.filter(merged_into=None)
        .filter(
            Q(
                pk__in=Affiliation.objects.on(today)
                .filter(institution_id=organisation_id)
                .values("person_id")
            )
            | Q(represents__network=network, represents__organisation_id=organisation_id)
            | Q(participations__network=network, participations__organisation_id=organisation_id)
            | Q(
                terms__seat__group__network=network,
                terms__seat__organisation_id=organisation_id,
                terms__valid__overlap=period(today - timedelta(days=365)),
            )
        )
        .distinct()
        .order_by("family_name", "given_name", "pk")
    )


class InviteContactForm(forms.Form):
    """Whom to ask by mail to be a member's contact person."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the message"), choices=OWN_NAMES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "invite-%s")
        super().__init__(*args, **kwargs)


class JoinForm(forms.Form):
    """Asking to join a network for one's organisation, or coming for oneself."""

    organisation = forms.ChoiceField(label=_("For"), required=False)
    purpose = forms.CharField(
        label=_("Why"),
        max_length=200,
        required=False,
        help_text=_("A sentence for whoever answers."),
    )

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.choices = choices
        if len(choices) < 2:
            del self.fields["organisation"]


class GuestForm(forms.Form):
    """A guest: who, why and until when."""

    given_name = forms.CharField(label=_("Given name"), max_length=100)
    family_name = forms.CharField(label=_("Family name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    purpose = forms.CharField(label=_("Why"), max_length=200)
    until = DateField(
        label=_("Last day"),
        help_text=_("All that the guest may see ends then by itself. At most a year away."),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = clock.today() + timedelta(days=180)
        self.fields["organisation"] = OrganisationField(
            viewer, label=_("Organisation"), max_length=250, required=False
        )
        self.order_fields(
            ["given_name", "family_name", "email", "organisation", "purpose", "until"]
        )


class UntilForm(forms.Form):
    """A new last day."""

    until = DateField(label=_("Last day"))


class LeadForm(forms.Form):
    """Another coordinator of a network."""

    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"), empty_label="–")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "lead-%s")
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = people


def _texts(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class _Facts(forms.Form):
    """What is told of any network."""

    name_fi = forms.CharField(label=_("Name in Finnish"), max_length=200, required=False)
    name_sv = forms.CharField(label=_("Name in Swedish"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Network.Kind.choices, widget=forms.RadioSelect
    )
    coordination = forms.ChoiceField(
        label=_("Coordination"), choices=Network.Coordination.choices, widget=forms.RadioSelect
    )
    led_until = DateField(label=_("Led until"), required=False)
    funding = forms.CharField(label=_("Funding"), required=False, widget=_texts(2))
    funding_source = forms.CharField(
        label=_("Source of the funding"), max_length=200, required=False
    )
    funding_from = DateField(label=_("Funded from"), required=False)
    funding_to = DateField(label=_("Funded until"), required=False)
    themes = forms.CharField(
        label=_("Themes"), required=False, widget=_texts(4), help_text=_("One on each line.")
    )
    region = forms.ModelChoiceField(
        Region.objects.order_by("code"), label=_("Region"), required=False, empty_label="–"
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, viewer: Viewer, network: Network | None, **kwargs: Any) -> None:
        if network is not None:
            kwargs["initial"] = {**_initial(network), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.network = network
        self.fields["led_by"] = OrganisationField(
            viewer, label=_("Led by"), required=False, max_length=250
        )
        if network is None:
            self.fields["kind"].initial = Network.Kind.PARTNERSHIP
            self.fields["coordination"].initial = Network.Coordination.LED

    def clean_themes(self) -> list[str]:
        """The lines, each once."""
        lines = [line.strip()[:80] for line in self.cleaned_data["themes"].splitlines()]
        return list(dict.fromkeys(line for line in lines if line))[:30]

    def clean(self) -> dict[str, Any]:
        """A name in some language; periods that end after they begin."""
        facts = super().clean() or self.cleaned_data
        if not any(facts.get(f"name_{code}") for code in LANGUAGES):
            self.add_error("name_fi", _("Give a name in at least one language."))
        first, last = facts.pop("funding_from", None), facts.pop("funding_to", None)
        if first and last and last < first:
            self.add_error("funding_to", _("The last day is before the first."))
        else:
            facts["funding_valid"] = period(first, last) if first or last else None
        for name in ("founded_on", "first", "last", "led_until"):
            day = facts.get(name)
            if day and not EARLIEST <= day <= LATEST:
                self.add_error(name, _("The year of that day can't be right."))
        return facts


class NetworkForm(_Facts):
    """A network that is run here."""

    purpose = forms.CharField(
        label=_("Purpose"),
        widget=_texts(3),
        help_text=_("What the network is for, in a sentence or two. It is its first sentence."),
    )
    vision = forms.CharField(label=_("Vision"), required=False, widget=_texts(2))
    language = forms.ChoiceField(label=_("Language of the texts"), choices=OWN_NAMES)
    founded_on = DateField(label=_("Began on"))
    languages = forms.MultipleChoiceField(
        label=_("Working languages"),
        choices=OWN_NAMES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    public = forms.BooleanField(
        label=_("Public: it has a public page, and its members are known to all"), required=False
    )
    contact_public = forms.BooleanField(
        label=_("The public page tells the coordinator's name and e-mail address"), required=False
    )
    hue = forms.ChoiceField(
        label=_("Colour"), choices=Network.Hue.choices, widget=forms.RadioSelect
    )
    motto = forms.CharField(label=_("Motto"), max_length=160, required=False)
    cost_rule = forms.ChoiceField(
        label=_("Costs are agreed when"), choices=Network.CostRule.choices
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.network is None:
            self.fields["founded_on"].initial = clock.today()
            self.fields["hue"].initial = Network.Hue.LAKE
            self.fields["languages"].initial = ["fi"]


class FirstMemberForm(forms.Form):
    """A first member and its contact person's address; an empty row is no member."""

    email = forms.EmailField(label=_("Contact person's e-mail"), max_length=254, required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = OrganisationField(
            viewer, label=_("Organisation"), max_length=250, required=False
        )
        self.order_fields(["organisation", "email"])

    def clean(self) -> dict[str, Any]:
        """An address belongs to an organisation."""
        facts = super().clean() or self.cleaned_data
        if facts.get("email") and not facts.get("organisation") and not self.errors:
            self.add_error("organisation", _("Whose contact person is it?"))
        return facts


class ElsewhereForm(_Facts):
    """A network that the institution belongs to and that is run elsewhere."""

    need = forms.CharField(
        label=_("Need or goal"), widget=_texts(2), help_text=_("Why we are in it.")
    )
    led_by_name = forms.CharField(
        label=_("Led by, if not in the directory"), max_length=200, required=False
    )
    way_of_working = forms.CharField(label=_("Way of working"), required=False, widget=_texts(2))
    groups_elsewhere = forms.CharField(label=_("Its groups"), required=False, widget=_texts(2))
    first = DateField(label=_("We belong since"))
    last = DateField(label=_("We belonged until"), required=False)

    def __init__(self, *args: Any, institution_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["representatives"] = forms.ModelMultipleChoiceField(
            Person.objects.filter(
                pk__in=Affiliation.objects.on(clock.today())
                .filter(institution_id=institution_id)
                .values("person_id")
            ).order_by("family_name", "given_name"),
            label=_("Our representatives"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        facts = super().clean()
        if facts.get("first") and facts.get("last") and facts["last"] < facts["first"]:
            self.add_error("last", _("The last day is before the first."))
        return facts


def _initial(network: Network) -> dict[str, Any]:
    organisation = network.organisation
    funded = network.funding_valid
    return {
        **{f"name_{code}": getattr(organisation, f"name_{code}") for code in LANGUAGES},
        **{
            name: getattr(network, name)
            for name in (
                "kind", "purpose", "vision", "language", "coordination", "led_by_name",
                "led_until", "funding", "funding_source", "languages", "hue", "motto",
                "cost_rule", "contact_public", "need", "way_of_working", "groups_elsewhere",
            )
        },
        "led_by": f"{network.led_by} #{network.led_by_id}" if network.led_by else "",
        "themes": "\n".join(network.themes),
        "region": organisation.region_id,
        "website": organisation.website,
        "public": organisation.public,
        "founded_on": first_day(network.valid),
        "funding_from": funded.lower if funded else None,
        "funding_to": funded.upper - timedelta(days=1) if funded and funded.upper else None,
    }  # fmt: skip
