"""The strategic picture: an institution's stakeholders as they stood on a date, filtered.

List, map, board, exports and the API read the same `Picture`, so that they never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Expression,
    F,
    FilteredRelation,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields import BigIntegerField
from django.db.models.functions import Coalesce, Greatest, Least
from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.imports.models import Batch, Line
from solmu.lib import clock, names
from solmu.lib.compiled import compiled
from solmu.lib.composed import composed
from solmu.lib.narrowing import narrowed
from solmu.lib.paging import Source
from solmu.organisations.fields import FIELDS
from solmu.organisations.models import Institution, Municipality, Organisation, Region
from solmu.organisations.querysets import called
from solmu.partnerships.models import (
    Facet,
    Level,
    Stakeholder,
    Standing,
)
from solmu.partnerships.permissions import can_view_partners
from solmu.partnerships.picture.remembering import remembered, version, writers
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.ties.models import Evidence

# Filters that take several values at once; `q` is text.
FILTERS = (
    "level",
    "content",
    "scope",
    "theme",
    "field",
    "region",
    "municipality",
    "country",
    "owner",
    "state",
    "file",
)
SHOWN_STATES = (Standing.State.POTENTIAL, Standing.State.ACTIVE, Standing.State.PAUSED)
NO_LEVEL = "none"
NOBODY = "none"
LONGEST_QUERY = 100
LONGEST_ID = 19  # digits of what fits into the database's numbers
# What lists don't read of a partner and its organisation.
UNREAD = (
    *("uuid", "notes", "notes_language", "extra", "created_at"),
    *(
        f"organisation__{name}"
        for name in (
            *("uuid", "slug", "name_key", "oid", "postal_code", "website", "fields", "lat", "lon"),
            *("parent", "public", "fact_sources", "merged_into", "created_at", "called"),
            *("sort_fi", "sort_sv", "sort_en"),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a filter may take, as a person reads it."""

    value: str
    label: str


@dataclass(frozen=True)
class Words:
    """What an institution's filters and marks are called: its ladder, lists, people and places."""

    levels: tuple[Level, ...]
    contents: tuple[Facet, ...]
    themes: tuple[Facet, ...]
    owners: tuple[tuple[int, str], ...]
    regions: tuple[Region, ...]
    municipalities: dict[str, tuple[str, str]]  # code: name in Finnish, in Swedish

    @cached_property
    def level_by_id(self) -> dict[int, Level]:
        """The ladder's steps by id."""
        return {level.pk: level for level in self.levels}

    @cached_property
    def facet_by_id(self) -> dict[int, Facet]:
        """Contents and themes by id."""
        return {facet.pk: facet for facet in (*self.contents, *self.themes)}

    @cached_property
    def owner_by_id(self) -> dict[int, str]:
        """Names of those who own a partnership, by the person's id."""
        return dict(self.owners)

    @cached_property
    def region_by_code(self) -> dict[str, str]:
        """Names of regions in the reader's language."""
        return {region.code: region.name for region in self.regions}

    def place(self, organisation: Organisation) -> str:
        """Where a partner is: municipality or region in Finland, the country abroad."""
        municipality = self.municipality(organisation.municipality_id)
        if organisation.country != "FI":
            return ", ".join(filter(None, (municipality, country_name(organisation.country))))
        return municipality or self.region_by_code.get(organisation.region_id or "", "")

    def municipality(self, code: str | None) -> str:
        """A municipality's name; Swedish readers get the Swedish one."""
        fi, sv = self.municipalities.get(code or "", ("", ""))
        return sv if sv and (get_language() or "").startswith("sv") else fi

    @property
    def top_rank(self) -> int:
        """How many steps the ladder has."""
        return len(self.levels)

    def options(self, key: str) -> list[Option]:
        """The values that a filter offers, in the order in which people read them."""
        if brought := composed("PICTURE_FILTERS").get(key):
            return [Option(value, label) for value, label in brought.options()]
        if key == "level":
            steps = [Option(str(level.rank), level.name) for level in reversed(self.levels)]
            return [*steps, Option(NO_LEVEL, _("no level yet"))]
        if key in {"content", "theme"}:
            facets = self.contents if key == "content" else self.themes
            return [Option(str(facet.pk), facet.name) for facet in facets if not facet.ended]
        if key == "owner":
            people = [Option(str(pk), name) for pk, name in self.owners]
            return [*people, Option(NOBODY, _("nobody yet"))]
        if key == "region":
            named = sorted(self.regions, key=lambda region: names.folded(region.name))
            return [Option(region.code, region.name) for region in named]
        if key == "field":
            return [Option(code, str(label)) for code, label in FIELDS.items()]
        choices = {"scope": Standing.Scope, "state": Standing.State}[key]
        return [Option(value, str(label)) for value, label in choices.choices]


@dataclass(frozen=True)
class Counts:
    """How many stakeholders the picture shows, by level, scope and state."""

    cells: tuple[tuple[int | None, str, str, int], ...]  # level rank, scope, state, how many

    @cached_property
    def total(self) -> int:
        """All of them."""
        return sum(cell[3] for cell in self.cells)

    @cached_property
    def by_level(self) -> dict[int | None, int]:
        """How many on each step; None has no level yet."""
        return self._by(0)

    @cached_property
    def by_scope(self) -> dict[str, int]:
        """How many in each scope."""
        return self._by(1)

    @cached_property
    def by_state(self) -> dict[str, int]:
        """How many in each state."""
        return self._by(2)

    @cached_property
    def by_cell(self) -> dict[tuple[int | None, str], int]:
        """How many in each cell of the board: (level rank, scope)."""
        counts: dict[tuple[int | None, str], int] = {}
        for rank, scope, _state, number in self.cells:
            counts[rank, scope] = counts.get((rank, scope), 0) + number
        return counts

    @property
    def partners(self) -> int:
        """How many have a level: these are partnerships."""
        return self.total - self.by_level.get(None, 0)

    def _by(self, at: int) -> dict[Any, int]:
        counts: dict[Any, int] = {}
        for cell in self.cells:
            counts[cell[at]] = counts.get(cell[at], 0) + cell[3]
        return counts


@dataclass(frozen=True)
class Picture:
    """An institution's stakeholders on a date, under filters, as a viewer may see them.

    `filters` holds checked values only; what was not understood is told in `notices`.
    """

    viewer: Viewer
    institution: Any  # an Institution of with_area()
    on: date
    today: date
    since: date | None = None
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    q: str = ""
    notices: tuple[str, ...] = ()
    names_institution: bool = False
    # What a view adds to its own addresses, such as the map's extent.
    keeps: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_request(cls, request: HttpRequest) -> Picture:
        """Read the picture that the address asks for. 404 or 403 where the viewer may not look."""
        viewer: Viewer = request.viewer
        slug = request.GET.get("institution", "").replace("\0", "")
        if viewer.is_anonymous:
            raise PermissionDenied
        institution = _institution(viewer, slug)
        if not can_view_partners(viewer, institution.pk):
            raise PermissionDenied
        today = clock.today()
        plain = cls(
            viewer,
            institution,
            today,
            today,
            names_institution=institution.pk != viewer.institution_id,
        )
        return plain.reading(request.GET)

    def reading(self, get: Any) -> Picture:
        """The same picture with date and filters read from a QueryDict; bad values are told."""
        notices: list[str] = []
        on = _day(get.get("on", ""), notices) or self.today
        since = _day(get.get("since", ""), notices)
        if since and since >= on:
            notices.append(_("“What changed since” must be a day before the date of the picture."))
            since = None
        filters: dict[str, tuple[str, ...]] = {}
        for key in (*FILTERS, *composed("PICTURE_FILTERS")):
            asked = [value for value in get.getlist(key) if value]
            known = tuple(dict.fromkeys(value for value in asked if self._knows(key, value)))
            if len(known) < len(set(asked)):
                notices.append(_("A filter that is not known here was left out."))
            if known:
                filters[key] = known
        q = " ".join(get.get("q", "").replace("\0", " ").split())[:LONGEST_QUERY]
        return replace(
            self,
            on=on,
            since=since,
            filters=filters,
            q=q,
            notices=tuple(dict.fromkeys(notices)),
        )

    def with_on(self, on: date) -> Picture:
        """The same picture on another date."""
        return replace(self, on=on)

    def unfiltered(self) -> Picture:
        """The same picture with nothing filtered out."""
        return replace(self, filters={}, q="", since=None)

    # What the picture shows

    def base(self) -> QuerySet[Any]:
        """All stakeholders of the institution, whenever and however they stand."""
        return Stakeholder.objects.visible_to(self.viewer).filter(institution=self.institution)

    def stakeholders(self) -> QuerySet[Any]:
        """Those in the picture, each with how it stood on the date.

        Annotated: standing_id, level_id, level_rank, state, scope, scope_override, form, owner_id,
        contents, themes, goals, goals_language, since (first day of the standing; None: before the
        records).
        """
        rows = standing_on(self.base(), self.on, self.institution)
        for key, values in self.filters.items():
            rows = rows.filter(self._condition(key, values, ""))
        if "state" not in self.filters:
            rows = rows.filter(state__in=SHOWN_STATES)
        if self.q:
            rows = rows.filter(called(self.q, "organisation__"))
        return rows

    def source(self, *, by_name: str = "") -> Source[Stakeholder]:
        """`stakeholders()` with their evidence, for lists that read one page after another.

        `by_name`: the language of the names by which few are listed.
        """
        form = (
            *("picture", self.institution.pk, self.on, *_who(self.viewer), by_name),
            tuple(sorted(self.institution.area_regions)),
            tuple(sorted(self.institution.area_municipalities)),
            tuple(sorted(self.filters.items())),
        )

        def make(q: str = "", code: str = "") -> QuerySet[Any]:
            def named(at: str = "") -> Q:
                condition = Q(**{f"{at}called__contains": q})
                return (
                    condition | Q(**{f"{at}business_id__startswith": code}) if code else condition
                )

            rows = self.with_evidence(replace(self, q="").stakeholders()).defer(*UNREAD)
            if q and by_name:
                found = Organisation.objects.filter(named()).order_by(f"sort_{by_name}", "pk")
                return narrowed(rows, found)
            return rows.filter(named("organisation__")) if q else rows

        # As in `called`: only what has digits can be the beginning of a business ID.
        values = {"q": self.q.lower()} if self.q else {}
        if any(character.isdecimal() for character in self.q):
            values["code"] = self.q.upper()
        return Source(form, make, values)

    def matching(self, rows: QuerySet[Any], *aliases: str) -> QuerySet[Any]:
        """Rows that the filters let through by one of several standings joined under aliases."""
        rows = rows.annotate(
            **{f"{at}_scope": _scope(self.institution, at) for at in aliases if at != "then"},
            **({"scope": _scope(self.institution)} if "then" in aliases else {}),
        )
        any_of = Q()
        for at in aliases:
            condition = Q(**{f"{at}__isnull": False})
            for key, values in self.filters.items():
                condition &= self._condition(key, values, at)
            any_of |= condition
        return rows.filter(any_of & called(self.q, "organisation__") if self.q else any_of)

    def counts(self) -> Counts:
        """How many by level, scope and state, in one query; remembered until something changes."""

        def count() -> Counts:
            cells = (
                self.stakeholders()
                .order_by()
                .values_list("level_rank", "scope", "state")
                .annotate(number=Count("pk"))
            )
            return Counts(tuple(cells))

        return self.remembered("counts", count)

    def any_stakeholders(self) -> bool:
        """Tell whether the institution has any stakeholder, on any date."""
        return self.counts().total > 0 or self.base().exists()

    def with_evidence(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Rows annotated with `evidence_count` and `last_evidence_on`, by the date."""
        own = Value(self.institution.pk, BigIntegerField())
        # Each pair of ends is looked up once by its index.
        shared = (
            self.evidence()
            .filter(a_id=Least(own, OuterRef("organisation_id")))
            .filter(b_id=Greatest(own, OuterRef("organisation_id")))
            .order_by()
            .values("a_id")
        )
        return rows.annotate(
            evidence_count=Coalesce(Subquery(shared.annotate(n=Count("pk")).values("n")), 0),
            last_evidence_on=Subquery(shared.annotate(n=Max(last_day(self.on))).values("n")),
        )

    def evidence(self) -> QuerySet[Evidence]:
        """Evidence that the viewer may see and that had begun by the date."""
        seen = Evidence.objects.visible_to(self.viewer)
        return seen.filter(Q(valid__startswith__lte=self.on) | Q(valid__lower_inf=True)).filter(
            Q(institution_id=self.institution.pk) | Q(institution=None)
        )

    def has_evidence(self, since: date | None = None) -> Q:
        """Condition on stakeholders: something was done together by the date, or since a day."""
        own = self.institution.pk
        found = self.evidence()
        if since:
            found = found.filter(Q(valid__endswith__gt=since) | Q(valid__upper_inf=True))
        return Q(organisation_id__in=found.filter(a_id=own).values("b_id")) | Q(
            organisation_id__in=found.filter(b_id=own).values("a_id")
        )

    # Words and addresses

    @cached_property
    def words(self) -> Words:
        """The institution's own words for levels, contents, themes, people and places."""
        return self._remember(("words",), lambda: _words(self.institution), with_filters=False)

    @property
    def is_today(self) -> bool:
        """True when the picture is of today."""
        return self.on == self.today

    @property
    def is_filtered(self) -> bool:
        """True when a filter or a search is on."""
        return bool(self.filters or self.q)

    def query(self, **changes: Any) -> list[tuple[str, str]]:
        """The address's parameters with changes: None takes one away, a list gives several."""
        facts: dict[str, Any] = {
            "institution": self.institution.organisation.slug if self.names_institution else None,
            "q": self.q or None,
            **{key: list(values) for key, values in self.filters.items()},
            "on": None if self.is_today else self.on.isoformat(),
            "since": self.since.isoformat() if self.since else None,
            **self.keeps,
            **changes,
        }
        pairs = []
        for key, value in facts.items():
            values = value if isinstance(value, list | tuple) else [value]
            pairs += [(key, str(one)) for one in values if one not in {None, ""}]
        return pairs

    def query_string(self, **changes: Any) -> str:
        """What comes after the path, with its question mark; empty when nothing is asked."""
        pairs = self.query(**changes)
        return f"?{urlencode(pairs)}" if pairs else ""

    def without(self, key: str, value: str) -> str:
        """The query string with one value of one filter taken off."""
        return self.query_string(
            **{key: [one for one in self.filters.get(key, ()) if one != value]}
        )

    def _condition(self, key: str, values: tuple[str, ...], at: str) -> Q:
        brought = composed("PICTURE_FILTERS").get(key)
        if brought is None:
            return _condition(key, values, at)
        found: Q = brought.condition(self.institution.pk, values, self.on)
        return found

    # How it is found

    def remembered[T](self, what: str, make: Callable[[], T]) -> T:
        """What was made for this very picture, kept until a record of any partnership changes."""
        if self.filters.keys() & composed("PICTURE_FILTERS").keys():
            return make()  # what rooms above know changes unseen from here
        return self._remember((what, self.on, self.since), make, with_filters=True)

    def _remember[T](self, key: tuple[Any, ...], make: Callable[[], T], *, with_filters: bool) -> T:
        place = (
            sorted(self.institution.area_regions),
            sorted(self.institution.area_municipalities),
        )
        filters = (self.q, sorted(self.filters.items())) if with_filters else ""
        # Administrators see all evidence, others what their institution knows.
        return remembered(self.institution, (*key, *place, filters, self.viewer.is_admin), make)

    def file_name(self, value: str) -> str:
        """The name of an imported file of the institution, never of another's; else nothing."""
        if not (value.isascii() and value.isdecimal() and len(value) < LONGEST_ID):
            return ""
        own = Batch.objects.visible_to(self.viewer).filter(institution_id=self.institution.pk)
        return own.filter(pk=value).values_list("file_name", flat=True).first() or ""

    def _knows(self, key: str, value: str) -> bool:
        if key == "municipality":
            return value.isdecimal() and value.isascii() and len(value) == 3
        if key == "country":
            return len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()
        if key == "file":
            return bool(self.file_name(value))
        if key in {"content", "theme"}:  # ended ones may still be asked for
            facets = self.words.contents if key == "content" else self.words.themes
            return any(value == str(facet.pk) for facet in facets)
        return any(value == option.value for option in self.words.options(key))


@cache
def _countries(language: str) -> Mapping[str, str]:
    territories: Mapping[str, str] = Locale.parse(language).territories
    return territories


def country_name(code: str) -> str:
    """A country's name in the reader's language."""
    return _countries((get_language() or "fi")[:2]).get(code, code)


def standing_on(stakeholders: QuerySet[Any], on: date, institution: Any) -> QuerySet[Any]:
    """Those stakeholders that stood on the date, annotated with how."""
    return (
        stakeholders.annotate(
            then=FilteredRelation("standings", condition=Q(standings__valid__contains=on))
        )
        .filter(then__isnull=False)
        .annotate(
            standing_id=F("then__id"),
            level_id=F("then__level_id"),
            level_rank=F("then__level__rank"),
            state=F("then__state"),
            scope_override=F("then__scope_override"),
            scope=_scope(institution),
            form=F("then__form"),
            owner_id=F("then__owner_id"),
            contents=F("then__contents"),
            themes=F("then__themes"),
            goals=F("then__goals"),
            goals_language=F("then__goals_language"),
            stands_since=F("then__valid__startswith"),
        )
        .select_related("organisation")
    )


def derived_scope(organisation: Organisation, institution: Any) -> str:
    """The scope of a partner by where it is: in the operating area, in Finland, or abroad."""
    if organisation.municipality_id in institution.area_municipalities:
        return Standing.Scope.REGIONAL
    if organisation.region_id in institution.area_regions:
        return Standing.Scope.REGIONAL
    national = organisation.country == "FI"
    return Standing.Scope.NATIONAL if national else Standing.Scope.INTERNATIONAL


def with_area(institutions: QuerySet[Institution]) -> QuerySet[Institution]:
    """Institutions with their operating area and the version of what pictures are drawn from."""
    regions = Institution.regions.through.objects.filter(institution_id=OuterRef("pk"))
    municipalities = Institution.municipalities.through.objects.filter(
        institution_id=OuterRef("pk")
    )
    return institutions.select_related("organisation").annotate(
        area_regions=ArraySubquery(regions.values("region_id")),
        area_municipalities=ArraySubquery(municipalities.values("municipality_id")),
        version=version(),
        writers=writers(),
    )


def area_of(pk: int) -> Institution:
    """An institution as `with_area` gives it."""
    return _areas(pk=pk)[0]


@compiled
def _areas(*, pk: int) -> QuerySet[Institution]:
    return with_area(Institution.objects.filter(pk=pk))


def _institution(viewer: Viewer, slug: str) -> Institution:
    # An administrator without a role looks from the first.
    own = viewer.institution_id
    found = (
        _seen(*_who(viewer), slug=slug)
        if slug
        else _seen(*_who(viewer), pk=own)
        if own
        else _seen(*_who(viewer))
    )
    if found:
        return found[0]
    if slug:
        raise Http404
    raise PermissionDenied


def _who(viewer: Viewer) -> tuple[Hashable, ...]:
    return viewer.is_admin, *sorted(viewer.institutions)


@compiled
def _seen(is_admin: bool, *institutions: int, slug: str = "", pk: int = 0) -> QuerySet[Institution]:
    seen = (
        Institution.objects.all() if is_admin else Institution.objects.filter(pk__in=institutions)
    )
    if slug:
        seen = seen.filter(organisation__slug=slug)
    if pk:
        seen = seen.filter(pk=pk)
    return with_area(seen).order_by("pk")[:1]


def _words(institution: Any) -> Words:
    levels = tuple(Level.objects.filter(institution=institution).order_by("rank"))
    facets = list(Facet.objects.filter(institution=institution).order_by("rank", "id"))
    people = (
        Person.objects.filter(
            pk__in=Standing.objects.filter(stakeholder__institution=institution)
            .order_by()
            .values("owner_id")
        )
        .only("given_name", "family_name", "email")
        .order_by("family_name", "given_name", "pk")
    )
    return Words(
        levels=levels,
        contents=tuple(facet for facet in facets if facet.kind == Facet.Kind.CONTENT),
        themes=tuple(facet for facet in facets if facet.kind == Facet.Kind.THEME),
        owners=tuple((person.pk, person.name) for person in people),
        regions=tuple(Region.objects.all()),
        municipalities={
            code: (fi, sv)
            for code, fi, sv in Municipality.objects.values_list("code", "name_fi", "name_sv")
        },
    )


def _scope(institution: Any, at: str = "then") -> Expression:
    return Case(
        When(~Q(**{f"{at}__scope_override": ""}), then=F(f"{at}__scope_override")),
        *_by_place(institution),
        default=Value(Standing.Scope.INTERNATIONAL.value),
        output_field=CharField(),
    )


def _by_place(institution: Any) -> list[When]:
    area = Q()
    if institution.area_regions:
        area |= Q(organisation__region_id__in=list(institution.area_regions))
    if institution.area_municipalities:
        area |= Q(organisation__municipality_id__in=list(institution.area_municipalities))
    derived = [
        When(organisation__country="FI", then=Value(Standing.Scope.NATIONAL.value)),
    ]
    if area:
        derived.insert(0, When(area, then=Value(Standing.Scope.REGIONAL.value)))
    return derived


def _condition(key: str, values: tuple[str, ...], at: str = "then") -> Q:
    """What a filter asks of a stakeholder and of its standing under the alias.

    Without an alias it reads what `standing_on` annotated: Django would join the standing again.
    """
    its = f"{at}__" if at else ""
    if key in {"level", "owner"}:
        nobody = NO_LEVEL if key == "level" else NOBODY
        rank = f"{its}level__rank" if at else "level_rank"
        path = rank if key == "level" else f"{its}owner_id"
        condition = Q(**{f"{path}__in": [int(value) for value in values if value != nobody]})
        return condition | Q(**{f"{its}{key}_id": None}) if nobody in values else condition
    if key in {"content", "theme"}:
        return Q(**{f"{its}{key}s__overlap": [int(value) for value in values]})
    if key == "scope":
        return Q(**{"scope__in" if at in {"", "then"} else f"{at}_scope__in": values})
    if key == "state":
        return Q(**{f"{its}state__in": values})
    if key == "field":
        return Q(organisation__fields__overlap=list(values))
    if key == "file":
        brought = (Line.Action.CREATED, Line.Action.UPDATED)
        lines = Line.objects.filter(batch_id__in=values, action__in=brought)
        return Q(organisation_id__in=lines.values("organisation_id"))
    place = {"region": "region_id", "municipality": "municipality_id", "country": "country"}[key]
    return Q(**{f"organisation__{place}__in": values})


def last_day(on: date) -> Func:
    """The last day of evidence by a date."""
    # LEAST leaves out an open end; what goes on has gone on until the date.
    return Func(
        F("valid__endswith") - Value(1),
        Value(on, DateField()),
        function="LEAST",
        output_field=DateField(),
    )


def _day(text: str, notices: list[str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        notices.append(_("The date was not understood."))
        return None
    if not 1900 <= day.year <= 2200:
        notices.append(_("The date is too far away."))
        return None
    return day
