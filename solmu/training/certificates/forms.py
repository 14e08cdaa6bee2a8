"""Forms of certificates and of feedback."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.training.certificates.models import CertificateSettings
from solmu.training.certificates.questions import MARKS, Questions


class ReissueForm(forms.Form):
    """A certificate issued anew: the name, the language, and why."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Whoever checks the old certificate reads this."),
    )


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
