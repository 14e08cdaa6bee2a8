"""Forms of certificates and of feedback."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.training.certificates.models import CertificateSettings
from solmu.training.certificates.questions import MARKS, SCALE, TEXT, Questions

SPARE = 2  # empty questions to write


class ReissueForm(forms.Form):
    """A certificate issued anew: the name, the language, and why."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Whoever checks the old certificate reads this."),
    )


class NameForm(forms.Form):
    """The name as it is to stand on a certificate."""

    name = forms.CharField(label=gettext_lazy("Name on the certificate"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "name-%s")
        super().__init__(*args, **kwargs)


class RevokeForm(forms.Form):
    """Why a certificate holds no more."""

    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Whoever checks the certificate reads this."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "revoke-%s")
        super().__init__(*args, **kwargs)


class SettingsForm(forms.ModelForm):
    """What certificates say, and what is known of the card."""

    class Meta:
        model = CertificateSettings
        fields = ("shows_score", "card_issuer", "card_price", "card_validity", "card_address")


class AskedForm(forms.Form):
    """The questions of feedback that a programme asks, in the languages that it is given in."""

    def __init__(self, data: Any, *, questions: Questions, languages: list[str]) -> None:
        super().__init__(data)
        self.languages = languages
        free = questions.free
        rows = [(one.key, one.texts) for one in questions.scales]
        self.scales = [*rows, *(("", {}) for _each in range(SPARE))]
        self.free = (free.key if free else "free", free.texts if free else {})
        for at, (_key, texts) in enumerate(self.scales):
            for code in languages:
                self._add(f"scale{at}_{code}", code, texts.get(code, ""), f"{at + 1}. ")
        for code in languages:
            self._add(f"free_{code}", code, self.free[1].get(code, ""))

    def _add(self, name: str, code: str, initial: str, number: str = "") -> None:
        label = f"{number}{dict(settings.LANGUAGES)[code]}"
        self.fields[name] = forms.CharField(
            label=label, initial=initial, max_length=300, required=False,
            widget=forms.Textarea(attrs={"rows": 2, "class": "short", "lang": code}),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A question is asked in every language, or it isn't asked."""
        facts: dict[str, Any] = super().clean() or {}
        for name in self._names():
            given = [code for code in self.languages if facts.get(f"{name}_{code}")]
            if given and len(given) < len(self.languages):
                missing = next(code for code in self.languages if code not in given)
                self.add_error(f"{name}_{missing}", _("Write it in this language too."))
        return facts

    def _names(self) -> list[str]:
        return [*(f"scale{at}" for at in range(len(self.scales))), "free"]

    @property
    def rows(self) -> list[list[BoundField]]:
        """The questions that are answered with a number, each in its languages."""
        return [
            [self[f"scale{at}_{code}"] for code in self.languages] for at in range(len(self.scales))
        ]

    @property
    def free_row(self) -> list[BoundField]:
        """The question that is answered in own words."""
        return [self[f"free_{code}"] for code in self.languages]

    @property
    def asked(self) -> list[dict[str, str]]:
        """The questions as they are kept; a new one gets a key that no other had."""
        found = []
        for at, (key, _texts) in enumerate(self.scales):
            words = self._words(f"scale{at}")
            if words:
                found.append({"key": key or f"own-{token_hex(3)}", "kind": SCALE, **words})
        if words := self._words("free"):
            found.append({"key": self.free[0], "kind": TEXT, **words})
        return found

    def _words(self, name: str) -> dict[str, str]:
        given = {code: self.cleaned_data[f"{name}_{code}"].strip() for code in self.languages}
        return given if any(given.values()) else {}


class FeedbackForm(forms.Form):
    """The questions of a programme, in the reader's language; none has to be answered."""

    def __init__(self, data: Any, *, questions: Questions, language: str) -> None:
        super().__init__(data)
        self.questions, self.language = questions, language
        low, high = questions.low[language], questions.high[language]
        names = {1: f"1 – {low}", 5: f"5 – {high}"}
        for one in questions.scales:
            self.fields[one.key] = forms.TypedChoiceField(
                label=one.texts[language],
                choices=[(mark, names.get(mark, str(mark))) for mark in MARKS],
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect,
                required=False,
            )
        if free := questions.free:
            self.fields[free.key] = forms.CharField(
                label=free.texts[language],
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text=free.warnings.get(language, ""),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """Something has to be said."""
        facts: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(facts.values()):
            raise forms.ValidationError(_("Answer at least one question."))
        return facts

    @property
    def bound(self) -> list[BoundField]:
        """The fields in order."""
        return [self[name] for name in self.fields]

    @property
    def marks(self) -> dict[str, int]:
        """What was answered with a number."""
        given = {one.key: self.cleaned_data.get(one.key) for one in self.questions.scales}
        return {key: mark for key, mark in given.items() if mark}

    @property
    def said(self) -> str:
        """What was said in own words."""
        free = self.questions.free
        return self.cleaned_data.get(free.key, "") if free else ""
