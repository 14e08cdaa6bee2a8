"""What people enter of a template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from solmu.agreements.bases.owning import Owner
from solmu.agreements.bases.rules import LONGEST_TEXT
from solmu.agreements.bases.writing import TEXTS
from solmu.agreements.document import LANGUAGE_NAMES
from solmu.agreements.models import Base, BaseClause
from solmu.lib.translated import LANGUAGES
from solmu.partnerships.models import Facet, Level


class OwnerForm(forms.Form):
    """Whose the template is."""

    owner = forms.ChoiceField(label=_("Whose template it is"))

    def __init__(self, data: Any = None, *, owners: Sequence[Owner], **options: Any) -> None:
        super().__init__(data, **options)
        self.owners = {one.key: one for one in owners}
        choices = [(one.key, one.name) for one in owners]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]
        self.fields["owner"].initial = choices[0][0]
        if len(choices) == 1:
            self.fields["owner"].widget = forms.HiddenInput()

    @property
    def chosen(self) -> Owner:
        """The owner that was chosen."""
        return self.owners[self.cleaned_data["owner"]]


class DetailsForm(forms.ModelForm):
    """What a template is called and meant for."""

    class Meta:
        model = Base
        fields = (
            "kind",
            *(f"name_{code}" for code in LANGUAGES),
            *(f"about_{code}" for code in LANGUAGES),
            "level",
            "content",
        )

    def __init__(self, *args: Any, institution_id: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if institution_id is None:
            del self.fields["level"], self.fields["content"]
        else:
            levels = Level.objects.filter(institution=institution_id)
            facets = Facet.objects.filter(
                institution=institution_id, kind=Facet.Kind.CONTENT, ended=False
            )
            self.fields["level"].queryset = levels  # type: ignore[attr-defined]
            self.fields["content"].queryset = facets  # type: ignore[attr-defined]
        for code in LANGUAGES:
            self.fields[f"about_{code}"].widget.attrs["rows"] = 3
            for part in ("name", "about"):
                self.fields[f"{part}_{code}"].widget.attrs["lang"] = code

    def clean(self) -> dict[str, Any]:
        """A name in one language at least."""
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"name_{code}") for code in LANGUAGES):
            self.add_error("name_fi", _("Give the template a name in at least one language."))
        return cleaned

    @property
    def languages(self) -> list[tuple[str, str, forms.BoundField, forms.BoundField]]:
        """Each language's fields, to stand side by side."""
        return [
            (code, LANGUAGE_NAMES[code], self[f"name_{code}"], self[f"about_{code}"])
            for code in LANGUAGES
        ]

    @property
    def below(self) -> list[forms.BoundField]:
        """The rest."""
        return [self[name] for name in ("level", "content") if name in self.fields]


class ClauseForm(forms.ModelForm):
    """A clause in three languages, and what the drafter may do with it."""

    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = BaseClause
        fields = (*TEXTS, "kind", "optional", "alternatives", "note")
        labels = {
            "kind": _("What Solmu adds below the text"),
            "alternatives": _("Group of alternatives"),
        }
        help_texts = {
            "kind": _("The table of parties, goals with indicators, or duties with dates."),
            "optional": _("The drafter is asked whether the clause is taken."),
            "alternatives": _(
                "A word such as “costs”, shared by clauses of which the drafter takes one."
            ),
            "note": _("Seen when an agreement is drafted; never part of the agreement."),
        }

    def __init__(self, *args: Any, groups: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.groups = sorted(set(groups))
        self.fields["alternatives"].widget.attrs["list"] = "groups"
        self.fields["note"].widget.attrs["rows"] = 3
        for code in LANGUAGES:
            self.fields[f"text_{code}"].widget.attrs |= {"rows": 14, "lang": code}
            self.fields[f"text_{code}"].max_length = LONGEST_TEXT  # type: ignore[attr-defined]
            self.fields[f"title_{code}"].widget.attrs["lang"] = code

    def clean_edition(self) -> int:
        """What the person saw when they began."""
        return int(self.cleaned_data["edition"] or 0)

    @property
    def languages(self) -> list[tuple[str, str, forms.BoundField, forms.BoundField]]:
        """Each language's fields, to stand side by side."""
        return [
            (code, LANGUAGE_NAMES[code], self[f"title_{code}"], self[f"text_{code}"])
            for code in LANGUAGES
        ]

    @property
    def facts(self) -> dict[str, Any]:
        """What was entered, as the job takes it."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ApproveForm(forms.Form):
    """What is said when a version is taken into use."""

    note = forms.CharField(
        label=_("What changed"),
        required=False,
        max_length=300,
        help_text=_("One sentence for those who use the template, and those who have copied it."),
    )


class FileForm(forms.Form):
    """A file to make a template of."""

    file = forms.FileField(
        label=_("File"), help_text=_("A Word document (.docx), or a template as JSON.")
    )
    language = forms.ChoiceField(
        label=_("The document's language"), choices=list(LANGUAGE_NAMES.items()), initial="fi"
    )


class ImportedForm(OwnerForm):
    """What is decided before an imported document becomes a template."""

    name = forms.CharField(label=_("Name of the template"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=Base.Kind)
    accepted = forms.CharField(widget=forms.HiddenInput)
