"""Understanding one row of a spreadsheet of partners: cells become facts, remarks and reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from solmu.imports import cleaning
from solmu.imports.cleaning import CleaningError
from solmu.imports.guessing import Column
from solmu.imports.reading import Cell, Row
from solmu.lib import names
from solmu.organisations import places
from solmu.partnerships.importing.words import LEAVE, Vocabulary, kind_by_name

# How long a name, a title and a short text may be: as the columns of the tables.
NAME, SHORT = 200, 100
LISTS = (("role", "roles"), ("content", "contents"), ("theme", "themes"), ("field", "fields"))
SINGLES = (("level", "level"), ("state", "state"))
_like_a_day = re.compile(r"[\d\s./-]{5,}")

Facts = dict[str, Any]


@dataclass(slots=True)
class Understood:
    """What a row says: facts to keep, reasons to reject it, remarks, and values nobody knows."""

    facts: Facts
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)


class Reader:
    """Reads rows by one mapping of columns and one institution's vocabulary."""

    def __init__(self, columns: Sequence[Column], vocabulary: Vocabulary, today: date) -> None:
        self.vocabulary = vocabulary
        self.today = today
        self._of: dict[str, list[Column]] = {}
        for column in columns:
            if column.field:
                self._of.setdefault(column.field, []).append(column)
        self._kept = [
            (column.index, _heading(column))
            for column in columns
            if column.field in ("", "address")
        ]
        self._has = frozenset(self._of)
        self._places: dict[tuple[str, str, str], places.Place | None] = {}
        self._row: Row = []
        self._result = Understood({})

    def read(self, row: Row) -> Understood:
        """Understand a row."""
        self._row = row
        self._result = result = Understood({"extra": {}})
        facts = result.facts
        facts["name"] = cleaning.text(self._cell("organisation"))[:NAME]
        self._read_where(facts)
        self._read_lists(facts)
        self._read_kind(facts)
        self._read_days(facts)
        self._read_people(facts)
        self._read_texts(facts)
        extra = facts["extra"]
        for index, heading in self._kept:
            cell = row[index] if index < len(row) else None
            if cell is not None and cell != "" and (text := cleaning.long_text(cell)):
                extra[heading] = text[:2000]
        if not facts["name"]:
            result.reasons.append(_("The organisation's name is missing."))
        # A coordinate may be nought; anything else that is empty says nothing.
        result.facts = {key: value for key, value in facts.items() if value or value == 0}
        return result

    def _cell(self, key: str) -> Cell:
        columns = self._of.get(key)
        if not columns:
            return None
        index = columns[0].index
        return self._row[index] if index < len(self._row) else None

    def _keep(self, key: str, text: str, note: str = "") -> None:
        """Keep with the record, under its heading, what can't be used otherwise."""
        columns = self._of.get(key)
        heading = _heading(columns[0]) if columns else key
        kept = self._result.facts["extra"]
        kept[heading] = f"{kept[heading]}; {text}" if heading in kept else text[:2000]
        if note:
            self._result.notes.append(note)

    def _unknown(self, key: str, value: str) -> None:
        self._result.unknown.append((key, value[:NAME]))
        self._keep(key, value)

    def _one(self, key: str) -> str:
        """Return the code that a field's cell means; an unknown value is kept as it is."""
        cell = self._cell(key)
        if cell is None or cell == "":
            return ""
        value = cleaning.text(cell)
        if not value:
            return ""
        target = self.vocabulary.find(key, value)
        if target == LEAVE:
            self._keep(key, value)
            return ""
        if not target:
            self._unknown(key, value)
        return target

    def _read_where(self, facts: Facts) -> None:
        """Where it is: the country told, or that of its number; a place by name or postal code."""
        told = self._one("country") if "country" in self._has else ""
        # Åland has a code of its own, but its register and municipalities are Finland's.
        facts["country"] = "FI" if told == "AX" else told
        self._read_business_id(facts)
        postal_code = facts["postal_code"] = cleaning.postal_code(self._cell("postal_code"))
        text = cleaning.text(self._cell("place"))
        settled = self.vocabulary.find("place", text) if text else ""
        place = self._locate("" if settled else text, postal_code, told or facts["country"])
        if settled == LEAVE:
            self._keep("place", text)
        elif settled:
            place = self._locate(self.vocabulary.municipality_name(settled), "", "FI")
        elif text and not (place and (place.municipality or place.region or place.country != "FI")):
            self._unknown("place", text)
        elif text and place and place.country != "FI":
            self._keep("place", text)
        region = self._one("region") if "region" in self._has else ""
        if place:
            facts["country"] = facts["country"] or place.country
            facts["municipality"] = place.municipality
            facts["lat"], facts["lon"] = place.lat, place.lon
            region = place.region or region
        if facts["country"] in ("", "FI"):
            facts["region"] = region

    def _locate(self, text: str, postal_code: str, country: str) -> places.Place | None:
        """Find a place; a file names the same few over and over."""
        asked = (text, postal_code, country)
        if asked not in self._places:
            self._places[asked] = places.locate(*asked)
        return self._places[asked]

    def _read_business_id(self, facts: Facts) -> None:
        cell = self._cell("business_id")
        if cell is None or cell == "":
            return
        try:
            found = cleaning.business_id(cell, facts["country"])
        except CleaningError as error:
            self._result.reasons.append(str(error))
            return
        if found is None:
            return
        facts["business_id"] = found.number
        if facts["country"] not in ("", found.country):
            self._result.reasons.append(_("The business ID belongs to another country."))
        facts["country"] = found.country

    def _read_lists(self, facts: Facts) -> None:
        for key, name in LISTS:
            columns = self._of.get(key)
            if columns:
                facts[name] = list(dict.fromkeys(self._several(key, columns)))
        for key, name in SINGLES:
            if key in self._of:
                facts[name] = self._one(key)
        if "owner" in self._of:
            facts["owner"] = self._one("owner")

    def _several(self, key: str, columns: Sequence[Column]) -> list[str]:
        found: list[str] = []
        for column in columns:
            cell = self._row[column.index] if column.index < len(self._row) else None
            if cell is None or cell == "":
                continue
            if column.tick:
                if cleaning.is_ticked(cell):
                    found += self._values(key, column.tick)
            else:
                found += self._values(key, cleaning.text(cell))
        return found

    def _values(self, key: str, value: str) -> list[str]:
        """Look the whole cell up first: a listed name may have a comma in it."""
        if not value:
            return []
        find = self.vocabulary.find
        target = find(key, value)
        if target and target != LEAVE:
            return [target]
        found = []
        for part in cleaning.several(value):
            target = find(key, part)
            if target == LEAVE:
                self._keep(key, part)
            elif target:
                found.append(target)
            else:
                self._unknown(key, part)
        return found

    def _read_kind(self, facts: Facts) -> None:
        if "kind" in self._of:
            facts["kind"] = self._one("kind")

    def _read_days(self, facts: Facts) -> None:
        start = self._day("start") if "start" in self._has else None
        end = self._day("end", last=True) if "end" in self._has else None
        last_contact = self._day("last_contact")
        if start and end and end < start:
            self._result.reasons.append(_("The end is before the start."))
        if last_contact and last_contact > self.today:
            text = cleaning.text(self._cell("last_contact"))
            self._keep(
                "last_contact", text, _("The last contact is a coming day; it is kept as a text.")
            )
            last_contact = None
        facts["start"] = start.isoformat() if start else ""
        facts["end"] = end.isoformat() if end else ""
        facts["last_contact"] = last_contact.isoformat() if last_contact else ""

    def _day(self, key: str, *, last: bool = False) -> date | None:
        cell = self._cell(key)
        if cell is None or cell == "":
            return None
        try:
            return cleaning.day(cell, last=last)
        except CleaningError as error:
            text = cleaning.text(cell)
            if _like_a_day.fullmatch(text):
                self._result.reasons.append(str(error))
            else:
                self._keep(key, text, _("%(why)s – it is kept as a text.") % {"why": error})
            return None

    def _read_people(self, facts: Facts) -> None:
        people: list[list[str]] = []
        if {"given_name", "family_name"} & self._has:
            given = cleaning.text(self._cell("given_name"))[:SHORT]
            family = cleaning.text(self._cell("family_name"))[:SHORT]
            people = [[given, family]] if given or family else []
        people += [[one.given, one.family] for one in cleaning.people(self._cell("contact"))]
        emails = self._emails()
        phones = [
            number
            for column in self._of.get("phone", ())
            for number in cleaning.phones(self._at(column))
        ]
        if not people and not emails:
            for number in phones:
                self._keep("phone", number)
            return
        if not people:
            people = [["", ""]]
        title = ""
        if "contact_title" in self._has:
            title = cleaning.text(self._cell("contact_title"))[:SHORT]
        facts["people"] = _shared_out(people, emails, phones, title)

    def _at(self, column: Column) -> Cell:
        return self._row[column.index] if column.index < len(self._row) else None

    def _emails(self) -> list[str]:
        found: list[str] = []
        for column in self._of.get("email", ()):
            cell = self._at(column)
            if cell is None or cell == "":
                continue
            right, wrong = cleaning.emails(cell)
            found += right
            for text in wrong:
                self._keep(
                    "email",
                    text,
                    _("Not an e-mail address: %(value)s – it is kept as a text.")
                    % {"value": text[:60]},
                )
        return list(dict.fromkeys(found))

    def _read_texts(self, facts: Facts) -> None:
        if "next_step" in self._has:
            facts["next_step"] = cleaning.text(self._cell("next_step"))[:NAME]
        if "notes" in self._has:
            notes = [cleaning.long_text(self._at(column)) for column in self._of["notes"]]
            facts["notes"] = "\n".join(note for note in notes if note)
        if "website" in self._has:
            try:
                facts["website"] = cleaning.website(self._cell("website"))
            except CleaningError as error:
                self._keep("website", cleaning.text(self._cell("website")), str(error))


def _heading(column: Column) -> str:
    return (column.heading or _("Column %(n)s") % {"n": column.index + 1})[:100]


def _shared_out(
    people: list[list[str]], emails: list[str], phones: list[str], title: str
) -> list[list[Any]]:
    """Give each person what is theirs: one each where there are as many, else all to the first.

    A person is [given name, family name, title, e-mail, other e-mails, phone].
    """
    if len(people) == 1:
        given, family = people[0]
        email, phone = emails[0] if emails else "", phones[0] if phones else ""
        return [[given, family, title, email, emails[1:], phone]]
    each_email = len(emails) == len(people)
    each_phone = len(phones) == len(people)
    found: list[list[Any]] = []
    for number, (given, family) in enumerate(people):
        mine = emails if number == 0 else []
        if each_email:
            mine = [emails[number]]
        elif len(people) > 1:
            mine = [one for one in emails if names.folded(family)[:5] in one] or mine
        phone = phones[number] if each_phone else (phones[0] if phones and number == 0 else "")
        found.append(
            [given, family, title if number == 0 else "", mine[0] if mine else "", mine[1:], phone]
        )
    return found


def identity(facts: Mapping[str, Any]) -> str:
    """Return what a row is recognised by in the next file: business ID, else name and place."""
    if number := facts.get("business_id"):
        return f"{facts.get('country') or 'FI'}:{number}"
    return f"{names.key(facts.get('name', ''))}|{place_of(facts)}"[:240]


def place_of(facts: Mapping[str, Any]) -> str:
    """Return the place by which two of one name are told apart: municipality, else a country."""
    country = facts.get("country") or "FI"
    return facts.get("municipality", "") if country == "FI" else country


def kind_of(facts: Mapping[str, Any], name_key: str) -> str:
    """Return the kind that the row tells, or that its name sounds like."""
    return facts.get("kind") or kind_by_name(facts["name"], name_key, facts.get("business_id", ""))
