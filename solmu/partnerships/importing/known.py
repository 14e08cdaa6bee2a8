"""What is known already of the organisations that a file names, read in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.contrib.postgres.fields.ranges import RangeEndsWith, RangeStartsWith
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from solmu.imports.models import Batch
from solmu.lib import names
from solmu.lib.copying import as_array
from solmu.organisations.models import FactProposal, Organisation, OrganisationSource
from solmu.partnerships.importing.rows import Facts, place_of
from solmu.partnerships.importing.words import KIND
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder, Standing
from solmu.people.models import Person

if TYPE_CHECKING:
    from solmu.partnerships.importing.planning import Target

COLUMNS = (
    "id", "name_fi", "name_sv", "name_en", "name_key", "kind", "business_id", "country",
    "region_id", "municipality_id", "postal_code", "website", "fields", "public", "fact_sources",
)  # fmt: skip
_COLUMN_OF = {"municipality": "municipality_id", "region": "region_id"}

_PAST = """
SELECT DISTINCT ON (line.identity) line.identity, line.organisation_id
FROM imports_line line JOIN imports_batch batch ON batch.id = line.batch_id
WHERE batch.institution_id = %s AND batch.kind = %s AND batch.state = %s
  AND line.organisation_id IS NOT NULL AND line.identity = ANY(%s)
ORDER BY line.identity, batch.applied_at DESC, batch.id DESC, line.number
"""
_LAST = """
SELECT organisation_id, facts FROM (
    SELECT line.organisation_id, line.facts, line.number, batch.id,
        max(batch.id) OVER (PARTITION BY line.organisation_id) AS last
    FROM imports_line line JOIN imports_batch batch ON batch.id = line.batch_id
    WHERE batch.institution_id = %s AND batch.kind = %s AND batch.state = %s
      AND line.organisation_id IN (SELECT unnest(%s::bigint[]))
) told
WHERE id = last
ORDER BY number
"""


# One branch an index: together they would be read by a scan of the whole directory.
_NAMED = """
SELECT id FROM organisations_organisation WHERE name_key = ANY(%s)
UNION SELECT id FROM organisations_organisation WHERE business_id <> '' AND business_id = ANY(%s)
UNION SELECT unnest(%s::bigint[])
"""


def _brought_by(institution_id: int) -> Exists:
    """Whether the institution is a source of an entry."""
    return Exists(
        OrganisationSource.objects.filter(
            institution_id=institution_id, organisation_id=OuterRef("pk")
        )
    )


def _those(ids: Iterable[int]) -> RawSQL:
    """Any number of ids as one parameter."""
    return RawSQL("SELECT unnest(%s::bigint[])", [as_array(ids)])


@dataclass(slots=True)
class StakeholderState:
    """How one of the institution's stakeholders stands now."""

    id: int
    organisation_id: int
    facts: dict[str, Any]
    contacts: list[dict[str, Any]] = field(default_factory=list)
    days: set[str] = field(default_factory=set)

    def person(self, name: str, email: str) -> dict[str, Any] | None:
        """The contact of a folded name or an address."""
        for contact in self.contacts:
            if (name and contact["key"] == name) or (email and contact["email"] == email):
                return contact
        return None


class _Stood(NamedTuple):
    """How a stakeholder stood from one day until another."""

    first: date | None
    after: date | None
    state: str
    level_id: int | None
    owner_id: int | None
    contents: list[int]
    themes: list[int]


@dataclass(slots=True)
class Entry:
    """An entry of the directory, as far as a row is recognised by it."""

    id: int
    business_id: str
    place: str
    public: bool
    ours: bool
    stakeholder_id: int | None = None


class Known:
    """The organisations that a file may be about, as its institution may know them.

    Of each there is only what matching needs; `Details` reads the rest for some at a time.
    """

    def __init__(
        self,
        institution_id: int,
        rows: Iterable[tuple[Facts, str, str]],
        chosen: set[int],
        today: date,
    ) -> None:
        self.institution_id = institution_id
        self.today = today
        numbers, keys, identities = set(), set(), set()
        for facts, key, identity in rows:
            keys.add(key)
            identities.add(identity)
            if "business_id" in facts:
                numbers.add(facts["business_id"])
        past = self._past(identities)
        self._moved = self._merged(set(past.values()) | chosen)
        self._past_of = {identity: self.current(id_) for identity, id_ in past.items()}
        self.entries: dict[int, Entry] = {}
        self._by_number: dict[tuple[str, str], int] = {}
        self._by_key: dict[str, list[int]] = {}
        self._load(
            numbers, keys, set(self._past_of.values()) | {self.current(id_) for id_ in chosen}
        )

    def current(self, organisation_id: int) -> int:
        """The organisation that one was merged into, or itself."""
        return self._moved.get(organisation_id, organisation_id)

    def is_ours(self, organisation_id: int) -> bool:
        """Tell whether the institution has brought or uses the entry already."""
        entry = self.entries.get(organisation_id)
        return entry is not None and entry.ours

    def find(self, facts: Facts, key: str, identity: str) -> int | None:
        """Return the organisation that a row is about: by number, by an earlier import, by name."""
        if number := facts.get("business_id"):
            found = self._by_number.get((facts.get("country", "FI"), number))
            if found:
                return found
        past = self._past_of.get(identity)
        if past in self.entries:
            return past
        alike = [
            entry for id_ in self._by_key.get(key, ()) if _may_be(facts, entry := self.entries[id_])
        ]
        ours = [entry for entry in alike if entry.stakeholder_id]
        if ours or len(alike) == 1:
            return (ours or alike)[0].id
        return None

    def names_for_comparison(self) -> Iterator[tuple[int, str, str, bool]]:
        """The entries that the institution may see: id, key, place, whether they have a number."""
        visible = Organisation.objects.filter(
            Q(public=True) | _brought_by(self.institution_id), merged_into=None
        )
        rows = visible.values_list("pk", "name_key", "country", "municipality_id", "business_id")
        for id_, key, country, municipality, number in rows.iterator(chunk_size=20_000):
            yield id_, key, (municipality or "") if country == "FI" else country, bool(number)

    def name_candidates(self, targets: Sequence[Target]) -> None:
        """Write the names of possible duplicates beside their ids."""
        of_row = {target.first.number: target.first for target in targets}
        targets = [target for target in targets if target.first.candidates]
        ids = {
            entry["id"]
            for target in targets
            for entry in target.first.candidates
            if entry["kind"] == "organisation"
        }
        rows = Organisation.objects.filter(pk__in=_those(ids)).select_related("municipality")
        found = {row.pk: row for row in rows}
        for target in targets:
            for entry in target.first.candidates:
                if entry["kind"] == "organisation":
                    row = found[entry["id"]]
                    entry |= {"name": row.name, "place": str(row.municipality or row.country)}
                    entry["business_id"] = row.business_id
                else:
                    line = of_row.get(entry["id"])
                    entry["id"] = f"row:{entry['id']}"
                    if line:
                        entry |= {"name": line.facts["name"], "row": line.row}

    def _past(self, identities: set[str]) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                _PAST, [self.institution_id, KIND, Batch.State.APPLIED, list(identities)]
            )
            return dict(cursor.fetchall())

    def _merged(self, ids: set[int]) -> dict[int, int]:
        moved: dict[int, int] = {}
        waiting = {id_: id_ for id_ in ids}
        while waiting:
            rows = Organisation.objects.filter(pk__in=_those(waiting.values())).exclude(
                merged_into=None
            )
            steps = dict(rows.values_list("pk", "merged_into_id"))
            waiting = {id_: steps[at] for id_, at in waiting.items() if at in steps}
            moved |= waiting
        return moved

    def _load(self, numbers: set[str], keys: set[str], ids: set[int]) -> None:
        named = RawSQL(_NAMED, [list(keys), list(numbers), list(ids)])  # noqa: S611 - our own SQL
        rows = Organisation.objects.filter(pk__in=named, merged_into=None).annotate(
            ours=_brought_by(self.institution_id)
        )
        columns = ("id", "name_key", "name_sv", "name_en", "business_id", "country",
                   "municipality_id", "public", "ours")  # fmt: skip
        for (
            id_,
            name_key,
            name_sv,
            name_en,
            number,
            country,
            municipality,
            public,
            ours,
        ) in rows.values_list(*columns).iterator(chunk_size=20_000):
            place = intern(municipality or "" if country == "FI" else country)
            self.entries[id_] = Entry(id_, number, place, public, ours)
            if number:
                self._by_number[intern(country), number] = id_
            for key in {name_key, *(names.key(name) for name in (name_sv, name_en) if name)}:
                self._by_key.setdefault(key, []).append(id_)
        own = Stakeholder.objects.filter(
            institution_id=self.institution_id, organisation_id__in=_those(self.entries)
        )
        for id_, stakeholder_id in own.values_list("organisation_id", "pk"):
            self.entries[id_].stakeholder_id = stakeholder_id


class Details:
    """All that is known of some organisations, for comparing: read in a few queries."""

    def __init__(self, known: Known, organisation_ids: Iterable[int]) -> None:
        self.institution_id = known.institution_id
        self.today = known.today
        rows = Organisation.objects.filter(pk__in=_those(organisation_ids)).annotate(
            ours=_brought_by(self.institution_id)
        )
        self.organisations = {row["id"]: row for row in rows.values(*COLUMNS, "ours")}
        self.stakeholders = self._stakeholders()
        self.last, self.last_days = self._last()
        self._proposed = self._proposals()

    def is_visible(self, organisation_id: int) -> bool:
        """Tell whether the institution may see the entry already."""
        organisation = self.organisations[organisation_id]
        return bool(organisation["public"] or organisation["ours"])

    def is_proposed(self, organisation_id: int, column: str, value: Any) -> bool:
        """Tell whether the same was proposed before, and is open or was declined."""
        key = (organisation_id, column if column == "business_id" else column.removesuffix("_id"))
        return str(value) in self._proposed.get(key, ())

    def column_of(self, key: str, organisation: Mapping[str, Any]) -> str:
        """The directory's column of a fact."""
        if key == "name":
            filled = (f"name_{code}" for code in ("fi", "sv", "en"))
            return next((column for column in filled if organisation[column]), "name_fi")
        return _COLUMN_OF.get(key, key)

    def _stakeholders(self) -> dict[int, StakeholderState]:
        rows = Stakeholder.objects.filter(
            institution_id=self.institution_id, organisation_id__in=_those(self.organisations)
        )
        states = {
            row["id"]: StakeholderState(row["id"], row["organisation_id"], dict(row))
            for row in rows.values(
                *("id", "organisation_id", "roles", "extra"),
                *("next_step", "next_step_language", "notes", "notes_language"),
            )
        }
        self._add_standings(states)
        self._add_contacts(states)
        days = DialogueEntry.objects.filter(
            stakeholder_id__in=_those(states), kind=DialogueEntry.Kind.CONTACT
        )
        for id_, day in days.values_list("stakeholder_id", "on"):
            states[id_].days.add(day.isoformat())
        return {state.organisation_id: state for state in states.values()}

    def _add_standings(self, states: Mapping[int, StakeholderState]) -> None:
        standings: dict[int, list[_Stood]] = {}
        rows = Standing.objects.filter(stakeholder_id__in=_those(states)).order_by("valid")
        for id_, *stood in rows.values_list(
            "stakeholder_id", RangeStartsWith("valid"), RangeEndsWith("valid"), "state",
            "level_id", "owner_id", "contents", "themes",
        ):  # fmt: skip
            standings.setdefault(id_, []).append(_Stood(*stood))
        for id_, all_stood in standings.items():
            now = all_stood[current([row.first for row in all_stood], self.today)]
            states[id_].facts |= {
                "level": str(now.level_id or ""),
                "state": now.state,
                "owner": str(now.owner_id or ""),
                "contents": now.contents,
                "themes": now.themes,
                "start": _iso(all_stood[0].first),
                "end": _end(all_stood),
            }

    def _add_contacts(self, states: Mapping[int, StakeholderState]) -> None:
        rows = Contact.objects.filter(stakeholder_id__in=_those(states)).values_list(
            "stakeholder_id", "pk", "title", "person_id", "person__given_name",
            "person__family_name", "person__email", "person__other_emails", "person__phone",
            "person__user_id",
        )  # fmt: skip
        edited = self._edited_people(states)
        for id_, contact_id, title, person_id, given, family, email, others, phone, user in rows:
            name = f"{given} {family}".strip()
            states[id_].contacts.append(
                {
                    "contact_id": contact_id,
                    "person_id": person_id,
                    "title": title,
                    "name": name or email,
                    "key": names.folded(name),
                    "email": email,
                    "other_emails": others,
                    "phone": phone,
                    "edited": person_id in edited,
                    "has_account": user is not None,
                }
            )

    def _edited_people(self, states: Mapping[int, StakeholderState]) -> set[int]:
        """Contacts whose own facts somebody has changed since they were entered."""
        events = Person.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
            pgh_label="update", pgh_obj__contacts__stakeholder_id__in=_those(states)
        )
        return set(events.values_list("pgh_obj_id", flat=True))

    def _last(self) -> tuple[dict[int, dict[str, Any]], dict[int, set[str]]]:
        """What the last file said of each organisation: its rows put together."""
        last: dict[int, dict[str, Any]] = {}
        days: dict[int, set[str]] = {}
        ids = as_array(self.stakeholders)
        with connection.cursor() as cursor:
            cursor.execute(_LAST, [self.institution_id, KIND, Batch.State.APPLIED, ids])
            for organisation_id, facts in _with_json(cursor):
                if day := facts.get("last_contact"):
                    days.setdefault(organisation_id, set()).add(day)
                if organisation_id in last:
                    _put_together(last[organisation_id], facts)
                else:
                    last[organisation_id] = facts
        return last, days

    def _proposals(self) -> dict[tuple[int, str], set[str]]:
        found: dict[tuple[int, str], set[str]] = {}
        rows = FactProposal.objects.filter(
            institution_id=self.institution_id, organisation_id__in=_those(self.organisations)
        ).exclude(state=FactProposal.State.ACCEPTED)
        for id_, key, value in rows.values_list("organisation_id", "field", "value"):
            found.setdefault((id_, key), set()).add(str(value))
        return found


def current(first_days: Sequence[date | None], today: date) -> int:
    """Which of some standings holds today, else the last one before, else the first."""
    begun = [at for at, day in enumerate(first_days) if day is None or day <= today]
    return begun[-1] if begun else 0


def _end(standings: Sequence[_Stood]) -> str:
    last = standings[-1]
    if last.state == Standing.State.ENDED and len(standings) > 1 and last.first:
        return _iso(last.first - timedelta(days=1))
    return _iso(last.after - timedelta(days=1)) if last.after else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _may_be(facts: Facts, entry: Entry) -> bool:
    """The same name is the same organisation in the same place, or where it is ours already."""
    number = facts.get("business_id")
    if number and entry.business_id and number != entry.business_id:
        return False
    place = place_of(facts)
    if place and entry.place:
        return place == entry.place
    return entry.stakeholder_id is not None


def _with_json(rows: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    for id_, facts in rows:
        yield id_, orjson.loads(facts) if isinstance(facts, str) else facts


def _put_together(merged: dict[str, Any], facts: Mapping[str, Any]) -> None:
    for key, value in facts.items():
        if key == "extra":
            merged["extra"] = {**value, **merged.get("extra", {})}
        elif isinstance(value, list):
            merged[key] = [
                *merged.get(key, []),
                *(one for one in value if one not in merged.get(key, [])),
            ]
        else:
            merged.setdefault(key, value)
