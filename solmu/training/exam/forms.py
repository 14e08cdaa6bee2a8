"""Forms of the trainers' pages of questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from solmu.lib.translated import LANGUAGES
from solmu.training.exam.writing import Draft

SHOWN = 5  # options that can be written


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), required=False)


class QuestionForm(forms.Form):
    """A question in three languages, its options side by side."""

    part = forms.IntegerField(label=gettext_lazy("Part"), min_value=1, max_value=99)
    text_fi = _text(gettext_lazy("Question in Finnish"))
    text_sv = _text(gettext_lazy("Question in Swedish"))
    text_en = _text(gettext_lazy("Question in English"))
    why_fi = _text(gettext_lazy("Explanation in Finnish"))
    why_sv = _text(gettext_lazy("Explanation in Swedish"))
    why_en = _text(gettext_lazy("Explanation in English"))
    right = forms.TypedChoiceField(label=gettext_lazy("Right option"), coerce=int)

    def __init__(self, data: Any = None, draft: Draft | None = None) -> None:
        options = draft.options if draft else []
        self.count = max(SHOWN, len(options))
        initial: dict[str, Any] = {}
        if draft:
            initial = {**draft.facts}
            for at, option in enumerate(options):
                initial |= {f"option{at}_{code}": option.get(code, "") for code in LANGUAGES}
        super().__init__(data, initial=initial)
        right: Any = self.fields["right"]
        right.choices = [(at, "ABCDEFGHIJ"[at]) for at in range(self.count)]
        for at in range(self.count):
            for code in LANGUAGES:
                self.fields[f"option{at}_{code}"] = forms.CharField(
                    label=f"{'ABCDEFGHIJ'[at]} ({code})",
                    required=False,
                    max_length=500,
                    widget=forms.Textarea(attrs={"rows": 2, "class": "short"}),
                )

    @property
    def option_rows(self) -> list[tuple[str, list[Any]]]:
        """The options, each with its field in each language."""
        return [
            ("ABCDEFGHIJ"[at], [self[f"option{at}_{code}"] for code in LANGUAGES])
            for at in range(self.count)
        ]

    @property
    def texts(self) -> list[tuple[str, Any, Any]]:
        """Question and explanation of each language."""
        return [(code, self[f"text_{code}"], self[f"why_{code}"]) for code in LANGUAGES]

    def draft(self, key: str = "") -> Draft:
        """The question as it was written; empty options are left out."""
        data = self.cleaned_data
        written = [
            {code: text for code in LANGUAGES if (text := data[f"option{at}_{code}"])}
            for at in range(self.count)
        ]
        kept = [at for at, option in enumerate(written) if option]
        right = data["right"]
        return Draft(
            data["part"],
            {code: data[f"text_{code}"] for code in LANGUAGES if data[f"text_{code}"]},
            [written[at] for at in kept],
            kept.index(right) if right in kept else -1,
            {code: data[f"why_{code}"] for code in LANGUAGES if data[f"why_{code}"]},
            key,
        )


class FileForm(forms.Form):
    """A file of questions."""

    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("XLSX, ODS, CSV or GIFT.")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of questions that don't say theirs"),
        choices=[
            ("fi", gettext_lazy("Finnish")),
            ("sv", gettext_lazy("Swedish")),
            ("en", gettext_lazy("English")),
        ],
    )
