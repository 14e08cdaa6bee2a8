"""What people fill in about an agreement's life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.agreements.living import checking
from solmu.agreements.models import Agreement, Party, Review
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.months import months_later
from solmu.organisations.models import Organisation
from solmu.partnerships.models import Level
from solmu.people.models import Person
from solmu.ui.forms import DateField


class NoticeForm(forms.Form):
    """Who ends the agreement, and why."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("Who gives notice"), empty_label=None
    )
    told_on = DateField(label=gettext_lazy("Notice given on"))
    agreed_on = DateField(
        label=gettext_lazy("Last day, if the parties have agreed on one"),
        required=False,
        help_text=gettext_lazy("Empty: it is counted from the notice."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The other parties read it."),
    )

    def __init__(self, data: Any, *, agreement: Agreement) -> None:
        super().__init__(data, initial={"told_on": clock.today()})
        today = clock.today()
        bound = agreement.parties.filter(bound__contains=today).values("organisation_id")
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=bound).order_by("sort_fi")
        field.initial = agreement.institution_id


class TakeBackForm(forms.Form):
    """Why the agreement goes on after all."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The other parties read it."),
    )
    agreed = forms.BooleanField(label=gettext_lazy("The parties agree on this"))


class DecisionForm(forms.Form):
    """What is decided of the agreement after its year."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    next_on = DateField(
        label=gettext_lazy("Next review"),
        required=False,
        help_text=gettext_lazy("Not needed when the agreement ends."),
    )

    def __init__(self, data: Any, *, level: Level | None, may_end: bool) -> None:
        super().__init__(data, initial={"next_on": months_later(clock.today(), 12)})
        words = {
            Review.Decision.GO_ON: _("Go on as it is"),
            Review.Decision.RENEW: _("Renew: a new draft for the time after this one"),
            Review.Decision.CHANGE: _("Change: a new draft that takes this one's place"),
            Review.Decision.END: _("End: notice is given today"),
        }
        if level is not None:
            words[Review.Decision.RAISE] = _("Propose the level “%(level)s” to a leader") % {
                "level": level.name
            }
        if not may_end:
            del words[Review.Decision.END]
        field: Any = self.fields["decision"]
        field.choices = [(key, words[key]) for key in Review.Decision if key in words]

    def clean_next_on(self) -> Any:
        """Refuse a day that has been, or lies too far."""
        return _ahead(self.cleaned_data["next_on"], _("The next review lies ahead."))


class CheckForm(forms.Form):
    """What a check of a goal found, and when it is looked at again."""

    on = DateField(label=gettext_lazy("Checked on"))
    note = forms.CharField(
        label=gettext_lazy("What shows it"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("A sentence, or the address of a page or a file."),
    )
    state = forms.ChoiceField(label=gettext_lazy("How it stands"), widget=forms.RadioSelect)
    next_check_on = DateField(
        label=gettext_lazy("Next check"),
        required=False,
        help_text=gettext_lazy("Both sides are told two weeks before."),
    )

    def __init__(
        self,
        data: Any,
        *,
        goal: Goal,
        parties: Iterable[Party],
        people: Mapping[int, list[Person]],
        owners: Mapping[int, int],
    ) -> None:
        initial = {
            "on": clock.today(),
            "state": goal.state,
            "next_check_on": checking.next_check(goal),
        }
        super().__init__(data, initial=initial)
        state: Any = self.fields["state"]
        state.choices = [
            (Goal.State.OPEN, _("Under way")),
            (Goal.State.REACHED, _("Reached")),
            (Goal.State.DROPPED, _("Given up")),
        ]
        self.indicators = list(goal.indicators.all())
        for one in self.indicators:
            unit = f" ({one.unit})" if one.unit else ""
            self.fields[f"value-{one.pk}"] = forms.DecimalField(
                label=f"{one.name}{unit}", required=False, max_digits=14, decimal_places=2
            )
        self.order_fields([f"value-{one.pk}" for one in self.indicators] + ["note", "on", "state"])
        self.parties, self.people = list(parties), people
        for party in self.parties:
            self.fields[f"owner-{party.pk}"] = forms.TypedChoiceField(
                label=_("Owner at %(name)s") % {"name": party.organisation},
                choices=[("", "–"), *((one.pk, one.name) for one in people[party.pk])],
                coerce=int,
                empty_value=None,
                required=False,
                initial=owners.get(party.organisation_id),
            )

    def clean_on(self) -> Any:
        """Refuse a day that has not been, or lies too far."""
        on = self.cleaned_data["on"]
        if on > clock.today():
            raise forms.ValidationError(_("A value can't be measured on a day to come."))
        if on.year < 1900:
            raise forms.ValidationError(_("That is too long ago."))
        return on

    def clean_next_check_on(self) -> Any:
        """Refuse a day that has been, or lies too far."""
        return _ahead(self.cleaned_data["next_check_on"], _("The next check lies ahead."))

    def facts(self) -> dict[str, Any]:
        """What the check found."""
        found = self.cleaned_data
        values = {one.pk: found.get(f"value-{one.pk}") for one in self.indicators}
        told: dict[str, Any] = {key: found[key] for key in ("on", "note", "state", "next_check_on")}
        told["values"] = {key: value for key, value in values.items() if value is not None}
        if self.parties:
            named = {party: found.get(f"owner-{party.pk}") for party in self.parties}
            told["owners"] = {
                party.organisation_id: person
                for party, key in named.items()
                for person in self.people[party.pk]
                if person.pk == key
            }
        return told


class TickForm(forms.Form):
    """That a duty was done."""

    done_on = DateField(label=gettext_lazy("Done on"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)
    due = forms.CharField(max_length=10, required=False)

    def clean_done_on(self) -> Any:
        """Refuse a day to come."""
        on = self.cleaned_data["done_on"]
        if on and on > clock.today():
            raise forms.ValidationError(_("The day can't be in the future."))
        return on


class RetentionForm(forms.Form):
    """What the archive needs to know."""

    case_number = forms.CharField(label=gettext_lazy("Case number"), max_length=60, required=False)
    retention_class = forms.CharField(
        label=gettext_lazy("Retention class"), max_length=60, required=False
    )
    keep_years = forms.IntegerField(
        label=gettext_lazy("Kept after its end, years"),
        min_value=0,
        max_value=200,
        required=False,
        help_text=gettext_lazy("Empty: for good. When the time is over, its keeper is told."),
    )


def _ahead(on: date | None, past: str) -> date | None:
    if on and on <= clock.today():
        raise forms.ValidationError(past)
    if on and on > clock.today() + timedelta(days=3660):
        raise forms.ValidationError(_("That is too far ahead."))
    return on
