"""What people fill in about programmes, their starts, and enrolling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from solmu.files.storing import FileError
from solmu.imports.cleaning import CleaningError
from solmu.lib import clock
from solmu.lib.startrule import LAST, ORDINALS, WEEKDAY_CODES, RuleError, StartRule
from solmu.organisations.fields import FIELDS
from solmu.organisations.models import Affiliation, Institution, Municipality
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.training import logos, placing, words, workplaces
from solmu.training.models import Cohort, Enrolment, Programme, Staff
from solmu.ui.forms import DateField

# Addresses below /training/ that are no programme's.
RESERVED = frozenset(
    ("new", "mine", "own", "confirm", "group", "starts", "workplace", "cohorts", "enrolments",
     "day", "systems", "coverage", "figures", "certificate")
)  # fmt: skip
OWN_NAMES = (("fi", "suomi"), ("sv", "svenska"), ("en", "English"))
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?", re.IGNORECASE)


def length_of(cohort: Cohort) -> str:
    """When a start begins and until when it can be studied, as a person says it."""
    return _("Start on %(start)s, study until %(last)s") % {
        "start": words.day(cohort.starts_on),
        "last": words.day(cohort.access_until),
    }


def room_of(cohort: Cohort) -> str:
    """How many places are left; empty where there is no limit."""
    if cohort.places is None:
        return ""
    left = cohort.places - cohort.taken  # type: ignore[attr-defined]
    if left > 0:
        return ngettext("one place left", "%(n)s places left", left) % {"n": left}
    waiting = cohort.waiting  # type: ignore[attr-defined]
    if not waiting:
        return _("full; you would be first on the waiting list")
    return ngettext(
        "full; one person waits for a place", "full; %(n)s people wait for a place", waiting
    ) % {"n": waiting}


class CohortField(forms.ModelChoiceField):
    """One of the coming starts, each said in words."""

    widget = forms.RadioSelect

    def __init__(self, cohorts: list[Cohort], **kwargs: Any) -> None:
        ids = [one.pk for one in cohorts]
        super().__init__(
            Cohort.objects.filter(pk__in=ids), **{"empty_label": None, "required": True, **kwargs}
        )
        self._cohorts = cohorts
        self.choices = [(one.pk, self._said(one)) for one in cohorts]

    def _said(self, cohort: Cohort) -> str:
        room = room_of(cohort)
        return f"{length_of(cohort)} ({room})" if room else length_of(cohort)

    def clean(self, value: Any) -> Cohort | None:
        """Return the start with what is known of its places."""
        found = super().clean(value)
        return next((one for one in self._cohorts if found and one.pk == found.pk), None)


def first_choice(cohorts: list[Cohort]) -> int | None:
    """The start that is offered first: the nearest with room."""
    free = [one for one in cohorts if placing.has_room(one)]
    return (free or cohorts or [Cohort()])[0].pk


class _WorkplaceFields(forms.Form):
    """A workplace by its business ID or its name, where it is and what it does."""

    business_id = forms.CharField(
        label=gettext_lazy("Business ID"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("For example 1234567-1. The name is looked up for you."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    workplace_name = forms.CharField(
        label=gettext_lazy("Workplace"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    municipality = forms.ChoiceField(label=gettext_lazy("Municipality of the workplace"))

    def _fill_choices(self) -> None:
        self.fields["field"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *((key, capfirst(str(label))) for key, label in FIELDS.items()),
        ]
        places = sorted(
            ((one.code, one.name) for one in Municipality.objects.filter(merged_into=None)),
            key=lambda pair: pair[1],
        )
        self.fields["municipality"].choices = [("", "–"), *places]  # type: ignore[attr-defined]

    def clean_business_id(self) -> str:
        """The ID as its register writes it."""
        try:
            return workplaces.checked(self.cleaned_data["business_id"])
        except CleaningError as error:
            raise ValidationError(str(error)) from error

    def full_clean(self) -> None:
        """What the directory knows of the business ID is filled in where nothing was written."""
        if self.is_bound:
            name, number, place = (
                self.add_prefix(key) for key in ("workplace_name", "business_id", "municipality")
            )
            if self.data.get(number) and not (self.data.get(name) and self.data.get(place)):
                found = workplaces.look_up(self.data[number])
                if found:
                    self.data = self.data.copy()  # type: ignore[attr-defined]
                    self.data[name] = self.data.get(name) or found.name  # type: ignore[index]
                    self.data[place] = self.data.get(place) or found.municipality  # type: ignore[index]
        super().full_clean()


class _HoneyForm(forms.Form):
    """With a field that people don't see and programs fill in."""

    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def is_program(self) -> bool:
        """Something has filled in what people don't see."""
        return bool(self.data.get(self.add_prefix("website")))


class DetailsForm(_WorkplaceFields):
    """Who takes part and where they work: what they can correct later too."""

    given_name = forms.CharField(
        label=gettext_lazy("Given name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Family name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language do you study?"), widget=forms.RadioSelect
    )
    wants_paper = forms.BooleanField(
        label=gettext_lazy("I want the certificate on paper too"), required=False
    )
    postal_address = forms.CharField(
        label=gettext_lazy("Postal address"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Only for the certificate on paper: street, postal code, town."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    hears_more = forms.BooleanField(
        label=gettext_lazy("You may tell me of other training (voluntary, and can be taken back)"),
        required=False,
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fill_choices()
        chosen = [pair for pair in OWN_NAMES if pair[0] in programme.languages] or OWN_NAMES
        self.fields["language"].choices = chosen  # type: ignore[attr-defined]
        self.fields["language"].initial = chosen[0][0]

    def clean(self) -> dict[str, Any]:
        """An address is needed by those who want paper, and kept of nobody else."""
        facts = super().clean() or self.cleaned_data
        if not facts.get("wants_paper"):
            facts["postal_address"] = ""
        elif not facts.get("postal_address", "").strip():
            self.add_error("postal_address", _("Where shall we post the certificate?"))
        return facts


class EnrolForm(DetailsForm, _HoneyForm):
    """Enrolling oneself."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("We send a link there to confirm, and later the results."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, programme: Programme, cohorts: list[Cohort], **kwargs: Any):
        super().__init__(*args, programme=programme, **kwargs)
        if cohorts:
            self.fields["cohort"] = CohortField(cohorts, label=_("When do you start?"))
            self.fields["cohort"].initial = first_choice(cohorts)
        self.order_fields(["cohort", "given_name", "family_name", "email", "phone"])


class GroupForm(_WorkplaceFields, _HoneyForm):
    """Enrolling people of one's workplace together."""

    contact_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Your phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    payer = forms.CharField(
        label=gettext_lazy("Invoicing"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Where an invoice goes, and your reference for it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language do they study?"), widget=forms.RadioSelect
    )
    people = forms.CharField(
        label=gettext_lazy("People, one on each line"),
        required=False,
        max_length=50_000,
        help_text=gettext_lazy(
            "Name, e-mail and phone, with a comma, a semicolon or a tab between them."
            " You can paste rows from a spreadsheet."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file of them"),
        required=False,
        help_text=gettext_lazy("XLSX, ODS or CSV with columns for name, e-mail and phone."),
    )

    def __init__(
        self, *args: Any, programme: Programme, cohorts: list[Cohort], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._fill_choices()
        chosen = [pair for pair in OWN_NAMES if pair[0] in programme.languages] or OWN_NAMES
        self.fields["language"].choices = chosen  # type: ignore[attr-defined]
        self.fields["language"].initial = chosen[0][0]
        if not programme.price:
            del self.fields["payer"]
        if cohorts:
            self.fields["cohort"] = CohortField(cohorts, label=_("When do they start?"))
            self.fields["cohort"].initial = first_choice(cohorts)
        self.order_fields(["contact_name", "contact_email", "contact_phone"])

    def clean(self) -> dict[str, Any]:
        """Somebody has to be enrolled."""
        facts = super().clean() or self.cleaned_data
        if not facts.get("people", "").strip() and not facts.get("file"):
            self.add_error("people", _("Write at least one person, or choose a file."))
        return facts


class StartForm(forms.Form):
    """Another start."""

    def __init__(self, *args: Any, cohorts: list[Cohort], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "start-%s")
        super().__init__(*args, **kwargs)
        self.fields["cohort"] = CohortField(cohorts, label=_("Start"))


class RuleFields(forms.Form):
    """A start rule in parts that people choose."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Starts on"),
        choices=[
            ("week", gettext_lazy("a weekday of the month")),
            ("month", gettext_lazy("a day of the month")),
        ],
        widget=forms.RadioSelect,
        initial="week",
    )
    which = forms.TypedChoiceField(
        label=gettext_lazy("Which one"), coerce=int, initial=1, required=False
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Weekday"), coerce=int, initial=1, required=False
    )
    working = forms.BooleanField(
        label=gettext_lazy("Only working days count"), required=False, initial=True
    )
    day = forms.IntegerField(
        label=gettext_lazy("Day"), min_value=1, max_value=31, initial=1, required=False
    )
    shift = forms.ChoiceField(
        label=gettext_lazy("If that is no working day"),
        required=False,
        choices=[
            ("next", gettext_lazy("the working day after it")),
            ("before", gettext_lazy("the working day before it")),
            ("", gettext_lazy("on the day all the same")),
        ],
    )
    months = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Only in these months"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing chosen: every month."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        which = [(number, label) for number, label in ORDINALS.items() if number != LAST]
        choices: Any = self.fields
        choices["which"].choices = [*which, (LAST, ORDINALS[LAST])]
        choices["weekday"].choices = [(n, WEEKDAYS[n]) for n in range(len(WEEKDAY_CODES))]
        choices["months"].choices = list(MONTHS.items())

    @staticmethod
    def parts_of(rule: StartRule) -> dict[str, Any]:
        """The rule in the form's parts."""
        return {
            "kind": "week" if rule.weekday is not None else "month",
            "which": rule.which,
            "weekday": 1 if rule.weekday is None else rule.weekday,
            "working": rule.working if rule.weekday is not None else True,
            "day": rule.day or 1,
            "shift": rule.shift if rule.weekday is None else "next",
            "months": list(rule.months),
        }

    def rule_of(self, facts: Mapping[str, Any]) -> StartRule:
        """The rule that the parts make."""
        months = tuple(sorted(facts.get("months") or ()))
        if facts.get("kind") == "month":
            return StartRule(
                day=facts.get("day") or 1, shift=facts.get("shift") or "", months=months
            )
        which, weekday = facts.get("which", 1), facts.get("weekday", 1)
        return StartRule(
            which=1 if which == "" else which,
            weekday=1 if weekday == "" else weekday,
            working=bool(facts.get("working")),
            months=months,
        )


class ProgrammeForm(RuleFields, forms.ModelForm):
    """A programme as those who run it set it up."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), choices=OWN_NAMES, widget=forms.CheckboxSelectMultiple
    )
    embed_origins = forms.CharField(
        label=gettext_lazy("Sites that may embed the list of starts"),
        required=False,
        help_text=gettext_lazy("One on each line, such as https://www.example.org"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    class Meta:
        model = Programme
        fields = [
            "name_fi", "name_sv", "name_en", "about_fi", "about_sv", "about_en", "for_whom_fi",
            "for_whom_sv", "for_whom_en", "price_fi", "price_sv", "price_en", "hours",
            "access_days", "pick_days", "places", "questions", "pass_percent", "minutes",
            "attempts", "attempt_gap_days", "holds_results", "meeting_url", "recording_url",
            "contact_email", "keep_years", "look", "public", "ended_on",
        ]  # fmt: skip
        widgets = {
            **{f"{name}_{code}": forms.Textarea(attrs={"rows": 3})
               for name in ("about", "for_whom") for code in ("fi", "sv", "en")},
        }  # fmt: skip
        help_texts = {
            "places": gettext_lazy("Empty: no limit."),
            "minutes": gettext_lazy("Empty: no limit. Who needs extra time gets it on their page."),
            "price_fi": gettext_lazy("Empty: nothing is said of prices."),
            "holds_results": gettext_lazy(
                "Else everybody gets the result and the certificate as soon as they have passed."
            ),
            "public": gettext_lazy("Anybody can see it and enrol."),
            "ended_on": gettext_lazy("From this day on no enrolments are taken."),
        }

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        initial = dict(kwargs.pop("initial", None) or {})
        if instance is not None:
            initial = {
                **self.parts_of(instance.start_rule),
                "languages": instance.languages,
                "embed_origins": "\n".join(instance.embed_origins),
                **initial,
            }
        else:
            initial = {**self.parts_of(StartRule.parse("1 tue working")), "languages": ["fi"],
                       **initial}  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["ended_on"] = DateField(
            label=self.fields["ended_on"].label,
            required=False,
            help_text=self.fields["ended_on"].help_text,
        )
        self.fields["look"].choices = [  # type: ignore[attr-defined]
            ("", _("Solmu's own")), *Programme.Look.choices,
        ]  # fmt: skip
        for name in ("meeting_url", "recording_url"):
            self.fields[name].assume_scheme = "https"  # type: ignore[attr-defined]
        for name, least, most in (
            ("hours", 1, 400),
            ("access_days", 1, 730),
            ("pick_days", 0, 60),
            ("places", 1, 100_000),
            ("questions", 1, 200),
            ("pass_percent", 1, 100),
            ("minutes", 5, 600),
            ("attempts", 1, 20),
            ("attempt_gap_days", 0, 60),
            ("keep_years", 1, 50),
        ):
            field: Any = self.fields[name]
            field.min_value, field.max_value = least, most
            field.widget.attrs |= {"min": least, "max": most}
            field.validators.append(_between(least, most))
        if instance is None:
            self.fields["slug"] = forms.SlugField(
                label=_("Address"),
                max_length=60,
                required=False,
                help_text=_("The last part of its address. Empty: made of the name."),
            )
            if viewer.is_admin:
                self.fields["institution"] = forms.ModelChoiceField(
                    Institution.objects.select_related("organisation"), label=_("Institution")
                )

    def clean_embed_origins(self) -> list[str]:
        """Sites by their origin alone."""
        lines = [line.strip().rstrip("/") for line in self.cleaned_data["embed_origins"].split()]
        for line in lines:
            if not _ORIGIN.fullmatch(line):
                raise ValidationError(
                    _("“%(line)s” is no address of a site, such as https://www.example.org")
                    % {"line": line}
                )
        return lines

    def clean(self) -> dict[str, Any]:
        """A name in some language, a free address, a rule that gives days."""
        facts = super().clean() or self.cleaned_data
        names = [facts.get(f"name_{code}") for code in ("fi", "sv", "en")]
        if not any(names):
            self.add_error("name_fi", _("Give a name in at least one language."))
        if "slug" in self.fields:
            slug = facts.get("slug") or slugify(next((n for n in names if n), ""))[:60].strip("-")
            if slug in RESERVED or not slug or Programme.objects.filter(slug=slug).exists():
                self.add_error("slug", _("Choose another address: this one is taken."))
            facts["slug"] = slug
        try:
            facts["rule"] = StartRule.parse(self.rule_of(facts).code).code
        except RuleError as error:
            self.add_error("kind", str(error))
        return facts


def _between(least: int, most: int) -> Any:
    def check(value: int | None) -> None:
        if value is not None and not least <= value <= most:
            raise ValidationError(
                _("Choose a number from %(least)s to %(most)s.") % {"least": least, "most": most}
            )

    return check


class LogoForm(forms.Form):
    """A picture that is the programme's logo."""

    logo = forms.FileField(
        label=gettext_lazy("Picture"),
        widget=forms.FileInput(attrs={"accept": ",".join(logos.KINDS)}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["logo"].help_text = _(
            "PNG, JPEG or WebP, at most %(limit)s. Those who don't see it hear the institution's "
            "name."
        ) % {"limit": filesizeformat(logos.MOST)}

    def clean_logo(self) -> Any:
        """A picture that may be one."""
        upload = self.cleaned_data["logo"]
        try:
            logos.check(upload)
        except FileError as error:
            raise ValidationError(str(error)) from error
        return upload


class ExceptionForm(forms.Form):
    """An exception to the rule."""

    what = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[
            ("skip", gettext_lazy("leave a start out")),
            ("move", gettext_lazy("move a start")),
            ("add", gettext_lazy("add a start")),
        ],
        widget=forms.RadioSelect,
        initial="skip",
    )
    day = forms.ChoiceField(label=gettext_lazy("Start by the rule"), required=False)
    other = DateField(label=gettext_lazy("Day instead, or the day added"), required=False)
    why = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, days: list[Any], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "exception-%s")
        super().__init__(*args, **kwargs)
        self.fields["day"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *((day.isoformat(), date_format(day, "DATE_FORMAT")) for day in days),
        ]

    def clean(self) -> dict[str, Any]:
        """What has to be said depends on what is done."""
        facts = super().clean() or self.cleaned_data
        what = facts.get("what")
        if what in ("skip", "move") and not facts.get("day"):
            self.add_error("day", _("Choose the start."))
        if what in ("move", "add") and not facts.get("other"):
            self.add_error("other", _("Choose the day."))
        facts["day"] = facts.get("day") if what != "add" else None
        facts["other"] = facts.get("other") if what != "skip" else None
        return facts


class CohortForm(forms.ModelForm):
    """A start: founded by hand, or what is its own."""

    class Meta:
        model = Cohort
        fields = ["starts_on", "places", "meeting_url", "recording_url", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"places": gettext_lazy("Empty: no limit.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["starts_on"]
        else:
            self.fields["starts_on"] = DateField(label=_("Starts"))
            del self.fields["meeting_url"], self.fields["recording_url"]
        for name in ("meeting_url", "recording_url"):
            if name in self.fields:
                self.fields[name].assume_scheme = "https"  # type: ignore[attr-defined]
        self.fields["places"].validators.append(_between(1, 100_000))
        self.order_fields(["starts_on"])


class ReasonForm(forms.Form):
    """Why something is done."""

    why = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "why-%s")
        super().__init__(*args, **kwargs)


class StaffForm(forms.Form):
    """Somebody who runs the programme from a day on."""

    role = forms.ChoiceField(label=gettext_lazy("As"), choices=Staff.Role.choices)
    since = DateField(label=gettext_lazy("From"))
    until = DateField(label=gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "staff-%s")
        super().__init__(*args, **kwargs)
        own = Affiliation.objects.on(clock.today()).filter(institution=programme.institution_id)
        self.fields["person"] = forms.ModelChoiceField(
            Person.objects.filter(
                Q(pk__in=own.values("person_id")), merged_into=None, user__isnull=False
            ).order_by("family_name", "given_name", "pk"),
            label=_("Person"),
            help_text=_("Somebody with a role in the institution."),
        )
        self.fields["since"].initial = clock.today()
        self.order_fields(["person", "role"])


class NoteForm(forms.ModelForm):
    """What the staff notes of a participant, and what they are granted."""

    class Meta:
        model = Enrolment
        fields = ["extra_time_percent", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["extra_time_percent"].validators.append(_between(0, 200))
