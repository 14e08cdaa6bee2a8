"""Forms of the trainers' pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib.translated import LANGUAGES
from solmu.training.learning.models import Page, Part
from solmu.training.learning.texts import TextError, parts_of
from solmu.training.models import Programme


class PageForm(forms.ModelForm):
    """A page of material in three languages."""

    class Meta:
        model = Page
        fields = [
            "kind", "minutes", "address", "title_fi", "body_fi", "title_sv", "body_sv", "title_en",
            "body_en",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"body_{code}"].widget.attrs["rows"] = 18
        self.fields["address"].help_text = _("Of a video or a link.")

    def clean(self) -> dict[str, Any]:
        """A check that can't be read is told where it stands; languages have the same checks."""
        data = super().clean() or {}
        rights: dict[str, list[int]] = {}
        for code in LANGUAGES:
            body = (data.get(f"body_{code}") or "").replace("\r\n", "\n")
            data[f"body_{code}"] = body
            try:
                found = parts_of(body)
            except TextError as error:
                self.add_error(
                    f"body_{code}",
                    _("Line %(line)s: %(what)s.") % {"line": error.line, "what": error},
                )
                continue
            if body.strip():
                rights[code] = [check.right for check in found.checks]
        if len({tuple(one) for one in rights.values()}) > 1:
            self.add_error(
                None, _("The languages have different check questions, or other right options.")
            )
        if not any(data.get(f"title_{code}") for code in LANGUAGES):
            self.add_error(None, _("Give the page a title in one language at least."))
        return data

    @property
    def languages(self) -> list[tuple[str, Any, Any]]:
        """The fields of each language side by side."""
        return [(code, self[f"title_{code}"], self[f"body_{code}"]) for code in LANGUAGES]


class PartForm(forms.ModelForm):
    """A part's title and introduction in three languages."""

    class Meta:
        model = Part
        fields = ["title_fi", "intro_fi", "title_sv", "intro_sv", "title_en", "intro_en"]

    @property
    def languages(self) -> list[tuple[str, Any, Any]]:
        """The fields of each language side by side."""
        return [(code, self[f"title_{code}"], self[f"intro_{code}"]) for code in LANGUAGES]


class NoteForm(forms.Form):
    """What has changed, for those who compare versions later."""

    note = forms.CharField(label=gettext_lazy("What changed"), max_length=300, required=False)


class SourcesForm(forms.Form):
    """The sources, one a line."""

    sources = forms.CharField(
        label=gettext_lazy("Sources"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        required=False,
        help_text=gettext_lazy(
            "One a line: key | day checked (YYYY-MM-DD) | address | title in Finnish | in Swedish "
            "| in English | pages. A text links to one by [words](source:key)."
        ),
    )

    def clean_sources(self) -> list[dict[str, Any]]:
        """The lines as facts."""
        found = []
        keys = set()
        for number, line in enumerate(self.cleaned_data["sources"].splitlines(), 1):
            if not line.strip():
                continue
            cells = [cell.strip() for cell in line.split("|")] + [""] * 7
            key, day, address, *titles = cells[:6]
            try:
                checked = date.fromisoformat(day) if day else None
            except ValueError:
                checked = None
                key = ""  # told below
            is_address = address.startswith(("https://", "http://"))
            if not key or key in keys or not is_address or not any(titles):
                raise forms.ValidationError(
                    _("Line %(n)s can't be read, or its key is used twice.") % {"n": number}
                )
            keys.add(key)
            found.append(
                {
                    "key": key,
                    "checked": checked,
                    "address": address,
                    "pages": cells[6].replace(",", " ").split(),
                    **{f"title_{code}": text for code, text in zip(LANGUAGES, titles, strict=True)},
                }
            )
        return found


class AdoptForm(forms.ModelForm):
    """The name under which a programme is adopted."""

    class Meta:
        model = Programme
        fields = ["name_fi", "name_sv", "name_en", "slug"]

    def clean(self) -> dict[str, Any]:
        """A name in one language at least."""
        data = super().clean() or {}
        if not any(data.get(f"name_{code}") for code in LANGUAGES):
            self.add_error("name_fi", _("Give the programme a name."))
        return data

    @property
    def names(self) -> dict[str, str]:
        """The name in each language."""
        return {code: self.cleaned_data[f"name_{code}"] for code in LANGUAGES}
