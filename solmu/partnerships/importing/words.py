"""What the listed values of a spreadsheet mean: levels, contents, roles, states, places and people.

A value is known by the institution's own names for it, by usual words in Finnish, Swedish and
English, or because somebody once said what it means; else it is unknown, and kept as it is.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from rapidfuzz import fuzz, process

from solmu.imports import cleaning
from solmu.imports.cleaning import value_key
from solmu.imports.models import ValueMapping
from solmu.lib import names
from solmu.organisations import places
from solmu.organisations.fields import FIELDS as FIELDS_OF_WORK
from solmu.organisations.models import (
    Affiliation,
    Municipality,
    Organisation,
    Region,
)
from solmu.partnerships.models import Facet, Level, Stakeholder, Standing

KIND = "organisations"
LEAVE = ValueMapping.LEAVE

# Fields whose values a person can map once and for all.
MAPPABLE = (
    "level",
    "content",
    "theme",
    "role",
    "state",
    "kind",
    "field",
    "owner",
    "place",
    "region",
    "country",
)

# People who know the field can add words without reading code.
WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))

_ASSOCIATIONS = frozenset(
    [
        "ry",
        "rf",
        "rp",
        "sr",
        "saatio",
        "stiftelse",
        "mtu",
        "yhdistys",
        "forening",
        "liitto",
        "seura",
    ]
)
_JOINT_AUTHORITIES = frozenset(["kuntayhtyma", "samkommun", "kky"])


@cache
def usual_words(field: str) -> dict[str, str]:
    """The usual words of a field with a fixed list, each with its code."""
    return {
        value_key(word): code
        for code, words in WORDS.get(field, {}).items()
        for word in (code, *words)
    }


@cache
def _alike() -> dict[str, str]:
    return {value_key(word): group for group, words in WORDS["alike"].items() for word in words}


class _Understood:
    """The values that a function understands, asked like a set."""

    def __init__(self, function: Callable[[str], object]) -> None:
        self._function = function

    def __contains__(self, value: object) -> bool:
        return bool(self._function(str(value)))


class Vocabulary:
    """The words that one institution's spreadsheet may use, and what each means."""

    def __init__(self, institution_id: int) -> None:
        self.institution_id = institution_id
        self.levels = list(Level.objects.filter(institution_id=institution_id).order_by("rank"))
        self.facets = list(
            Facet.objects.filter(institution_id=institution_id).order_by("rank", "pk")
        )
        self._known: dict[str, dict[str, str]] = {
            "level": _own_names((level.pk, level) for level in self.levels),
            "content": _own_names((f.pk, f) for f in self.facets if f.kind == Facet.Kind.CONTENT),
            "theme": _own_names((f.pk, f) for f in self.facets if f.kind == Facet.Kind.THEME),
            "role": dict(usual_words("role")),
            "state": dict(usual_words("state")),
            "kind": dict(usual_words("kind")),
            "field": dict(usual_words("field")),
            "owner": self._owners(),
            "region": self._regions(),
        }
        remembered = ValueMapping.objects.filter(institution_id=institution_id, kind=KIND)
        self._remembered = {(one.field, value_key(one.value)): one.target for one in remembered}
        self._found: dict[tuple[str, str], str] = {}
        self.unknown: Counter[tuple[str, str]] = Counter()

    @property
    def known(self) -> Mapping[str, Container[str]]:
        """Each field's known values, for guessing columns by their content."""
        return {
            **self._known,
            "place": _Understood(places.locate),
            "country": _Understood(places.country_code),
        }

    def find(self, field: str, value: str) -> str:
        """Return what a value means ("" unknown, "leave": settled to stay as it is)."""
        place = (field, value)
        found = self._found.get(place)
        if found is None:
            found = self._found[place] = self._look(field, value)
        return found

    def _look(self, field: str, value: str) -> str:
        key = value_key(value)
        if not key:
            return ""
        if target := self._remembered.get((field, key)):
            return target
        if field == "country":
            return places.country_code(value) or ""
        if field == "place":
            return ""
        known = self._known[field]
        if target := known.get(key):
            return target
        if field == "owner":
            return self._owner(value)
        if len(key) >= 6 and field != "region":
            best = process.extractOne(key, known.keys(), scorer=fuzz.ratio, score_cutoff=90)
            if best:
                return known[best[0]]
        return ""

    def _owner(self, value: str) -> str:
        known = self._known["owner"]
        for person in cleaning.people(value):
            for name in (f"{person.given} {person.family}", f"{person.family} {person.given}"):
                if target := known.get(value_key(name)):
                    return target
        for email in cleaning.emails(value)[0]:
            if target := known.get(email):
                return target
        return ""

    def municipality_name(self, code: str) -> str:
        """The name of a municipality that a person chose."""
        return Municipality.objects.get(pk=code).name_fi

    def _owners(self) -> dict[str, str]:
        owners: dict[str, str] = {}
        people = Affiliation.objects.filter(institution_id=self.institution_id).select_related(
            "person"
        )
        for affiliation in people.order_by("pk"):
            person = affiliation.person
            for name in (
                f"{person.given_name} {person.family_name}",
                f"{person.family_name} {person.given_name}",
            ):
                owners[value_key(name)] = str(person.pk)
            if person.email:
                owners[person.email.lower()] = str(person.pk)
        return owners

    def _regions(self) -> dict[str, str]:
        regions: dict[str, str] = {}
        for region in Region.objects.all():
            for name in (region.name_fi, region.name_sv, region.name_en, region.iso_code):
                regions[value_key(name)] = region.code
        regions.pop("", None)
        return regions

    def choices(self, field: str) -> list[tuple[str, str]]:
        """What a person may choose for an unknown value of a field."""
        if field == "level":
            return [(str(level.pk), level.name) for level in self.levels]
        if field in ("content", "theme"):
            return [(str(facet.pk), facet.name) for facet in self.facets if facet.kind == field]
        if field == "owner":
            people = Affiliation.objects.filter(institution_id=self.institution_id)
            return sorted(
                {(str(one.person_id), str(one.person)) for one in people.select_related("person")},
                key=lambda choice: choice[1],
            )
        if field == "place":
            current = Municipality.objects.filter(merged_into=None)
            return sorted(((one.code, one.name) for one in current), key=lambda choice: choice[1])
        if field == "region":
            return [(region.code, region.name) for region in Region.objects.order_by("name_fi")]
        if field == "country":
            language = (get_language() or "fi")[:2]
            named = ((code, one.names[language]) for code, one in places.countries().items())
            return sorted(named, key=lambda choice: choice[1])
        lists = {
            "role": Stakeholder.Role.choices,
            "state": Standing.State.choices,
            "kind": Organisation.Kind.choices,
            "field": FIELDS_OF_WORK.items(),
        }
        return [(code, str(label)) for code, label in lists.get(field, ())]

    def suggestion(self, field: str, value: str) -> str:
        """What an unknown value most likely means, for a person to accept: never used by itself."""
        known = self._known.get(field, {})
        if len(value) < 4:
            return ""
        best = process.extractOne(
            value_key(value), known.keys(), scorer=fuzz.WRatio, score_cutoff=80
        )
        return known[best[0]] if best else ""


def _own_names(entries: Iterable[tuple[int, Level | Facet]]) -> dict[str, str]:
    """Names of an institution's own list in each language, and the usual words for the same."""
    listed = [
        (str(pk), value_key(name))
        for pk, entry in entries
        for name in (entry.name_fi, entry.name_sv, entry.name_en)
        if name
    ]
    own: dict[str, str] = {}
    for pk, key in listed:
        own.setdefault(key, pk)
    groups = {_alike()[key]: pk for pk, key in reversed(listed) if key in _alike()}
    for word, group in _alike().items():
        if group in groups:
            own.setdefault(word, groups[group])
    return own


def kind_by_name(name: str, name_key: str, business_id: str) -> str:
    """Guess what kind of organisation a name tells of."""
    words = names.folded(name).split()
    last, first = (words[-1], words[0]) if words else ("", "")
    if last in _JOINT_AUTHORITIES:
        return Organisation.Kind.AUTHORITY
    if last in _ASSOCIATIONS:
        return Organisation.Kind.ASSOCIATION
    if last in names.LEGAL_FORMS or first in names.LEGAL_FORMS:
        return Organisation.Kind.COMPANY
    for kind, signs in WORDS["named"].items():
        if any(sign in name_key for sign in signs):
            return str(kind)
    return Organisation.Kind.COMPANY if business_id else Organisation.Kind.OTHER
