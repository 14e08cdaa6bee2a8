"""What people enter of agreements: a new one, its facts, clauses, comments, goals and duties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.agreements.drafting import wording, words
from solmu.agreements.models import (
    Agreement,
    BaseClause,
    BaseVersion,
    Clause,
    Comment,
    Duty,
    Party,
)
from solmu.goals.models import Goal
from solmu.lib.periods import first_day, last_day, period
from solmu.lib.translated import LANGUAGES
from solmu.organisations.models import Affiliation, Organisation
from solmu.people.models import Person
from solmu.ui.forms import DateField

LANGUAGE_NAMES = (
    ("fi", gettext_lazy("Finnish")),
    ("sv", gettext_lazy("Swedish")),
    ("en", gettext_lazy("English")),
)
FIRST_PARTY = "institution"
LONGEST_TEXT = 20_000


def _tidy(text: str) -> str:
    """Lines end alike, however the browser sends them."""
    return text.replace("\r\n", "\n").strip()


class NewForm(forms.Form):
    """A new agreement: its title, languages and parties, and which clauses of the template."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=LANGUAGE_NAMES,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The first one chosen prevails, until you say otherwise."),
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        version: BaseVersion,
        members: Iterable[Organisation] = (),
        title: str,
        language: str,
    ) -> None:
        super().__init__(data)
        self.version = version
        self.clauses = list(version.clauses.all())
        spoken = [
            code for code in LANGUAGES if any(getattr(c, f"text_{code}") for c in self.clauses)
        ]
        self.fields["title"].initial = title
        field: Any = self.fields["languages"]
        field.choices = [(code, name) for code, name in LANGUAGE_NAMES if code in spoken]
        field.initial = [language] if language in spoken else spoken[:1]
        self.alternatives: dict[str, list[Any]] = {}
        for clause in self.clauses:
            if clause.alternatives:
                self.alternatives.setdefault(clause.alternatives, []).append(clause)
            elif clause.optional:
                self.fields[f"take-{clause.key}"] = forms.BooleanField(
                    label=_choice(clause), required=False, initial=True, help_text=clause.note
                )
        for name, rows in self.alternatives.items():
            choices: list[tuple[str, Any]] = [(row.key, _choice(row)) for row in rows]
            optional = all(row.optional for row in rows)
            if optional:
                choices.append(("", _("none of these")))
            self.fields[f"one-{name}"] = forms.ChoiceField(
                label=_("One of these: %(titles)s") % {"titles": rows[0].title},
                choices=choices,
                initial=rows[0].key,
                required=not optional,
                widget=forms.RadioSelect,
            )
        self.members = list(members)
        if self.members:
            self.fields["parties"] = forms.TypedMultipleChoiceField(
                label=_("Parties"),
                choices=[(one.pk, str(one)) for one in self.members],
                coerce=int,
                initial=[one.pk for one in self.members],
                widget=forms.CheckboxSelectMultiple,
                help_text=_("Your own institution is a party in any case."),
            )

    @property
    def choice_fields(self) -> list[forms.BoundField]:
        """The clauses that can be chosen."""
        return [self[name] for name in self.fields if name.startswith(("take-", "one-"))]

    def leave_out(self) -> list[str]:
        """The keys of the clauses that aren't taken."""
        left = [
            clause.key
            for clause in self.clauses
            if clause.optional
            and not clause.alternatives
            and not self.cleaned_data.get(f"take-{clause.key}")
        ]
        for name, rows in self.alternatives.items():
            chosen = self.cleaned_data.get(f"one-{name}", "")
            left += [row.key for row in rows if row.key != chosen]
        return left


def _choice(clause: BaseClause) -> SafeString:
    """A clause that can be chosen: alternatives have one title, so that its beginning is told."""
    begins = Truncator(wording.filled(clause.text, {}, gap="…")).words(24)
    return format_html('<span><b>{}</b> <span class="note">{}</span></span>', clause.title, begins)


class FactsForm(forms.ModelForm):
    """The facts beside the clauses."""

    starts_on = DateField(
        label=gettext_lazy("First day in force"),
        required=False,
        help_text=gettext_lazy("Empty: the day of the last signature."),
    )
    ends_on = DateField(
        label=gettext_lazy("Last day in force"),
        required=False,
        help_text=gettext_lazy("Empty: until further notice."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=LANGUAGE_NAMES,
        widget=forms.CheckboxSelectMultiple,
    )
    prevailing = forms.ChoiceField(
        label=gettext_lazy("Language that prevails"), choices=LANGUAGE_NAMES
    )

    class Meta:
        model = Agreement
        fields = [
            "title", "summary", "owner", "notice_months", "renews_months", "next_review_on",
            "accession", "silence_days", "means", "in_order", "case_number", "retention_class",
        ]  # fmt: skip
        field_classes = {"next_review_on": DateField}
        widgets = {"summary": forms.Textarea(attrs={"rows": 2})}

    field_order = (
        "title", "summary", "owner", "languages", "prevailing", "starts_on", "ends_on",
        "notice_months", "renews_months", "next_review_on", "accession", "silence_days", "means",
        "in_order", "case_number", "retention_class",
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, agreement: Agreement) -> None:
        valid = agreement.valid
        super().__init__(
            data,
            instance=agreement,
            initial={
                "starts_on": first_day(valid) if valid else None,
                "ends_on": last_day(valid) if valid else None,
                "languages": agreement.languages,
                "prevailing": agreement.prevailing,
            },
        )
        owner: Any = self.fields["owner"]
        owner.label = _("Owner")
        colleagues = Affiliation.objects.filter(institution_id=agreement.institution_id)
        owner.queryset = Person.objects.filter(
            Q(pk__in=colleagues.values("person_id")) | Q(pk=agreement.owner_id or 0)
        ).order_by("family_name", "given_name", "pk")
        for name, least, most in (("notice_months", 0, 120), ("renews_months", 1, 240),
                                  ("silence_days", 1, 365)):  # fmt: skip
            field: Any = self.fields[name]
            field.min_value, field.max_value = least, most
            field.widget.attrs |= {"min": least, "max": most}

    def clean(self) -> dict[str, Any]:
        """The days are in their order, the numbers in their bounds."""
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The last day is before the first."))
        if cleaned.get("languages") and cleaned.get("prevailing") not in cleaned["languages"]:
            self.add_error(
                "prevailing", _("The language that prevails is one of the agreement's languages.")
            )
        for name, least, most in (("notice_months", 0, 120), ("renews_months", 1, 240),
                                  ("silence_days", 1, 365)):  # fmt: skip
            value = cleaned.get(name)
            if value is not None and not least <= value <= most:
                self.add_error(
                    name, _("From %(least)s to %(most)s.") % {"least": least, "most": most}
                )
        return cleaned

    def _post_clean(self) -> None:
        """Leave the agreement alone: the job writes it."""

    def facts(self) -> dict[str, Any]:
        """What was written."""
        facts = dict(self.cleaned_data)
        starts, ends = facts.pop("starts_on"), facts.pop("ends_on")
        facts["valid"] = period(starts, ends) if starts or ends else None
        facts["languages"] = [code for code in LANGUAGES if code in facts["languages"]]
        return facts


class PartyForm(forms.Form):
    """What the text calls a party, and who its contact person is."""

    called = forms.CharField(
        label=gettext_lazy("Called in the text"), max_length=60, required=False
    )
    signers_needed = forms.TypedChoiceField(
        label=gettext_lazy("Signatures needed"),
        choices=[(1, gettext_lazy("one")), (2, gettext_lazy("two together"))],
        coerce=int,
    )

    def __init__(self, data: QueryDict | None, *, party: Party, people: list[Person]) -> None:
        super().__init__(
            data,
            prefix=f"party-{party.pk}",
            initial={
                "called": party.called,
                "signers_needed": party.signers_needed,
                "contact": party.contact_id,
            },
        )
        self.party = party
        self.people = {one.pk: one for one in people}
        self.fields["contact"] = forms.TypedChoiceField(
            label=_("Contact person"),
            choices=[("", "–"), *((one.pk, one.name) for one in people)],
            coerce=int,
            empty_value=None,
            required=False,
        )
        self.order_fields(("called", "contact", "signers_needed"))

    def facts(self) -> dict[str, Any]:
        """What was written."""
        facts = dict(self.cleaned_data)
        facts["contact"] = self.people.get(facts["contact"])
        return facts


class VariablesForm(forms.Form):
    """Every variable of the text at once: what is missing first, then what is known."""

    def __init__(
        self, data: QueryDict | None, *, agreement: Agreement, names: list[str], missing: set[str]
    ) -> None:
        super().__init__(data)
        self.names = {f"v-{name}": name for name in names}
        self.missing = {f"v-{name}" for name in missing}
        for key, name in self.names.items():
            label = words.label(name)
            if name in {words.START, words.END}:
                valid = agreement.valid
                day = None
                if valid:
                    day = first_day(valid) if name == words.START else last_day(valid)
                self.fields[key] = DateField(label=label, required=False, initial=day)
                continue
            self.fields[key] = forms.CharField(
                label=label,
                required=False,
                max_length=1000,
                initial=agreement.values.get(name, ""),
            )

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of what is missing."""
        return [self[key] for key in self.fields if key in self.missing]

    @property
    def known(self) -> list[forms.BoundField]:
        """The fields of what is known already."""
        return [self[key] for key in self.fields if key not in self.missing]

    def clean(self) -> dict[str, Any]:
        """The days are in their order; a value holds no variable itself."""
        cleaned = super().clean() or {}
        starts, ends = cleaned.get(f"v-{words.START}"), cleaned.get(f"v-{words.END}")
        if starts and ends and ends < starts:
            self.add_error(f"v-{words.END}", _("The last day is before the first."))
        for key, value in cleaned.items():
            if isinstance(value, str) and ("{" in value or "}" in value):
                self.add_error(key, _("Write it without braces."))
        return cleaned

    def values(self) -> dict[str, str]:
        """What was written, but for the term."""
        return {
            name: self.cleaned_data.get(key) or ""
            for key, name in self.names.items()
            if name not in {words.START, words.END}
        }

    def term(self, agreement: Agreement) -> Any:
        """The term as it was written; None where nothing was said of it."""
        valid = agreement.valid
        starts = first_day(valid) if valid else None
        ends = last_day(valid) if valid else None
        if f"v-{words.START}" in self.fields:
            starts = self.cleaned_data.get(f"v-{words.START}")
        if f"v-{words.END}" in self.fields:
            ends = self.cleaned_data.get(f"v-{words.END}")
        return period(starts, ends) if starts or ends else None


class ClauseForm(forms.Form):
    """A clause in the agreement's languages."""

    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None, *, agreement: Agreement, clause: Clause | None = None
    ) -> None:
        super().__init__(data, initial={"edition": clause.edition if clause else 0})
        names = dict(LANGUAGE_NAMES)
        self.codes = sorted(agreement.languages, key=lambda code: code != agreement.prevailing)
        for code in self.codes:
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Title, in %(language)s") % {"language": names[code]}
                if len(self.codes) > 1
                else _("Title"),
                max_length=160,
                required=code == agreement.prevailing,
                initial=getattr(clause, f"title_{code}") if clause else "",
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Text, in %(language)s") % {"language": names[code]}
                if len(self.codes) > 1
                else _("Text"),
                max_length=LONGEST_TEXT,
                required=False,
                initial=getattr(clause, f"text_{code}") if clause else "",
                widget=forms.Textarea(attrs={"lang": code, "rows": 12}),
            )
        self.fields["confidential"] = forms.BooleanField(
            label=_("Confidential"),
            help_text=_("Only the parties' leaders, coordinators and contact persons read it."),
            required=False,
            initial=clause.confidential if clause else False,
        )

    @property
    def sides(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Each language with its title and text."""
        return [(code, self[f"title_{code}"], self[f"text_{code}"]) for code in self.codes]

    def texts(self) -> dict[str, Any]:
        """What was written."""
        cleaned = self.cleaned_data
        texts: dict[str, Any] = {"confidential": cleaned["confidential"]}
        for code in self.codes:
            texts[f"title_{code}"] = " ".join(cleaned[f"title_{code}"].split())
            texts[f"text_{code}"] = _tidy(cleaned[f"text_{code}"])
        return texts

    def take_edition(self, edition: int) -> None:
        """Let the next saving be meant although somebody else came before."""
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent["edition"] = str(edition)
        self.data = sent


class AskForm(forms.Form):
    """Whom to ask of a party: somebody known, or somebody new."""

    asked = forms.BooleanField(required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)

    def __init__(self, data: QueryDict | None, *, party: Party, people: list[Person]) -> None:
        chosen = party.contact_id or (people[0].pk if len(people) == 1 else None)
        super().__init__(
            data, prefix=f"ask-{party.pk}", initial={"asked": True, "person": chosen or ""}
        )
        self.party = party
        self.people = {one.pk: one for one in people}
        self.fields["asked"].label = str(party.organisation)
        self.fields["person"] = forms.TypedChoiceField(
            label=_("Who reads it"),
            choices=[
                *((one.pk, f"{one.name} ({one.email or _('no e-mail address')})")
                  for one in people),
                ("", _("Somebody else")),
            ],
            coerce=int,
            empty_value=None,
            required=False,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Somebody new has a name and an address."""
        cleaned = super().clean() or {}
        if cleaned.get("asked") and not cleaned.get("person") and "person" not in self.errors:
            if not cleaned.get("name"):
                self.add_error("name", _("Write a name."))
            if not cleaned.get("email") and "email" not in self.errors:
                self.add_error("email", _("Write an e-mail address."))
        return cleaned


class MessageForm(forms.Form):
    """A greeting with what is sent."""

    message = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as what you would like them to look at."),
    )


class SayForm(forms.Form):
    """A comment on a clause, or another wording for it."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    language = forms.ChoiceField(choices=LANGUAGE_NAMES, widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    suggested = forms.CharField(
        label=gettext_lazy("Your wording"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class ReplyForm(forms.ModelForm):
    """An answer to a comment."""

    class Meta:
        model = Comment
        fields = ["answer"]
        widgets = {"answer": forms.Textarea(attrs={"rows": 2})}


class GoalForm(forms.Form):
    """A goal with the indicator that tells of it, and who looks after it on each side."""

    title = forms.CharField(label=gettext_lazy("Goal"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("What it means"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    indicator = forms.CharField(
        label=gettext_lazy("Indicator"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("How it is seen that the goal comes nearer."),
    )
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=40)
    baseline = forms.DecimalField(
        label=gettext_lazy("Baseline"), required=False, max_digits=14, decimal_places=2
    )
    target = forms.DecimalField(
        label=gettext_lazy("Target"), required=False, max_digits=14, decimal_places=2
    )
    by = DateField(label=gettext_lazy("Reached by"), required=False)
    next_check_on = DateField(label=gettext_lazy("Next check"), required=False)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        parties: list[Party],
        people: dict[int, list[Person]],
        goal: Goal | None = None,
        owners: dict[int, int] | None = None,
    ) -> None:
        super().__init__(data, initial=_goal_initial(goal))
        self.parties, self.people = parties, people
        self.fields["organisation"] = forms.TypedChoiceField(
            label=_("Responsible"),
            choices=[("", _("all together")),
                     *((one.organisation_id, str(one.organisation)) for one in parties)],
            coerce=int,
            empty_value=None,
            required=False,
            initial=goal.organisation_id if goal else None,
        )  # fmt: skip
        for party in parties:
            self.fields[f"owner-{party.pk}"] = forms.TypedChoiceField(
                label=_("Owner at %(name)s") % {"name": party.organisation},
                choices=[("", "–"), *((one.pk, one.name) for one in people[party.pk])],
                coerce=int,
                empty_value=None,
                required=False,
                initial=(owners or {}).get(party.organisation_id),
            )

    @property
    def owner_fields(self) -> list[forms.BoundField]:
        """Who looks after it on each side."""
        return [self[name] for name in self.fields if name.startswith("owner-")]

    def clean(self) -> dict[str, Any]:
        """Figures need the indicator that they are of."""
        cleaned = super().clean() or {}
        figures = cleaned.get("baseline") is not None or cleaned.get("target") is not None
        if figures and not cleaned.get("indicator"):
            self.add_error("indicator", _("Say what the figures are of."))
        return cleaned

    def owners(self) -> dict[int, Person]:
        """Who looks after it, by organisation."""
        found = {}
        for party in self.parties:
            key = self.cleaned_data.get(f"owner-{party.pk}")
            person = next((one for one in self.people[party.pk] if one.pk == key), None)
            if person:
                found[party.organisation_id] = person
        return found


class DutyForm(forms.ModelForm):
    """What a party promises, by when, and who sees to it."""

    class Meta:
        model = Duty
        fields = ["text", "due_on", "every_months", "note"]
        field_classes = {"due_on": DateField}

    def __init__(
        self,
        data: QueryDict | None,
        *,
        parties: list[Party],
        people: dict[int, list[Person]],
        duty: Duty | None = None,
    ) -> None:
        super().__init__(data, instance=duty)
        self.everybody = {one.pk: one for party in parties for one in people.get(party.pk, [])}
        self.fields["organisation"] = forms.TypedChoiceField(
            label=_("Who"),
            choices=[(one.organisation_id, str(one.organisation)) for one in parties],
            coerce=int,
            initial=duty.organisation_id if duty else None,
        )
        self.fields["person"] = forms.TypedChoiceField(
            label=_("Responsible person"),
            choices=[
                ("", "–"),
                *(
                    (str(party.organisation), [(one.pk, one.name) for one in people[party.pk]])
                    for party in parties
                    if people.get(party.pk)
                ),
            ],
            coerce=int,
            empty_value=None,
            required=False,
            initial=duty.person_id if duty else None,
        )
        months: Any = self.fields["every_months"]
        months.min_value = 1
        months.widget.attrs["min"] = 1
        months.help_text = _("Empty: once.")
        self.order_fields(("organisation", "text", "due_on", "every_months", "person", "note"))

    def clean_every_months(self) -> int | None:
        """A duty comes back after a month at the soonest."""
        months: int | None = self.cleaned_data["every_months"]
        if months is not None and not 1 <= months <= 120:
            raise forms.ValidationError(
                _("From %(least)s to %(most)s.") % {"least": 1, "most": 120}
            )
        return months

    def _post_clean(self) -> None:
        """Leave the duty alone: the job writes it."""

    def facts(self) -> dict[str, Any]:
        """What was written."""
        facts = dict(self.cleaned_data)
        facts["person"] = self.everybody.get(facts["person"])
        facts["organisation_id"] = facts.pop("organisation")
        return facts


class FindForm(forms.Form):
    """Whom the agreement is made with."""

    find = forms.CharField(label=gettext_lazy("Partner"), max_length=100, required=False)


def base_label(version: BaseVersion) -> str:
    """What a template is called where it is chosen."""
    return f"{capfirst(version.base.name)} ({_('version %(n)s') % {'n': version.number}})"


def _goal_initial(goal: Goal | None) -> dict[str, Any]:
    if goal is None:
        return {}
    indicator = goal.indicators.order_by("pk").first()
    initial: dict[str, Any] = {
        "title": goal.title,
        "text": goal.text,
        "by": last_day(goal.valid),
        "next_check_on": goal.next_check_on,
    }
    if indicator:
        initial |= {
            "indicator": indicator.name,
            "unit": indicator.unit,
            "baseline": indicator.baseline,
            "target": indicator.target,
        }
    return initial
