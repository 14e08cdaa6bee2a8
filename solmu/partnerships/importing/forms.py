"""Forms of the import: the file, what its columns are, what its values mean, and one row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from solmu.imports.guessing import Column
from solmu.imports.models import Line, ValueMapping
from solmu.imports.reading import MAX_BYTES
from solmu.partnerships.importing.fields import BY_KEY, FIELDS
from solmu.partnerships.importing.words import MAPPABLE, Vocabulary

# What nobody has settled is shown as far as a page holds.
VALUES_ON_A_PAGE = 60


class UploadForm(forms.Form):
    """The spreadsheet."""

    file = forms.FileField(
        label=_("Your spreadsheet"),
        help_text=_(
            "CSV, XLSX or ODS, as it is: "
            "extra rows above, several sheets and other columns do no harm."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.ods"}),
    )

    def clean_file(self) -> Any:
        """Refuse at once what is too large to be read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                gettext(
                    "The file is larger than %(n)s megabytes. "
                    "Remove pictures and sheets that aren't needed, or split it."
                )
                % {"n": MAX_BYTES // 1024 // 1024}
            )
        return file


class ColumnsForm(forms.Form):
    """A choice for each column: what it is."""

    def __init__(self, data: Any, columns: Iterable[Column]) -> None:
        super().__init__(data)
        choices = [
            ("", gettext("keep with the partner as it is")),
            *((one.key, one.label) for one in FIELDS),
        ]
        self.examples: dict[str, str] = {}
        for column in columns:
            name = f"column-{column.index}"
            self.examples[name] = " · ".join(column.examples[:2])[:80]
            self.fields[name] = forms.ChoiceField(
                label=_heading(column), choices=choices, initial=column.field, required=False
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Each column's choice with examples of its cells."""
        return [(bound, self.examples[bound.name]) for bound in self]

    @property
    def chosen(self) -> dict[int, str]:
        """The field chosen for each column."""
        return {
            int(name.removeprefix("column-")): value for name, value in self.cleaned_data.items()
        }


class ValuesForm(forms.Form):
    """A choice for each value that nobody knows: what it means."""

    def __init__(
        self, data: Any, unmapped: Iterable[dict[str, Any]], vocabulary: Vocabulary
    ) -> None:
        super().__init__(data)
        self.keys: dict[str, tuple[str, str]] = {}
        self.hints: dict[str, str] = {}
        choices: dict[str, list[tuple[str, str]]] = {}
        shown = [entry for entry in unmapped if entry["field"] in MAPPABLE][:VALUES_ON_A_PAGE]
        for number, entry in enumerate(shown):
            key, value = entry["field"], entry["value"]
            if key not in choices:
                choices[key] = [
                    ("", gettext("not settled yet")),
                    (ValueMapping.LEAVE, gettext("keep as it is")),
                    *vocabulary.choices(key),
                ]
            name = f"value-{number}"
            self.keys[name] = (key, value)
            rows = ngettext("%(n)s row", "%(n)s rows", entry["rows"]) % {"n": entry["rows"]}
            self.hints[name] = _with_hint(rows, vocabulary.suggestion(key, value), choices[key])
            self.fields[name] = forms.ChoiceField(label=value, choices=choices[key], required=False)

    @property
    def rows(self) -> list[tuple[forms.BoundField, str, str]]:
        """Each value's choice, with its field's name and where it is used."""
        return [
            (bound, str(BY_KEY[self.keys[bound.name][0]].label), self.hints[bound.name])
            for bound in self
        ]

    @property
    def meanings(self) -> dict[tuple[str, str], str]:
        """What each value means, as far as it was said."""
        return {self.keys[name]: target for name, target in self.cleaned_data.items() if target}


def _heading(column: Column) -> str:
    return column.heading or gettext("Column %(n)s") % {"n": column.index + 1}


def _with_hint(rows: str, suggestion: str, choices: list[tuple[str, str]]) -> str:
    label = dict(choices).get(suggestion)
    if not suggestion or not label:
        return rows
    return gettext("%(rows)s. Perhaps “%(name)s”?") % {"rows": rows, "name": label}


class RowForm(forms.Form):
    """One row: its cells, and which organisation it is if that isn't sure."""

    def __init__(self, data: Any, line: Line, columns: Iterable[Column]) -> None:
        super().__init__(data)
        self._cells: dict[str, int] = {}
        self._named: set[str] = set()
        if line.candidates or line.decision:
            self.fields["decision"] = forms.ChoiceField(
                label=_("Which organisation is it?"),
                choices=_decisions(line),
                initial=line.decision,
                required=False,
                widget=forms.RadioSelect,
            )
        for column in columns:
            if column.index >= len(line.cells):
                continue
            name = f"cell-{column.index}"
            self._cells[name] = column.index
            if column.field == "organisation":
                self._named.add(name)
            text = line.corrections.get(str(column.index), line.cells[column.index])
            long = len(text) > 80 or "\n" in text
            self.fields[name] = forms.CharField(
                label=_heading(column),
                initial=text,
                required=False,
                max_length=5000,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput(),
            )

    @property
    def filled(self) -> list[forms.BoundField]:
        """The cells that have something in them, and the name, which every row needs."""
        return [self[name] for name in self._cells if self[name].value() or name in self._named]

    @property
    def empty(self) -> list[forms.BoundField]:
        """The other cells."""
        return [
            self[name] for name in self._cells if not self[name].value() and name not in self._named
        ]

    @property
    def corrections(self) -> dict[int, str]:
        """The cells as the person left them."""
        return {index: self.cleaned_data[name] for name, index in self._cells.items()}


def _decisions(line: Line) -> list[tuple[str, str]]:
    choices = [
        ("", gettext("not settled: it is written as a new one")),
        ("new", gettext("a new organisation")),
    ]
    for entry in line.candidates:
        if "row" in entry:
            text = gettext("the same as on row %(row)s: %(name)s") % entry
        else:
            text = gettext("the same as %(name)s, %(place)s") % entry
            if entry.get("business_id"):
                text = f"{text} ({entry['business_id']})"
        choices.append((str(entry["id"]), text))
    choices.append(("skip", gettext("none: leave this row out")))
    if line.decision not in {value for value, _label in choices}:
        choices.append((line.decision, gettext("as settled before")))
    return choices
