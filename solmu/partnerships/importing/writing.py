"""Writing a plan: new records by COPY with ids taken beforehand, and changes; all or nothing.

The caller holds the transaction and the lock; every change is in the history under the importer's
name, and is noted so that it can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from solmu.imports.models import Batch, Changed, Made
from solmu.lib import clock, names
from solmu.lib.copying import as_array, as_json, copy_rows, new_ids, new_uuids
from solmu.organisations import directory
from solmu.organisations import indexing as directory_indexing
from solmu.organisations.models import FactProposal, Organisation, OrganisationSource
from solmu.partnerships import evidence, indexing
from solmu.partnerships.importing.known import current
from solmu.partnerships.importing.planning import Plan, Target, field_name
from solmu.partnerships.importing.rows import kind_of
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder, Standing
from solmu.partnerships.partner.contacts import default_retention
from solmu.people.models import Person
from solmu.people.viewer import Viewer

ORGANISATION = "organisations_organisation"
SOURCE = "organisations_organisationsource"
STAKEHOLDER = "partnerships_stakeholder"
STANDING = "partnerships_standing"
PERSON = "people_person"
CONTACT = "partnerships_contact"
DIALOGUE = "partnerships_dialogueentry"
EVIDENCE = "ties_evidence"
PROPOSAL = "organisations_factproposal"

NEW_FACTS = (
    "business_id", "municipality", "region", "postal_code", "website", "kind", "fields",
)  # fmt: skip

# As many new records as make the statistics of small tables wrong.
ANALYZE_FROM = 2000

Step = Callable[[str], None]


class Writer:
    """Writes one plan of one batch."""

    def __init__(self, batch: Batch, plan: Plan, by: Viewer, step: Step) -> None:
        self.batch = batch
        self.plan = plan
        self.by = by
        self.step = step
        self.institution_id = batch.institution_id
        self.now = clock.real_now()
        self.today = clock.today()
        self.reason = _("Imported from %(file)s") % {"file": batch.file_name}
        self.made: dict[str, list[int]] = {}
        self.changed: list[Changed] = []
        self._given: dict[tuple[str, ...], str] = {}

    def write(self) -> None:
        """Write everything, in the order of what needs what."""
        self.step("organisations")
        self._hold()
        self._organisations()
        self.step("partners")
        stakeholders = self._stakeholders()
        self._standings(stakeholders)
        self.step("people")
        contacts = self._people(stakeholders)
        self.step("dialogue")
        self._dialogue(stakeholders)
        changed = self._changes(stakeholders)
        self.step("search")
        self._count_anew()
        organisations = [c.record_id for c in self.changed if c.table == ORGANISATION]
        if organisations:
            directory_indexing.index_organisations(organisations)
            indexing.index_organisations(organisations)
        indexing.index_stakeholders([*self.made.get(STAKEHOLDER, []), *changed])
        indexing.index_contacts(contacts)
        copy_rows(
            Made._meta.db_table,  # noqa: SLF001
            ("batch_id", "table", "record_ids"),
            ((self.batch.pk, table, as_array(ids)) for table, ids in self.made.items() if ids),
        )
        Changed.objects.bulk_create(self.changed, batch_size=5000)

    def _count_anew(self) -> None:
        """Let the planner know how much has just been written: the index is told by SELECTs."""
        if sum(map(len, self.made.values())) > ANALYZE_FROM:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"ANALYZE {ORGANISATION} (id), {STAKEHOLDER} (id, organisation_id),"
                    f" {STANDING} (id, stakeholder_id), {CONTACT} (id, stakeholder_id, person_id),"
                    f" {PERSON} (id)"
                )

    def _note_change(
        self, table: str, id_: int, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> None:
        self.changed.append(
            Changed(
                batch=self.batch, table=table, record_id=id_, before=dict(before), after=dict(after)
            )
        )

    # The directory

    def _hold(self) -> None:
        """Let no entry that becomes a partner be merged away before the partner is written."""
        ids = [
            target.organisation_id
            for target in self.plan.targets
            if target.organisation_id and target.stakeholder_id is None
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {ORGANISATION} WHERE id = ANY(%s) AND merged_into_id IS NULL"  # noqa: S608
                " ORDER BY id FOR KEY SHARE",
                [ids],
            )
            if cursor.rowcount < len(set(ids)):
                raise RuntimeError("an entry of the directory was merged just now")

    def _organisations(self) -> None:
        new = [target for target in self.plan.targets if target.organisation_id is None]
        ids = new_ids(ORGANISATION, len(new))
        slugs = [directory.private_slug(target.facts["name"]) for target in new]
        for target, id_ in zip(new, ids, strict=True):
            target.organisation_id = id_
        copy_rows(
            ORGANISATION,
            (
                "id", "uuid", "slug", "name_fi", "name_sv", "name_key", "kind",
                "business_id", "country", "municipality_id", "region_id", "postal_code",
                "lat", "lon", "website", "fields", "fact_sources",
            ),
            # In the order of their names: half of the indexes are in that order.
            map(
                self._organisation_row,
                *zip(*sorted(zip(new, slugs, strict=True), key=_by_name), strict=True),
                new_uuids(len(new)),
            )
            if new
            else (),
            always={"name_en": "", "oid": "", "public": False, "created_at": self.now},
        )  # fmt: skip
        self.made[ORGANISATION] = ids
        self._sources()
        self._organisation_changes()
        self._proposals()

    def _organisation_row(self, target: Target, slug: str, uuid: str) -> tuple[Any, ...]:
        facts = target.facts
        country = facts.get("country", "FI")
        municipality = facts.get("municipality")
        swedish = country == "SE"
        given = (
            "name_sv" if swedish else "name_fi",
            "country",
            *[key for key in NEW_FACTS if key in facts],
        )
        name = facts["name"]
        return (
            target.organisation_id, uuid, slug, "" if swedish else name,
            name if swedish else "", target.first.name_key[:200],
            kind_of(facts, target.first.name_key), facts.get("business_id", ""), country,
            municipality, facts.get("region"),
            facts.get("postal_code", ""), facts.get("lat"), facts.get("lon"),
            facts.get("website", ""), as_array(facts.get("fields", ())), self._givers(given),
        )  # fmt: skip

    def _givers(self, given: tuple[str, ...]) -> str:
        """That the institution gave these facts; a file has few combinations of columns."""
        if given not in self._given:
            self._given[given] = as_json(dict.fromkeys(given, self.institution_id))
        return self._given[given]

    def _sources(self) -> None:
        """Note that the institution brought or uses each entry; a second one makes it public."""
        known = self.plan.known
        without = [
            target.organisation_id
            for target in self.plan.targets
            if target.organisation_id and not known.is_ours(target.organisation_id)
        ]
        ids = new_ids(SOURCE, len(without))
        copy_rows(
            SOURCE,
            ("id", "organisation_id"),
            zip(ids, without, strict=True),
            always={
                "institution_id": self.institution_id,
                "origin": OrganisationSource.Origin.IMPORT,
                "since": self.now,
            },
        )
        self.made[SOURCE] = ids
        hidden = [id_ for id_ in without if id_ in known.entries and not known.entries[id_].public]
        if hidden:
            directory.publish_confirmed(hidden, by=self.by)

    def _organisation_changes(self) -> None:
        wanted = {
            target.organisation_id: target.organisation_changes
            for target in self.plan.targets
            if target.organisation_id and target.organisation_changes
        }
        places_of = {
            target.organisation_id: (
                target.facts.get("region"),
                target.facts.get("lat"),
                target.facts.get("lon"),
            )
            for target in self.plan.targets
        }
        rows = Organisation.objects.in_bulk(list(wanted))
        for id_, changes in wanted.items():
            row = rows[id_]
            before = {}
            for column, value in changes.items():
                before[column] = getattr(row, column)
                setattr(row, column, value)
                row.fact_sources[field_name(column)] = self.institution_id
            if "municipality_id" in changes:
                before |= {"region_id": row.region_id, "lat": row.lat, "lon": row.lon}
                row.region_id, row.lat, row.lon = places_of[id_]
            if any(column.startswith("name_") for column in changes):
                before["name_key"] = row.name_key
                row.name_key = names.key(row.name_fi or row.name_sv or row.name_en)
            self._note_change(ORGANISATION, id_, before, {key: getattr(row, key) for key in before})
        columns = {key for one in self.changed if one.table == ORGANISATION for key in one.before}
        if rows:
            Organisation.objects.bulk_update(
                rows.values(), [*map(field_name, columns), "fact_sources"], batch_size=1000
            )

    def _proposals(self) -> None:
        rows = [
            FactProposal(
                organisation_id=target.organisation_id or 0,
                institution_id=self.institution_id,
                field="name_fi" if key == "name" else key,
                value=value,
            )
            for target in self.plan.targets
            for key, value in target.proposals.items()
        ]
        if not rows:
            return
        for row in rows:  # a newer proposal takes the place of an open one
            FactProposal.objects.filter(
                organisation_id=row.organisation_id,
                institution_id=self.institution_id,
                field=row.field,
                state=FactProposal.State.OPEN,
            ).delete()
        self.made[PROPOSAL] = [row.pk for row in FactProposal.objects.bulk_create(rows)]
        directory.name_givers(self.made[PROPOSAL])

    # The institution's own

    def _stakeholders(self) -> dict[int, int]:
        """Write the new stakeholders; return each organisation's stakeholder."""
        new = [target for target in self.plan.targets if target.stakeholder_id is None]
        ids = new_ids(STAKEHOLDER, len(new))
        copy_rows(
            STAKEHOLDER,
            ("id", "uuid", "organisation_id", "roles", "next_step", "notes", "extra"),
            (
                (
                    id_, uuid, target.organisation_id,
                    as_array(target.facts.get("roles") or [Stakeholder.Role.PARTNER]),
                    target.facts.get("next_step", ""), target.facts.get("notes", ""),
                    as_json(target.facts.get("extra", {})),
                )
                for id_, uuid, target in zip(ids, new_uuids(len(new)), new, strict=True)
            ),
            always={
                "institution_id": self.institution_id, "created_at": self.now,
                "next_step_language": self.batch.language, "notes_language": self.batch.language,
            },
        )  # fmt: skip
        self.made[STAKEHOLDER] = ids
        found = {target.organisation_id or 0: id_ for id_, target in zip(ids, new, strict=True)}
        for target in self.plan.targets:
            if target.stakeholder_id:
                found[target.organisation_id or 0] = target.stakeholder_id
        return found

    def _standings(self, stakeholders: Mapping[int, int]) -> None:
        rows = [
            (stakeholders[target.organisation_id or 0], *row)
            for target in self.plan.targets
            if target.stakeholder_id is None
            for row in _first_standings(target.facts)
        ]
        ids = new_ids(STANDING, len(rows))
        copy_rows(
            STANDING,
            (
                "id", "stakeholder_id", "valid", "state", "level_id", "owner_id", "contents",
                "themes",
            ),
            ((id_, *row) for id_, row in zip(ids, rows, strict=True)),
            always={
                "scope_override": "", "form": Standing.Form.BILATERAL, "goals": "",
                "reason": self.reason, "reason_language": self.batch.language,
            },
        )  # fmt: skip
        self.made[STANDING] = ids

    def _people(self, stakeholders: Mapping[int, int]) -> list[int]:
        """Write new people and contacts; one address and name is one person all over the file."""
        wanted = [(target, person) for target in self.plan.targets for person in target.people]
        known = self._known_people([person for _target, person in wanted])
        new: dict[tuple[str, str, int], list[Any]] = {}
        pairs: dict[tuple[int, Any], tuple[int, Any, str, str]] = {}
        for target, person in wanted:
            given, family, title, email, _others, _phone = person
            name = names.folded(f"{given} {family}".strip())
            # Without an address a name says who it is within one organisation only.
            key = (email, name, 0 if email and name else target.organisation_id or 0)
            person_id = known.get((email, name))
            if person_id is None and key not in new:
                new[key] = person
            stakeholder_id = stakeholders[target.organisation_id or 0]
            first = target.facts.get("start")
            pairs.setdefault(
                (stakeholder_id, person_id or key),
                (stakeholder_id, person_id or key, title, f"[{first or ''},)"),
            )
        retention = default_retention(self.today)
        person_ids = new_ids(PERSON, len(new))
        ids_of = dict(zip(new, person_ids, strict=True))
        copy_rows(
            PERSON,
            (
                "id", "uuid", "given_name", "family_name", "email", "other_emails", "phone",
            ),
            (
                (
                    id_, uuid, person[0], person[1], person[3][:254], as_json(person[4]),
                    person[5],
                )
                for id_, uuid, person in zip(
                    person_ids, new_uuids(len(new)), new.values(), strict=True
                )
            ),
            always={
                "language": "", "legal_basis": Person.LegalBasis.PUBLIC_TASK,
                "retention_until": retention, "created_at": self.now,
            },
        )  # fmt: skip
        contact_ids = new_ids(CONTACT, len(pairs))
        copy_rows(
            CONTACT,
            ("id", "stakeholder_id", "person_id", "title", "valid"),
            (
                (id_, stakeholder_id, ids_of.get(person, person), title, valid)
                for id_, (stakeholder_id, person, title, valid) in zip(
                    contact_ids, pairs.values(), strict=True
                )
            ),
            always={"note": ""},
        )
        self.made[PERSON] = person_ids
        self.made[CONTACT] = contact_ids
        return [*contact_ids, *self._person_changes()]

    def _known_people(self, people: Iterable[Sequence[Any]]) -> dict[tuple[str, str], int]:
        """The institution's own contacts by address and name: nobody else's are looked at."""
        emails = list({person[3] for person in people if person[3]})
        rows = Contact.objects.filter(
            stakeholder__institution_id=self.institution_id,
            person__email__in=RawSQL("SELECT unnest(%s::text[])", [emails]),
        )
        return {
            (email, names.folded(f"{given} {family}".strip())): person_id
            for email, given, family, person_id in rows.values_list(
                "person__email", "person__given_name", "person__family_name", "person_id"
            )
        }

    def _person_changes(self) -> list[int]:
        wanted = dict(pair for target in self.plan.targets for pair in target.person_changes)
        contacts = Contact.objects.select_related("person").in_bulk(list(wanted))
        for id_, changes in wanted.items():
            contact = contacts[id_]
            if "title" in changes:
                self._note_change(
                    CONTACT, id_, {"title": contact.title}, {"title": changes["title"]}
                )
                contact.title = changes["title"]
                contact.save(update_fields=["title"])
            own: dict[str, Any] = {k: changes[k] for k in ("email", "phone") if k in changes}
            if own:
                before: dict[str, Any] = {key: getattr(contact.person, key) for key in own}
                self._note_change(PERSON, contact.person_id, before, own)
                Person.objects.filter(pk=contact.person_id).update(**own)
        return list(contacts)

    def _dialogue(self, stakeholders: Mapping[int, int]) -> None:
        """Write last contacts as dialogue, and with it the evidence."""
        wanted = [
            (stakeholders[target.organisation_id or 0], target.organisation_id or 0, day)
            for target in self.plan.targets
            for day in target.days
        ]
        ids = new_ids(DIALOGUE, len(wanted))
        copy_rows(
            DIALOGUE,
            ("id", "uuid", "stakeholder_id", "on"),
            (
                (id_, uuid, stakeholder_id, day)
                for id_, uuid, (stakeholder_id, _organisation_id, day) in zip(
                    ids, new_uuids(len(wanted)), wanted, strict=True
                )
            ),
            always={
                "kind": DialogueEntry.Kind.CONTACT, "title": _("In contact"), "text": self.reason,
                "language": self.batch.language, "limited": False, "created_at": self.now,
            },
        )  # fmt: skip
        mine = self.institution_id
        evidence_ids = new_ids(EVIDENCE, len(wanted))
        copy_rows(
            EVIDENCE,
            ("id", "a_id", "b_id", "valid", "source_id"),
            (
                (evidence_id, min(mine, other), max(mine, other), f"[{day},{day}]", id_)
                for evidence_id, id_, (_stakeholder_id, other, day) in zip(
                    evidence_ids, ids, wanted, strict=True
                )
                if other != mine
            ),
            always={
                "kind": evidence.DIALOGUE, "source_kind": evidence.DIALOGUE, "institution_id": mine,
            },
        )  # fmt: skip
        self.made[DIALOGUE] = ids

    # Changes to stakeholders that were there

    def _changes(self, stakeholders: Mapping[int, int]) -> list[int]:
        touched = []
        standings = self._standings_to_change()
        for target in self.plan.targets:
            if target.stakeholder is None:
                continue
            if target.stakeholder_changes:
                self._stakeholder_change(target)
            if target.standing_changes:
                self._standing_change(target, standings[target.stakeholder.id])
            if target.stakeholder_changes or target.standing_changes:
                touched.append(target.stakeholder.id)
        return touched

    def _stakeholder_change(self, target: Target) -> None:
        state, changes = target.stakeholder, dict(target.stakeholder_changes)
        if state is None:
            return
        texts = changes.keys() & {"next_step", "notes"}
        changes |= {f"{name}_language": self.batch.language for name in texts}
        before = {key: state.facts[key] for key in changes}
        self._note_change(STAKEHOLDER, state.id, before, changes)
        Stakeholder.objects.filter(pk=state.id).update(**changes)

    def _standings_to_change(self) -> dict[int, list[Standing]]:
        """The standings of each stakeholder that will stand otherwise, in order."""
        found: dict[int, list[Standing]] = {
            target.stakeholder.id: []
            for target in self.plan.targets
            if target.stakeholder and target.standing_changes
        }
        those = RawSQL("SELECT unnest(%s::bigint[])", [as_array(found)])
        for row in Standing.objects.filter(stakeholder_id__in=those).order_by("valid"):
            found[row.stakeholder_id].append(row)
        return found

    def _standing_change(self, target: Target, rows: list[Standing]) -> None:
        """Let new facts hold from today; a first or last day moves the end of its row."""
        if target.stakeholder is None:
            return
        changes = dict(target.standing_changes)
        start, end = changes.pop("start", None), changes.pop("end", None)
        if not rows:
            self.made[STANDING] += [
                Standing.objects.create(
                    stakeholder_id=target.stakeholder.id, valid=DateRange(None, None),
                    reason=self.reason, reason_language=self.batch.language,
                    **_standing_values(changes),
                ).pk
            ]  # fmt: skip
            return
        if start:
            first, day = rows[0], date.fromisoformat(start)
            if first.valid.upper is None or day < first.valid.upper:
                self._move(first, DateRange(day, first.valid.upper, "[)"))
        if changes:
            self._from_today(target, rows, _standing_values(changes))
        if end:
            self._end(rows[-1], date.fromisoformat(end) + timedelta(days=1))

    def _move(self, row: Standing, valid: DateRange) -> None:
        self._note_change(
            STANDING, row.pk, {"valid": _range_text(row.valid)}, {"valid": _range_text(valid)}
        )
        row.valid = valid
        row.save(update_fields=["valid"])

    def _from_today(self, target: Target, rows: list[Standing], values: dict[str, Any]) -> None:
        now = rows[current([row.valid.lower for row in rows], self.today)]
        lower, upper = now.valid.lower, now.valid.upper
        if lower == self.today or (lower and lower > self.today) or (upper and upper <= self.today):
            before = {key: getattr(now, key) for key in values}
            self._note_change(STANDING, now.pk, before, values)
            for key, value in values.items():
                setattr(now, key, value)
            now.save(update_fields=[field_name(key) for key in values])
            return
        self._move(now, DateRange(lower, self.today, "[)"))
        new = Standing(stakeholder_id=now.stakeholder_id, valid=DateRange(self.today, upper, "[)"))
        for key in ("state", "level_id", "contents", "themes", "scope_override", "form", "owner_id",
                    "counterpart_id", "goals", "goals_language"):  # fmt: skip
            setattr(new, key, values.get(key, getattr(now, key)))
        new.reason, new.reason_language = self.reason, self.batch.language
        new.save()
        self.made[STANDING].append(new.pk)
        rows.insert(rows.index(now) + 1, new)

    def _end(self, last: Standing, after: date) -> None:
        if last.valid.upper or (last.valid.lower and last.valid.lower >= after):
            return
        self._move(last, DateRange(last.valid.lower, after, "[)"))
        ended = Standing(
            stakeholder_id=last.stakeholder_id, valid=DateRange(after, None, "[)"),
            state=Standing.State.ENDED, level_id=last.level_id, contents=last.contents,
            themes=last.themes,
            owner_id=last.owner_id, form=last.form, goals=last.goals,
            goals_language=last.goals_language, reason=self.reason,
            reason_language=self.batch.language,
        )  # fmt: skip
        ended.save()
        self.made[STANDING].append(ended.pk)


def _by_name(entry: tuple[Target, str]) -> str:
    return entry[0].first.name_key


def _first_standings(facts: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    """How a new stakeholder stands: since the start or since before the import, until the end."""
    start, end = facts.get("start", ""), facts.get("end", "")
    state = facts.get("state") or Standing.State.ACTIVE
    rest = (
        facts.get("level") or None, facts.get("owner") or None, as_array(facts.get("contents", ())),
        as_array(facts.get("themes", ())),
    )  # fmt: skip
    if not end:
        yield (f"[{start},)", state, *rest)
        return
    after = date.fromisoformat(end) + timedelta(days=1)
    before = Standing.State.ACTIVE if state == Standing.State.ENDED else state
    yield (f"[{start},{after})", before, *rest)
    yield (f"[{after},)", Standing.State.ENDED, *rest)


def _standing_values(changes: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in changes.items():
        if key in ("level", "owner"):
            values[f"{key}_id"] = int(value)
        elif key in ("contents", "themes"):
            values[key] = [int(one) for one in value]
        else:
            values[key] = value
    return values


def _range_text(valid: DateRange) -> list[str]:
    return [value.isoformat() if value else "" for value in (valid.lower, valid.upper)]
