"""Forms of groups, seats and terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from solmu.lib import clock
from solmu.lib.periods import last_day
from solmu.networks import groups, seats, terms
from solmu.networks.models import Group, Network, Seat, Term
from solmu.networks.sitting import seat_name
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.ui.forms import DateField

LANGUAGES = (("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English")))
PERSONAL_SEAT = "personal"


def capitalised(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, str]]:
    """Choices as a form shows them."""
    return [(value, capfirst(str(label))) for value, label in choices]


class _Form(forms.Form):
    """A form whose fields are made ready when it is, and that takes a job's refusal."""

    @property
    def own(self) -> dict[str, Any]:
        """The form's own fields."""
        return self.fields

    def refuse(self, error: groups.GroupError) -> None:
        """Show why the job refused, at the field that it is about."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class GroupFactsForm(_Form):
    """What a group is called, what its task is and how often it meets."""

    name_fi = forms.CharField(label=_("Name in Finnish"), max_length=120, required=False)
    name_sv = forms.CharField(label=_("Name in Swedish"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind"))
    task = forms.CharField(
        label=_("Task"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the group is for, in a sentence or two."),
    )
    language = forms.ChoiceField(label=_("Language of the task"), choices=LANGUAGES)
    meetings_a_year = forms.IntegerField(
        label=_("Meetings a year"), required=False, min_value=1, max_value=366
    )

    def __init__(self, *args: Any, group: Group | None = None, **kwargs: Any) -> None:
        if group is not None:
            facts = {name: getattr(group, name) for name in groups.FACTS}
            kwargs["initial"] = {**facts, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.own["kind"].choices = capitalised(Group.Kind.choices)
        self.own["kind"].initial = Group.Kind.WORKING
        self.own["language"].initial = (get_language() or "fi")[:2]

    def clean(self) -> dict[str, Any]:
        """A name in some language."""
        facts = super().clean() or self.cleaned_data
        if not any(facts.get(name) for name in groups.NAMES):
            self.add_error("name_fi", gettext("Give a name in at least one language."))
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        """The group's facts as the jobs take them."""
        return {name: self.cleaned_data[name] for name in groups.FACTS}


class FoundForm(GroupFactsForm):
    """A new group: since when, part of which, and whose seats it has at first."""

    on = DateField(label=_("First day"))
    parent = forms.ChoiceField(
        label=_("Sub-group of"),
        required=False,
        help_text=_("Only for a sub-group that works under another group."),
    )
    seats_for = forms.MultipleChoiceField(
        label=_("Seats for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each gets one seat; who sits in it is said afterwards."),
    )

    def __init__(
        self,
        *args: Any,
        existing: Sequence[Group],
        members: Sequence[Organisation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.existing = {str(group.pk): group for group in existing}
        self.own["parent"].choices = [
            ("", gettext("No group")),
            *((key, group.name) for key, group in self.existing.items()),
        ]
        self.own["seats_for"].choices = [(str(one.pk), str(one)) for one in members]
        self.own["on"].initial = clock.today()
        if not existing:
            del self.fields["parent"]

    @property
    def parent_group(self) -> Group | None:
        """The group that the new one is a part of."""
        return self.existing.get(self.cleaned_data.get("parent", ""))

    @property
    def organisations(self) -> list[int]:
        """The organisations that get a seat."""
        return [int(key) for key in self.cleaned_data["seats_for"]]


class EditForm(GroupFactsForm):
    """A group's facts, its first day, and what it is a part of from which day on."""

    first = DateField(label=_("First day"))
    parent = forms.ChoiceField(label=_("Sub-group of"), required=False)
    parent_from = DateField(
        label=_("Part of it from"),
        required=False,
        help_text=_("Needed only when what it is a part of changes."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, group: Group, parent: Group | None, existing: Sequence[Group], **kw: Any
    ) -> None:
        super().__init__(*args, group=group, **kw)
        self.existing = {str(one.pk): one for one in existing}
        self.was = str(parent.pk) if parent else ""
        if parent is not None:
            self.existing.setdefault(self.was, parent)
        self.own["first"].initial = group.valid.lower
        self.own["parent"].choices = [
            ("", gettext("No group")),
            *((key, one.name) for key, one in self.existing.items()),
        ]
        self.own["parent"].initial = self.was
        self.own["parent_from"].initial = clock.today()
        self.own["seen"].initial = groups.state_of(group)

    @property
    def new_parent(self) -> tuple[Group | None, date] | None:
        """What the group is to be a part of and from when; None: as before."""
        chosen = self.cleaned_data["parent"]
        if chosen == self.was:
            return None
        return self.existing.get(chosen), self.cleaned_data["parent_from"] or clock.today()


class CloseForm(_Form):
    """When a group is closed, and why."""

    last = DateField(label=_("Last day"))
    note = forms.CharField(label=_("Why"), required=False, max_length=300)
    with_subgroups = forms.BooleanField(
        label=_("Close its sub-groups too"),
        required=False,
        help_text=_("Otherwise they go on by themselves."),
    )

    def __init__(self, *args: Any, has_subgroups: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own["last"].initial = clock.today()
        if not has_subgroups:
            del self.fields["with_subgroups"]


class FollowForm(_Form):
    """From which day others go on with the work, and why."""

    on = DateField(
        label=_("From which day"),
        help_text=_("The day before is the last one of what there is now."),
    )
    note = forms.CharField(label=_("Why"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own["on"].initial = clock.today()


class _Carrying(_Form):
    seats = forms.MultipleChoiceField(
        label=_("Seats that go along, with those who hold them"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def offer(self, seats_then: Sequence[Seat], ticked: Iterable[int], *, groups_too: bool) -> None:
        """Fill in the seats that can be carried over."""
        self.own["seats"].choices = [
            (str(seat.pk), _seat_line(seat, groups_too=groups_too)) for seat in seats_then
        ]
        self.own["seats"].initial = [str(key) for key in ticked]
        if not seats_then:
            del self.fields["seats"]

    @property
    def carried(self) -> frozenset[int]:
        """The seats that go along."""
        return frozenset(int(key) for key in self.cleaned_data.get("seats", ()))


class PartForm(GroupFactsForm, _Carrying):
    """One of the groups that a group is split into."""

    field_order = (*groups.NAMES, "kind", "task", "language", "meetings_a_year", "seats",
                   "subgroups")  # fmt: skip

    subgroups = forms.MultipleChoiceField(
        label=_("Sub-groups that go along"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def offer_subgroups(self, found: Sequence[Group], *, ticked: bool) -> None:
        """Fill in the sub-groups that go on under the new group."""
        self.own["subgroups"].choices = [(str(one.pk), one.name) for one in found]
        if ticked:
            self.own["subgroups"].initial = [str(one.pk) for one in found]
        if not found:
            del self.fields["subgroups"]

    @property
    def part(self) -> groups.Part:
        """What the job takes."""
        chosen = self.cleaned_data.get("subgroups", ())
        return groups.Part(self.facts, self.carried, frozenset(int(key) for key in chosen))


class MergeForm(FollowForm, GroupFactsForm, _Carrying):
    """Where merged groups go on: in a new group, or in one of them."""

    NEW = "new"

    into = forms.ChoiceField(label=_("They go on in"), widget=forms.RadioSelect)

    field_order = ("on", "into", "name_fi", "name_sv", "name_en", "kind", "task", "language",
                   "meetings_a_year", "seats", "note")  # fmt: skip

    def __init__(self, *args: Any, merged: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.merged = {str(group.pk): group for group in merged}
        self.own["into"].choices = [
            (self.NEW, gettext("a new group, named below")),
            *((key, group.name) for key, group in self.merged.items()),
        ]
        self.own["into"].initial = self.NEW

    def clean(self) -> dict[str, Any]:
        """A name is needed only for a new group."""
        facts = forms.Form.clean(self) or self.cleaned_data
        if facts.get("into") == self.NEW and not any(facts.get(name) for name in groups.NAMES):
            self.add_error("name_fi", gettext("Give a name in at least one language."))
        return facts

    @property
    def target(self) -> Group | dict[str, Any]:
        """The group that goes on, or the facts of a new one."""
        return self.merged.get(self.cleaned_data["into"]) or self.facts


class SeatForm(_Form):
    """A seat to add: whose, for what, and for how long."""

    organisation = forms.ChoiceField(label=_("Whose seat"))
    title = forms.CharField(
        label=_("What the seat is for"),
        required=False,
        max_length=120,
        help_text=_("Needed for a personal seat; else only if an organisation has several."),
    )
    first = DateField(label=_("First day"))
    last = DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Left empty, the seat lasts as long as the group and the membership."),
    )

    def __init__(
        self, *args: Any, group: Group, members: Sequence[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.members = {str(one.pk): one for one in members}
        self.own["organisation"].choices = [
            *((key, str(one)) for key, one in self.members.items()),
            (PERSONAL_SEAT, gettext("nobody's: a personal seat")),
        ]
        today = clock.today()
        first = group.valid.lower
        self.own["first"].initial = max(first, today) if first else today

    @property
    def chosen(self) -> Organisation | None:
        """The organisation, or None for a personal seat."""
        return self.members.get(self.cleaned_data["organisation"])


class SeatEditForm(_Form):
    """What a seat is for, and its days."""

    title = forms.CharField(label=_("What the seat is for"), required=False, max_length=120)
    first = DateField(label=_("First day"))
    last = DateField(label=_("Last day"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own["title"].initial = seat.title
        self.own["first"].initial = seat.valid.lower
        self.own["last"].initial = last_day(seat.valid)
        self.own["seen"].initial = seats.state_of(seat)


class LastDayForm(_Form):
    """The last day of something."""

    last = DateField(label=_("Last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own["last"].initial = clock.today()


class PersonForm(_Form):
    """Who: one of those known here, or somebody new by name and address."""

    person = forms.ChoiceField(
        label=_("Person"),
        required=False,
        help_text=_("Somebody else? Choose nobody and write their name and address below."),
    )
    given_name = forms.CharField(label=_("Given name"), max_length=100, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("They get a message, and sign in by a link that is mailed to this address."),
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in terms.choosable(seat)[:500]}
        self.own["person"].choices = [
            ("", gettext("nobody of these")),
            *((key, one.name) for key, one in self.people.items()),
        ]
        if not self.people:
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        """Either somebody chosen, or a name and an address."""
        facts = super().clean() or self.cleaned_data
        if facts.get("person"):
            return facts
        if not (facts.get("given_name") or facts.get("family_name")):
            self.add_error("given_name", gettext("Give the person's name."))
        if not facts.get("email") and "email" not in self.errors:
            self.add_error(
                "email", gettext("Give an e-mail address: the person is told of the seat.")
            )
        return facts

    @property
    def who(self) -> Person | terms.NewPerson:
        """The person, as the jobs take it."""
        facts = self.cleaned_data
        if chosen := self.people.get(facts.get("person") or ""):
            return chosen
        return terms.NewPerson(
            facts["given_name"], facts["family_name"], facts["email"], (get_language() or "fi")[:2]
        )


class NameForm(PersonForm):
    """Somebody to sit in a seat: in which role, from when to when."""

    role = forms.ChoiceField(label=_("Role"), choices=())
    first = DateField(label=_("First day"))
    last = DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Left empty, the term goes on until further notice."),
    )

    def __init__(self, *args: Any, seat: Seat, deputy: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, seat=seat, **kwargs)
        self.own["role"].choices = capitalised(Term.Role.choices)
        self.own["role"].initial = Term.Role.MEMBER
        begins = [seat.valid.lower or clock.today()]
        for term in seat.terms.all():
            if term.deputy == deputy and term.valid.upper:
                begins.append(term.valid.upper)
        self.own["first"].initial = max([*begins, clock.today()])
        if deputy:
            del self.fields["role"]


class HandOverForm(NameForm):
    """A successor: from which day, in which role, until when."""

    field_order = ("person", "given_name", "family_name", "email", "role", "first", "last")

    def __init__(self, *args: Any, seat: Seat, holder: Term | None, **kwargs: Any) -> None:
        super().__init__(*args, seat=seat, **kwargs)
        self.own["first"].label = gettext("Hands over on")
        if holder is not None:
            last = last_day(holder.valid)
            self.own["first"].initial = (
                last + timedelta(days=1) if last else clock.today() + timedelta(days=1)
            )
            self.own["first"].help_text = gettext(
                "%(name)s holds the seat until the day before."
            ) % {"name": holder.person.name}
            self.own["role"].initial = holder.role


class TermForm(_Form):
    """A term to correct: its days and its role."""

    role = forms.ChoiceField(label=_("Role"), choices=())
    first = DateField(label=_("First day"))
    last = DateField(label=_("Last day"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own["role"].choices = capitalised(Term.Role.choices)
        self.own["role"].initial = term.role
        self.own["first"].initial = term.valid.lower
        self.own["last"].initial = last_day(term.valid)
        self.own["seen"].initial = terms.state_of(term)


def members_on(network: Network, day: date) -> list[Organisation]:
    """The network's members on a day, by name."""
    found = Organisation.objects.filter(
        memberships__network=network, memberships__valid__contains=day
    ).distinct()
    return sorted(found, key=lambda one: str(one).casefold())


def members_ever(network: Network) -> list[Organisation]:
    """All that are or have been members, those of today first."""
    now = members_on(network, clock.today())
    known = {one.pk for one in now}
    ever = Organisation.objects.filter(memberships__network=network).distinct()
    former = [one for one in ever if one.pk not in known]
    return [*now, *sorted(former, key=lambda one: str(one).casefold())]


def _seat_line(seat: Seat, *, groups_too: bool) -> str:
    holders = ", ".join(
        term.person.name
        for term in seat.terms_then  # type: ignore[attr-defined]
        if not term.deputy
    )
    text = f"{seat_name(seat)}: {holders}" if holders else seat_name(seat)
    return f"{text} ({seat.group})" if groups_too else text
