"""Forms of the partner's page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from solmu.lib import clock
from solmu.organisations.models import Affiliation
from solmu.partnerships.models import (
    Contact,
    DialogueEntry,
    Facet,
    Level,
    Stakeholder,
    Standing,
)
from solmu.partnerships.partner import confirming, contacts, value
from solmu.partnerships.permissions import can_decide_level
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.ui.forms import DateField

EARLIEST = date(1900, 1, 1)
NOBODY = _("nobody yet")
WRITTEN_IN = [("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English"))]


def _own_language() -> str:
    return (get_language() or "fi")[:2]


def written_in(text: str, language: str) -> str:
    """The language of a text for its form; the writer's own where nothing is written yet."""
    return language if text else _own_language()


class _LevelSelect(forms.RadioSelect):
    """The ladder; steps that somebody else decides can't be chosen."""

    def __init__(self, barred: Iterable[str] = (), attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.barred = set(barred)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.barred and not option["selected"]:
            option["attrs"]["disabled"] = True
        return option


class _Form(forms.Form):
    """A form whose fields are made ready when it is."""

    @property
    def own(self) -> dict[str, Any]:
        """The form's own fields."""
        return self.fields


class ReasonForm(_Form):
    """From which day a change holds, and why."""

    on = DateField(label=_("From which day"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with the change, so that others understand it later."),
    )
    language = forms.ChoiceField(
        label=_("Language of the text"), required=False, choices=WRITTEN_IN, initial=_own_language
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own["on"].initial = clock.today()

    def clean_on(self) -> date:
        """Refuse days that nobody can mean."""
        on: date = self.cleaned_data["on"]
        if on < EARLIEST or on.year > clock.today().year + 20:
            raise forms.ValidationError(gettext("That day is too far away."))
        return on


class ChangeForm(ReasonForm):
    """How a partner stands: everything that is dated."""

    state = forms.ChoiceField(label=_("State"), widget=forms.RadioSelect)
    level = forms.ChoiceField(label=_("Level"), required=False)
    contents = forms.MultipleChoiceField(
        label=_("What we do together"), required=False, widget=forms.CheckboxSelectMultiple
    )
    themes = forms.MultipleChoiceField(
        label=_("Themes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    scope_override = forms.ChoiceField(label=_("Scope"), required=False)
    form = forms.ChoiceField(label=_("Form"), widget=forms.RadioSelect)
    owner = forms.ChoiceField(label=_("Who looks after it on our side"), required=False)
    counterpart = forms.ChoiceField(
        label=_("Who looks after it on their side"),
        required=False,
        help_text=_("Add the person as a contact first, if they aren't on the list."),
    )
    goals = forms.CharField(
        label=_("Goals"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the two of you want to reach together."),
    )

    field_order = (
        "level",
        "state",
        "contents",
        "themes",
        "scope_override",
        "form",
        "owner",
        "counterpart",
        "goals",
        "on",
        "reason",
        "language",
    )

    def __init__(
        self,
        *args: Any,
        stakeholder: Stakeholder,
        standing: Standing | None,
        viewer: Viewer,
        derived_scope: str,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = _facts_of(standing)
        super().__init__(*args, **kwargs)
        own = stakeholder.institution_id
        self.levels = list(Level.objects.filter(institution_id=own).order_by("-rank"))
        now = standing or Standing()
        barred = [str(x.pk) for x in self.levels if not can_decide_level(viewer, own, x)]
        self._ladder(barred, viewer, own)
        facets = list(
            Facet.objects.filter(institution_id=own).filter(
                Q(ended=False) | Q(pk__in=[*now.contents, *now.themes])
            )
        )
        for name, kind in (("contents", Facet.Kind.CONTENT), ("themes", Facet.Kind.THEME)):
            self.own[name].choices = [(str(f.pk), f.name) for f in facets if f.kind == kind]
            if not self.own[name].choices:
                del self.own[name]
        self.own["language"].label = _("Language of the texts")
        self.own["state"].choices = _capitalised(Standing.State.choices)
        self.own["form"].choices = _capitalised(Standing.Form.choices)
        derived = Standing.Scope(derived_scope).label
        self.own["scope_override"].choices = [
            ("", gettext("By place: %(scope)s") % {"scope": derived}),
            *_capitalised(Standing.Scope.choices),
        ]
        self.own["scope_override"].help_text = gettext(
            "Choose another only if the place doesn't tell how far the cooperation reaches."
        )
        self.own["owner"].choices = _people(colleagues(own), now.owner)
        self.own["counterpart"].choices = _people(
            Person.objects.filter(contacts__stakeholder=stakeholder).distinct(), now.counterpart
        )

    def _ladder(self, barred: list[str], viewer: Viewer, institution_id: int) -> None:
        choices = [
            (str(level.pk), _with_meaning(level, str(level.pk) in barred)) for level in self.levels
        ]
        choices.append(("", gettext("No level yet")))
        held = self.initial.get("level")
        # Who may not decide a step may not leave it either.
        locked = held in barred or not can_decide_level(viewer, institution_id, None)
        if locked:
            barred = [key for key, _label in choices]
        self.own["level"].choices = choices
        self.own["level"].widget = _LevelSelect(barred)
        self.own["level"].widget.choices = choices
        if locked:
            self.own["level"].disabled = True
            self.own["level"].help_text = (
                gettext("This level is decided by a leader.")
                if held in barred and held
                else gettext("Levels are decided by a coordinator or a leader.")
            )

    def facts(self) -> dict[str, Any]:
        """What was changed on the form, as `standing.change` takes it."""
        facts: dict[str, Any] = {}
        for name in self.changed_data:
            if name in {"on", "reason", "language"}:
                continue
            given = self.cleaned_data[name]
            if name in {"level", "owner", "counterpart"}:
                facts[f"{name}_id"] = int(given) if given else None
            elif name in {"contents", "themes"}:
                facts[name] = [int(key) for key in given]
            else:
                facts[name] = given
        return facts


class DescribeForm(_Form):
    """Roles and notes."""

    roles = forms.MultipleChoiceField(
        label=_("What they are to us"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Seen by everybody in your institution. Personal matters don't belong here."),
    )
    language = forms.ChoiceField(
        label=_("Language of the text"), required=False, choices=WRITTEN_IN
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own["roles"].choices = _capitalised(Stakeholder.Role.choices)


class NextStepForm(_Form):
    """The one next thing to do with a partner."""

    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = DateField(label=_("By"), required=False)
    language = forms.ChoiceField(
        label=_("Language of the text"), required=False, choices=WRITTEN_IN
    )


class DialogueForm(_Form):
    """One form for a meeting, call, visit, note or task."""

    kind = forms.ChoiceField(
        label=_("What was it"), choices=DialogueEntry.Kind.choices, widget=forms.RadioSelect
    )
    title = forms.CharField(label=_("In a few words"), max_length=200)
    on = DateField(label=_("Date"))
    text = forms.CharField(
        label=_("What was said and agreed"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    contact = forms.ModelChoiceField(
        label=_("With"),
        queryset=Contact.objects.none(),
        required=False,
        empty_label=_("nobody named"),
    )
    due_on = DateField(label=_("Due"), required=False)
    limited = forms.BooleanField(
        label=_("Only for leaders and me"),
        required=False,
        help_text=_("Not shown as something done together either."),
    )
    language = forms.ChoiceField(
        label=_("Language of the text"), required=False, choices=WRITTEN_IN
    )

    def __init__(self, *args: Any, stakeholder: Stakeholder, **kwargs: Any) -> None:
        initial = {
            "kind": DialogueEntry.Kind.MEETING,
            "on": clock.today(),
            **kwargs.pop("initial", {}),
        }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        people = Contact.objects.filter(stakeholder=stakeholder).select_related("person")
        self.own["contact"].queryset = people.order_by("person__family_name", "pk")
        self.own["contact"].label_from_instance = lambda contact: contact.person.name
        if initial["kind"] != DialogueEntry.Kind.CONTACT:
            # "Contact" is what an import makes of a last-contact date; people say what it was.
            kinds = [pair for pair in DialogueEntry.Kind.choices if pair[0] != "contact"]
            self.own["kind"].choices = _capitalised(kinds)

    def clean(self) -> dict[str, Any]:
        """A day that has come for what has happened; without a language it is the writer's own."""
        cleaned = super().clean() or {}
        if not cleaned.get("language"):
            cleaned.pop("language", None)
        together = cleaned.get("kind") in DialogueEntry.TOGETHER
        if together and cleaned.get("on") and cleaned["on"] > clock.today():
            self.add_error("on", gettext("Log it when it has happened; until then make it a task."))
        if cleaned.get("on") and cleaned["on"] < EARLIEST:
            self.add_error("on", gettext("That day is too far away."))
        return cleaned


class ContactForm(_Form):
    """A contact person."""

    given_name = forms.CharField(label=_("Given name"), max_length=100, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=100, required=False)
    title = forms.CharField(label=_("Title"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("not known")), *WRITTEN_IN],
        help_text=_("Messages to the person are in this language."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    note_language = forms.ChoiceField(
        label=_("Language of the note"), required=False, choices=WRITTEN_IN
    )
    legal_basis = forms.ChoiceField(
        label=_("Legal basis for keeping these facts"), choices=Person.LegalBasis.choices
    )
    retention_until = DateField(
        label=_("Kept until"), help_text=_("After this day the person's facts are to be erased.")
    )

    person_fields = contacts.PERSON_FACTS

    def __init__(self, *args: Any, contact: Contact | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {
            "legal_basis": Person.LegalBasis.PUBLIC_TASK,
            "retention_until": contacts.default_retention(clock.today()),
            "note_language": _own_language(),
        }
        if contact:
            initial = {name: getattr(contact.person, name) for name in contacts.PERSON_FACTS}
            initial |= {"title": contact.title, "note": contact.note}
            initial["note_language"] = written_in(contact.note, contact.note_language)
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        for name in ("language", "legal_basis"):
            self.own[name].choices = _capitalised(self.own[name].choices)
        self.has_account = bool(contact and contact.person.user_id)
        if self.has_account:
            for name in contacts.PERSON_FACTS:
                del self.own[name]

    def clean(self) -> dict[str, Any]:
        """Somebody needs a name or an address."""
        cleaned = super().clean() or {}
        named = any(cleaned.get(key) for key in ("given_name", "family_name", "email"))
        if not self.has_account and not self.errors and not named:
            self.add_error("given_name", gettext("Give a name or an e-mail address."))
        return cleaned


class ConfirmForm(_Form):
    """Whom to ask, and what to show them."""

    contact = forms.ModelChoiceField(
        label=_("Whom to ask"), queryset=Contact.objects.none(), empty_label=None
    )
    shows = forms.MultipleChoiceField(
        label=_("What to show"), widget=forms.CheckboxSelectMultiple, required=False
    )
    internal = forms.MultipleChoiceField(
        label=_("Shown only if you tick it"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(
        self, *args: Any, people: Any, preview: dict[str, list[str]], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"shows": list(confirming.USUAL)}
        super().__init__(*args, **kwargs)
        self.own["contact"].queryset = people
        self.own["contact"].label_from_instance = lambda contact: (
            f"{contact.person.name} · {contact.person.email}"
        )
        told = [(key, label) for key, label in confirming.PARTS.items() if preview.get(key)]
        self.own["shows"].choices = [
            (key, _Told(label, preview[key]))
            for key, label in told
            if key not in confirming.INTERNAL
        ]
        self.own["internal"].choices = [
            (key, _Told(label, preview[key])) for key, label in told if key in confirming.INTERNAL
        ]
        if not self.own["internal"].choices:
            del self.own["internal"]

    def chosen(self) -> list[str]:
        """All that was ticked."""
        return [*self.cleaned_data["shows"], *self.cleaned_data.get("internal", [])]

    def clean(self) -> dict[str, Any]:
        """Something must be shown."""
        cleaned = super().clean() or {}
        if not cleaned.get("shows") and not cleaned.get("internal"):
            self.add_error("shows", gettext("Choose at least one thing to show."))
        return cleaned


class AnswerForm(_Form):
    """The partner's answer."""

    choice = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[
            ("confirmed", _("Yes, this is how we see it too")),
            ("corrected", _("Mostly, but something should be corrected")),
            ("declined", _("No, I don't want to confirm this")),
        ],
    )
    text = forms.CharField(
        label=_("What you would like to say"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("If something should be corrected, write here how it is."),
    )

    def clean(self) -> dict[str, Any]:
        """A correction says what is to be corrected."""
        cleaned = super().clean() or {}
        if cleaned.get("choice") == "corrected" and not cleaned.get("text", "").strip():
            self.add_error("text", gettext("Write what should be corrected."))
        return cleaned


class ValueForm(_Form):
    """Value both ways: a text and a score for each of five sides."""

    on = DateField(label=_("As it looks on"))
    language = forms.ChoiceField(
        label=_("Language of the texts"), required=False, choices=WRITTEN_IN
    )

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        own = {"on": clock.today(), "language": _own_language()}
        kwargs["initial"] = {**own, **(initial or {})}
        super().__init__(*args, **kwargs)
        for key in value.SIDES:
            self.own[key] = forms.CharField(
                label=str(value.NAMES[key]),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Our view of it.") if key in value.OUR_VIEW else "",
            )
            self.own[f"{key}_score"] = forms.TypedChoiceField(
                label=_("How much"),
                required=False,
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect,
                choices=[
                    ("", capfirst(gettext("not assessed"))),
                    *((str(n), _Scored(n, text)) for n, text in enumerate(value.MEANINGS[key])),
                ],
            )

    def clean_on(self) -> date:
        """Value is assessed by today."""
        on: date = self.cleaned_data["on"]
        if on > clock.today() or on < EARLIEST:
            raise forms.ValidationError(gettext("Choose a day by today."))
        return on

    def pairs(self) -> list[tuple[Any, Any]]:
        """Text and score of each side."""
        return [(self[key], self[f"{key}_score"]) for key in value.SIDES]

    def facts(self) -> dict[str, Any]:
        """What `value.assess` takes."""
        return {name: given for name, given in self.cleaned_data.items() if name != "on"}


class _Told:
    """A part of the question with what it would say."""

    def __init__(self, label: Any, lines: list[str]) -> None:
        self.label, self.lines = label, lines

    def __str__(self) -> str:
        words = "; ".join(self.lines)
        return f"{self.label}: {words[:240]}{'…' if len(words) > 240 else ''}"


class _Scored:
    """A score and its sentence."""

    def __init__(self, score: int, meaning: Any) -> None:
        self.score, self.meaning = score, meaning

    def __str__(self) -> str:
        return f"{self.score} · {self.meaning}"


def colleagues(institution_id: int) -> Any:
    """People with a role in the institution today."""
    today = Affiliation.objects.on(clock.today()).filter(institution_id=institution_id)
    return Person.objects.filter(pk__in=today.values("person_id"), merged_into=None)


def _people(people: Any, held: Person | None) -> list[tuple[str, Any]]:
    named = {
        person.pk: person.name for person in people.order_by("family_name", "given_name", "pk")
    }
    if held and held.pk not in named:
        named[held.pk] = held.name
    return [("", capfirst(str(NOBODY))), *((str(key), name) for key, name in named.items())]


def _capitalised(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, str]]:
    return [(key, capfirst(str(label))) for key, label in choices]


def _with_meaning(level: Level, is_barred: bool) -> str:
    words = {"level": level.name, "meaning": level.meaning}
    if is_barred:
        return gettext("%(level)s (decided by a leader)") % words
    return gettext("%(level)s: %(meaning)s") % words if level.meaning else level.name


def _facts_of(standing: Standing | None) -> dict[str, Any]:
    now = standing or Standing()
    return {
        "state": now.state,
        "level": str(now.level_id or ""),
        "contents": [str(key) for key in now.contents],
        "themes": [str(key) for key in now.themes],
        "scope_override": now.scope_override,
        "form": now.form,
        "owner": str(now.owner_id or ""),
        "counterpart": str(now.counterpart_id or ""),
        "goals": now.goals,
    }
