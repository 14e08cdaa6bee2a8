"""What people enter about plans and outputs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from solmu.goals.models import Goal, Indicator
from solmu.lib import clock
from solmu.networks.models import Group, Network
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.plans import people
from solmu.plans.measures import PARTS
from solmu.plans.models import Measure, Output, Plan, PlanGoal, Strategy, Theme
from solmu.ui.forms import DateField

EARLIEST, LATEST = date(1990, 1, 1), date(2200, 12, 31)
LANGUAGES = (("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English")))


class PlainText(forms.CharField):
    """A longer text; lines end alike, however the browser sends them."""

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the text as it is stored."""
        return str(super().to_python(value)).replace("\r\n", "\n")


def language_field() -> forms.ChoiceField:
    """The language that the texts are written in."""
    return forms.ChoiceField(label=_("Language of the texts"), choices=LANGUAGES)


class Day(DateField):
    """A day that makes sense in a plan."""

    def validate(self, value: Any) -> None:
        """Refuse days that are a slip of the keyboard."""
        super().validate(value)
        if value is not None and not EARLIEST <= value <= LATEST:
            raise forms.ValidationError(_("Check the year."))


class MeasureForm(forms.Form):
    """A measure. Each field carries what it held when the form was opened."""

    title = forms.CharField(label=_("Measure"), max_length=200)
    text = PlainText(label=_("How it is done"), required=False)
    goal = forms.ModelChoiceField(label=_("Goal"), queryset=PlanGoal.objects.none())
    group = forms.ModelChoiceField(
        label=_("Responsible group"), queryset=Group.objects.none(), required=False
    )
    organisation = forms.ModelChoiceField(
        label=_("Responsible institution"), queryset=Organisation.objects.none(), required=False
    )
    person = forms.ModelChoiceField(
        label=_("Responsible person"), queryset=Person.objects.none(), required=False
    )
    taking_part = forms.ModelMultipleChoiceField(
        label=_("Others that take part"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With others it is a joint measure: it shows as done together."),
    )
    starts_on = Day(label=_("Begins"))
    ends_on = Day(label=_("Is ready by"))
    indicator = forms.ModelChoiceField(
        label=_("Indicator"), queryset=Indicator.objects.none(), required=False
    )
    language = language_field()

    def __init__(
        self, data: QueryDict | None = None, *, plan: Plan, measure: Measure | None = None
    ) -> None:
        self.measure = measure
        initial: dict[str, Any] = {
            "starts_on": date(plan.year, 1, 1),
            "ends_on": date(plan.year, 12, 31),
            "language": plan.strategy.language,
        }
        parts: list[int] = []
        if measure is not None:
            parts = [one.organisation_id for one in measure.taking_part.all()]
            initial = {
                name: getattr(measure, f"{name}_id", getattr(measure, name, None))
                for name in self.base_fields
                if name != PARTS
            }
            initial[PARTS] = parts
        super().__init__(data, initial=initial)
        network = plan.network
        goals = PlanGoal.objects.filter(theme__strategy=plan.strategy_id)
        held = measure or Measure()
        if measure is not None:
            goals = goals | PlanGoal.objects.filter(pk=measure.goal_id)
        own: dict[str, Any] = self.fields
        own["goal"].queryset = goals.select_related("goal", "theme").order_by(
            "theme__place", "place", "pk"
        )
        own["goal"].label_from_instance = lambda one: f"{one.theme.title}: {one.goal.title}"
        own["group"].queryset = people.groups_in(network, held.group_id)
        members = people.organisations_in(network, held.organisation_id, *parts)
        own["organisation"].queryset = members
        own["taking_part"].queryset = members
        own["person"].queryset = people.people_in(network, held.person_id)
        own["person"].label_from_instance = lambda one: one.name
        own["indicator"].queryset = Indicator.objects.filter(
            goal__in_plan__theme__strategy=plan.strategy_id
        ).order_by("name", "pk")
        if measure is not None:
            for field in own.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Hold the days to their order."""
        facts = super().clean() or {}
        first, last = facts.get("starts_on"), facts.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("This is before the measure begins."))
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        """What was entered; the organisations that take part as their ids."""
        return {name: _plain(name, value) for name, value in self.cleaned_data.items()}

    @property
    def changed_facts(self) -> dict[str, Any]:
        """Only what differs from what the form held when it was opened."""
        facts = self.facts
        return {name: facts[name] for name in self.changed_data if name in facts}

    @property
    def facts_read(self) -> dict[str, Any]:
        """What the form held when it was opened."""
        read = {}
        for name, field in self.fields.items():
            bound = self[name]
            if bound.html_initial_name not in self.data and name != PARTS:
                continue
            hidden = field.hidden_widget()
            raw = hidden.value_from_datadict(self.data, self.files, bound.html_initial_name)
            try:
                read[name] = _plain(name, field.to_python(raw))
            except forms.ValidationError:  # what was chosen then can't be chosen any more
                continue
        return read

    def rebased(self, now: dict[str, Any], version: int, *, plan: Plan) -> MeasureForm:
        """The form again, opened on what the measure holds now, with what this person changed."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            value = field.prepare_value(now[name])
            texts = [str(one) for one in value] if isinstance(value, list) else [_sent(value)]
            data.setlist(self[name].html_initial_name, texts)
            if name not in self.changed_data:
                data.setlist(name, texts)
        data["version"] = str(version)
        return MeasureForm(data, plan=plan, measure=self.measure)


def _sent(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(name: str, value: Any) -> Any:
    if name == PARTS:
        return sorted(one.pk for one in value)
    return value


class StatusForm(forms.Form):
    """How far a measure has come."""

    status = forms.ChoiceField(label=_("Status"), choices=Measure.Status.choices)
    on = Day(label=_("Since"))
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].initial = measure.status
        self.fields["on"].initial = clock.today()

    def clean_on(self) -> date:
        """Refuse a day to come."""
        on: date = self.cleaned_data["on"]
        if on > clock.today():
            raise forms.ValidationError(_("That day is still to come."))
        return on


class ProofForm(forms.Form):
    """What shows that a measure is being done."""

    text = forms.CharField(label=_("What shows it"), max_length=500)
    url = forms.URLField(label=_("Link"), max_length=500, required=False, assume_scheme="https")
    proof_on = Day(label=_("On"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proof_on"].initial = clock.today()


class StrategyForm(forms.Form):
    """What the network aims at over some years."""

    title = forms.CharField(label=_("Name of the strategy"), max_length=200)
    text = PlainText(label=_("What it aims at"), required=False)
    first = Day(label=_("Begins"))
    last = Day(label=_("Last day"))
    language = language_field()

    def __init__(self, data: Any = None, *, strategy: Strategy | None = None) -> None:
        year = clock.today().year
        initial: dict[str, Any] = {"first": date(year, 1, 1), "last": date(year + 3, 12, 31)}
        if strategy is not None:
            initial = {
                "title": strategy.title,
                "text": strategy.text,
                "language": strategy.language,
                "first": strategy.valid.lower,
                "last": date.fromordinal(strategy.valid.upper.toordinal() - 1)
                if strategy.valid.upper
                else None,
            }
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Hold the days to their order."""
        facts = super().clean() or {}
        first, last = facts.get("first"), facts.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the strategy begins."))
        return facts


class ThemeForm(forms.Form):
    """A focus of the strategy."""

    title = forms.CharField(label=_("Theme"), max_length=120)
    text = PlainText(label=_("Description"), required=False, rows=3)

    def __init__(self, data: Any = None, *, theme: Theme | None = None) -> None:
        initial = {"title": theme.title, "text": theme.text} if theme else {}
        super().__init__(data, initial=initial)


class GoalForm(forms.Form):
    """A goal under a theme."""

    title = forms.CharField(label=_("Goal"), max_length=200)
    text = PlainText(label=_("Description"), required=False, rows=3)
    theme = forms.ModelChoiceField(label=_("Theme"), queryset=Theme.objects.none())
    group = forms.ModelChoiceField(
        label=_("Responsible group"), queryset=Group.objects.none(), required=False
    )
    state = forms.ChoiceField(label=_("State"), choices=Goal.State.choices)
    next_check_on = Day(label=_("Next check"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        strategy: Strategy,
        theme: Theme,
        planned: PlanGoal | None = None,
    ) -> None:
        initial: dict[str, Any] = {"state": Goal.State.OPEN, "theme": theme.pk}
        if planned is not None:
            initial = {
                "title": planned.goal.title,
                "text": planned.goal.text,
                "theme": planned.theme_id,
                "group": planned.group_id,
                "state": planned.goal.state,
                "next_check_on": planned.goal.next_check_on,
            }
        super().__init__(data, initial=initial)
        own: dict[str, Any] = self.fields
        own["theme"].queryset = strategy.themes.all()
        own["group"].queryset = people.groups_in(
            strategy.network, planned.group_id if planned else None
        )


class NewPlanForm(forms.Form):
    """A year's plan, begun from the one before."""

    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2200)
    continuing = forms.ModelMultipleChoiceField(
        label=_("Open measures that go on"),
        queryset=Measure.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, network: Network) -> None:
        latest = network.plans.aggregate(latest=Max("year"))["latest"]
        year = latest + 1 if latest else clock.today().year
        self.open = (
            Measure.objects.filter(plan__network=network, plan__year=latest)
            .open()
            .select_related("goal__theme")
            .order_by("goal__theme__place", "goal__place", "place", "pk")
        )
        super().__init__(data, initial={"year": year, "continuing": self.open})
        own: dict[str, Any] = self.fields
        own["continuing"].queryset = self.open
        own["continuing"].label_from_instance = lambda one: f"{one.goal.theme.title}: {one.title}"
        self.follows = latest is not None
        if not self.follows:
            del own["continuing"]


class OutputForm(forms.ModelForm):
    """What came of the work."""

    links = PlainText(
        label=_("Links"), required=False, rows=2, help_text=_("One address on each line.")
    )
    text = PlainText(label=_("What it is"), required=False)
    language = language_field()
    published_on = Day(label=_("Published on"), required=False)

    class Meta:
        model = Output
        fields = [
            "title", "kind", "text", "language", "authors", "authors_text", "organisations",
            "group", "goal", "licence", "links", "published_on", "public",
        ]  # fmt: skip
        widgets = {
            "organisations": forms.CheckboxSelectMultiple,
            "authors": forms.SelectMultiple(attrs={"size": 6}),
        }
        help_texts = {
            "public": _("It is shown on the network's public page, without signing in."),
            "authors_text": _("Names as they stand in the work."),
        }

    def __init__(self, *args: Any, network: Network, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.instance
        authors = [one.pk for one in held.authors.all()] if held.pk else []
        organisations = [one.pk for one in held.organisations.all()] if held.pk else []
        own: dict[str, Any] = self.fields
        own["authors"].queryset = people.people_in(network, *authors)
        own["authors"].label_from_instance = lambda one: one.name
        own["organisations"].queryset = people.organisations_in(network, *organisations)
        own["group"].queryset = people.groups_in(network, held.group_id)
        own["goal"].queryset = (
            PlanGoal.objects.filter(theme__strategy__network=network)
            .select_related("goal", "theme")
            .order_by("-theme__strategy__valid", "theme__place", "place", "pk")
        )
        own["goal"].label_from_instance = lambda one: f"{one.theme.title}: {one.goal.title}"
        self.initial["links"] = "\n".join(held.links)

    def clean_links(self) -> list[str]:
        """Return the addresses, each of them one of the web."""
        check = URLValidator(schemes=["http", "https"])
        links = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        for link in links[:20]:
            check(link)
        if len(links) > 20:
            raise forms.ValidationError(_("At most 20 links."))
        return links
