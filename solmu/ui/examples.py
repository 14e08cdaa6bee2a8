"""Realistic content for the living page; all of it fictional."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib import paging
from solmu.lib.composed import composed
from solmu.ui import markup
from solmu.ui.colours import TEXT_PAIRS, contrast, palette
from solmu.ui.filters import Filter, FilterBar
from solmu.ui.forms import DateField
from solmu.ui.tables import Column, Table

LEVELS = (
    gettext_lazy("Contact"),
    gettext_lazy("Cooperation"),
    gettext_lazy("Partner"),
    gettext_lazy("Strategic partner"),
)


@dataclass(frozen=True)
class Component:
    """A component that a room above brings: where on the page, its name, and how it looks."""

    anchor: str
    name: Any
    html: str
    stylesheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A partner of the example list."""

    id: int
    name: str
    place: str
    rank: int
    since: date
    students: int
    waits: bool = False


PARTNERS = (
    Example(1, "Hoivakoti Vanaja", "Hämeenlinna", 3, date(2022, 8, 1), 14),
    Example(2, "Kiinteistöpalvelu Aulanko", "Hämeenlinna", 4, date(2019, 1, 7), 42),
    Example(3, "Leipomo Rinkeli", "Forssa", 2, date(2024, 3, 18), 3),
    Example(4, "Metallipaja Kanervala", "Riihimäki", 2, date(2023, 11, 2), 6, waits=True),
    Example(
        5,
        "Kanta-Hämeen lähihoitajaopiskelijoiden työpaikkaohjaajakoulutusyhteistyöverkosto",
        "Jokioinen",
        1,
        date(2025, 5, 30),
        0,
    ),
    Example(
        6, "Puurakentajat Lammi <script>alert(1)</script>", "Hämeenlinna", 3, date(2021, 9, 1), 1204
    ),
)


class ExampleTable(Table[Example]):
    """A table of a few rows in memory."""

    @cached_property
    def page(self) -> paging.Page[Example]:
        """All rows, in the order asked for."""
        field = self._order[0][0]
        rows = sorted(PARTNERS, key=lambda row: getattr(row, field), reverse=self.dir == "desc")
        return paging.Page(rows, None)

    def _values(self, columns: Sequence[Column[Example]], language: str) -> Iterator[list[Any]]:
        for row in self.page.rows:
            yield [
                column.export(row) if column.export else getattr(row, column.key)
                for column in columns
            ]


class ExampleForm(forms.Form):
    """A form with each kind of field."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    business_id = forms.CharField(
        label=gettext_lazy("Business ID"),
        required=False,
        help_text=gettext_lazy("Seven digits, a hyphen and a check digit, as in 1234567-1."),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        choices=[("", "–"), *[(at, name) for at, name in enumerate(LEVELS, 1)]],
    )
    begins = DateField(label=gettext_lazy("Takes effect on"))
    content = forms.MultipleChoiceField(
        label=gettext_lazy("Content"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("work", gettext_lazy("Working life")),
            ("project", gettext_lazy("Project")),
            ("education", gettext_lazy("Education")),
            ("international", gettext_lazy("International")),
        ],
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Scope"),
        widget=forms.RadioSelect,
        choices=[
            ("regional", gettext_lazy("Regional: the partner has a place in our operating area")),
            ("national", gettext_lazy("National")),
            ("international", gettext_lazy("International")),
        ],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea,
        help_text=gettext_lazy("Kept in the history."),
    )
    shared = forms.BooleanField(
        label=gettext_lazy("The partner may see this"),
        required=False,
        help_text=gettext_lazy("They see the goals, never the level or the scores."),
    )


def table(request: HttpRequest) -> Table[Example]:
    """Return the example list."""
    columns: list[Column[Example]] = [
        Column("name", _("Partner"), lambda row: markup.link("#table", row.name), sort="name"),
        Column("place", _("Place"), lambda row: row.place, sort="place"),
        Column(
            "rank",
            _("Level"),
            lambda row: markup.steps(row.rank, 4, LEVELS[row.rank - 1], claimed=row.waits),
            sort="rank",
        ),
        Column(
            "state",
            _("State"),
            lambda row: (
                markup.badge(_("Nothing behind it"), "berry")
                if row.waits
                else markup.badge(_("Active"), "lake")
            ),
            export=lambda row: row.waits,
        ),
        Column("students", _("Students"), lambda row: row.students, sort="students", numeric=True),
        Column("since", _("Since"), lambda row: row.since, sort="since", shown=False),
    ]
    return ExampleTable(
        request,
        columns,
        None,  # type: ignore[arg-type]
        default_sort="name",
        name="example",
        caption=_("Partners"),
        says=_("6 partners"),
    )


def bar(request: HttpRequest) -> FilterBar:
    """Return the example filters."""
    return FilterBar(
        request,
        [
            Filter("level", _("Level"), list(enumerate(LEVELS, 1))),
            Filter("scope", _("Scope"), [("regional", _("Regional")), ("national", _("National"))]),
            Filter(
                "place",
                _("Place"),
                [(name, name) for name in ("Forssa", "Hämeenlinna", "Riihimäki")],
            ),
        ],
        search="name",
    )


def facts(request: HttpRequest) -> dict[str, Any]:
    """Return what the living page shows beside the table."""
    colours = palette()
    brought: list[Component] = [shown() for shown in composed("COMPONENTS")]
    return {
        "colours": [
            {"name": name, "light": light, "dark": dark} for name, (light, dark) in colours.items()
        ],
        "pairs": [
            {
                "text": text,
                "ground": ground,
                "light": contrast(colours[text][0], colours[ground][0]),
                "dark": contrast(colours[text][1], colours[ground][1]),
            }
            for text, ground in TEXT_PAIRS
        ],
        "icons": sorted(markup.icon_names()),
        "bar": bar(request),
        "levels": list(enumerate(LEVELS, 1)),
        "tabs": [
            (_("List"), "#tabs", False),
            (_("Map"), "#tabs", True),
            (_("Strategy board"), "#tabs", False),
            (_("Network"), "#tabs", False),
        ],
        "figures": [
            (8, _("institutions")),
            ("11 240", _("students"), "#figures"),
            ("1 604", _("staff")),
            (23, _("meetings this year")),
        ],
        "form": ExampleForm(),
        "wrong_form": ExampleForm(
            {"name": "", "business_id": "1234567-0", "level": "9", "begins": "31.2.2026"},
            auto_id="wrong_%s",
        ),
        "timeline": [
            {
                "on": date(2026, 11, 24),
                "title": _("Visit to the workplace"),
                "text": _("Two instructors want the short training in January."),
                "note": "Aino Esimerkki",
            },
            {
                "on": date(2026, 9, 3),
                "title": _("Level raised to Partner"),
                "text": _("Reason: fourteen students a year and a shared project."),
                "tone": "quiet",
            },
            {"on": date(2026, 8, 20), "title": _("The plan is late"), "tone": "berry"},
        ],
        "routine": [
            (_("Choosing"), "24.11.", "done"),
            (_("Invitations"), "24.11.", "done"),
            (_("Accounts"), "12", "done"),
            (_("Check"), "30.11.", "now"),
            (_("Start"), "1.12.", ""),
            (_("Reminder"), "24.12.", ""),
        ],
        "bars": [
            (_("Working life"), 71, "71 %"),
            (_("Project"), 58, "58 %"),
            (_("International"), 34, "34 %", "#charts"),
            (_("Research and development"), 0, "0 %"),
        ],
        "ring": [
            (name, value, rank)
            for rank, (name, value) in enumerate(zip(LEVELS, (96, 71, 35, 12), strict=True), 1)
        ],
        "trend": [
            ("2019", 1.5),
            ("2020", 1.2),
            ("2021", 1.9),
            ("2022", None),
            ("2023", 2.6),
            ("2024", 2.4),
            ("2025", 3.1),
            ("2026", 3.4),
        ],
        "spans": [
            ("Esimerkkiopisto", None, None),
            ("Malliammattiopisto", date(2014, 1, 1), None),
            (_("Former member"), date(2010, 1, 1), date(2019, 7, 31)),
        ],
        "spans_first": date(2010, 1, 1),
        "spans_last": date(2026, 11, 24),
        "on": date(2025, 6, 1),
        "first": date(2019, 1, 1),
        "last": date(2026, 11, 24),
        "brought": brought,
        "sections": [
            ("colours", _("Colours")),
            ("type", _("Typography")),
            ("ladder", _("The ladder")),
            ("buttons", _("Buttons, chips and badges")),
            ("rows", _("Cards, rows and what waits")),
            ("table", _("Table")),
            ("form", _("Forms")),
            ("dialog", _("Dialog and toasts")),
            ("time", _("Time and routines")),
            ("charts", _("Charts")),
            *((one.anchor, one.name) for one in brought),
            ("empty", _("Empty states")),
        ],
    }
