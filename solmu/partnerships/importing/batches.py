"""Importing an institution's own spreadsheet of partners: upload, plan, settle, apply.

The plan is kept and shown before anything is written. Applying plans once more under a lock, so
that what others have written meanwhile is taken in, and writes all or nothing.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.imports import guessing, reading
from solmu.imports.cleaning import value_key
from solmu.imports.guessing import Column, MappedColumns, Table
from solmu.imports.models import Batch, Line, ValueMapping
from solmu.imports.reading import ReadingError
from solmu.jobs import tasks as jobs
from solmu.lib import clock, sheets_out
from solmu.lib.collector import paused
from solmu.lib.copying import as_json, copy_rows, expect_many, tidied
from solmu.live import events
from solmu.organisations.models import Affiliation
from solmu.partnerships.importing.fields import BY_KEY, FIELDS
from solmu.partnerships.importing.planning import Plan, Settled, Tell, make_plan
from solmu.partnerships.importing.words import KIND, MAPPABLE, Vocabulary
from solmu.partnerships.importing.writing import Writer
from solmu.partnerships.models import Level
from solmu.people.viewer import Viewer

logger = logging.getLogger(__name__)

# One import is written at a time: two institutions may bring the same organisation.
LOCK = 7_310_442
STAGES = ("reading", "comparing", "organisations", "partners", "people", "dialogue", "search")
STAGES_OF_PLANNING = ("reading", "comparing", "keeping")
# As many rows as are worth preparing the database for.
MANY = 2_000
# Where the words of many new records wait to be taken in.
GIN_INDEXES = ("search_words", "search_title_trigrams", "organisation_called")
# Larger files are planned by a worker, while the page shows how far it is.
PLANNED_AT_ONCE = 400_000


class ImportingError(ValueError):
    """The import can't go on; the sentence says why."""


@dataclass(slots=True)
class File:
    """A file that has been read: its table and what its columns are."""

    table: Table
    columns: list[Column]


# Upload and mapping


def open_file(content: bytes, vocabulary: Vocabulary) -> File:
    """Read a file and guess its columns; raises ReadingError with the reason."""
    table = guessing.lay_out(reading.read_bytes(content), FIELDS)
    known = {key: vocabulary.known[key] for key in MAPPABLE if key in vocabulary.known}
    columns = guessing.guess(table, FIELDS, known).columns
    _need_organisation(columns)
    return File(table, columns)


def _need_organisation(columns: Sequence[Column]) -> None:
    if not any(column.field == "organisation" for column in columns):
        raise ReadingError(
            _("No column has the organisations' names. Give it a heading such as “Organisation”.")
        )


def upload(content: bytes, file_name: str, *, institution_id: int, by: Viewer) -> Batch:
    """Keep an uploaded file and what its columns seem to be; nothing else is written."""
    file = open_file(content, Vocabulary(institution_id))
    return Batch.objects.create(
        institution_id=institution_id,
        kind=KIND,
        file_name=file_name[:200],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        language=(translation.get_language() or "fi")[:2],
        total=len(file.table.rows),
        columns=MappedColumns(file.columns).as_json(),
        layout=layout_of(file.table),
        by_id=by.person_id,
    )


def layout_of(table: Table) -> dict[str, Any]:
    """What was read of a file and what was left out, for a person to see."""
    return {
        "headings": table.headings,
        "sheets": table.sheets,
        "skipped_sheets": table.skipped_sheets,
        "dropped": table.dropped,
    }


def map_columns(batch: Batch, fields: Mapping[int, str], *, by: Viewer) -> None:
    """Correct what the columns are; two columns can't both be what only one can."""
    columns = MappedColumns.from_json(batch.columns).columns
    for column in columns:
        wanted = fields.get(column.index)
        if wanted is not None and wanted != column.field:
            column.field = wanted if wanted in BY_KEY else ""
            column.confidence, column.tick = 1.0, ""
    taken: set[str] = set()
    for column in columns:
        if column.field and column.field in taken and not BY_KEY[column.field].many:
            raise ImportingError(
                _("Two columns can't both be “%(field)s”.") % {"field": BY_KEY[column.field].label}
            )
        taken.add(column.field)
    try:
        _need_organisation(columns)
    except ReadingError as error:
        raise ImportingError(str(error)) from error
    batch.columns = MappedColumns(columns).as_json()
    batch.save(update_fields=["columns"])


def map_values(batch: Batch, meanings: Mapping[tuple[str, str], str], *, by: Viewer) -> None:
    """Remember what values mean for this institution; an empty meaning leaves it open."""
    vocabulary = Vocabulary(batch.institution_id)
    for (field, value), target in meanings.items():
        allowed = {choice for choice, _label in vocabulary.choices(field)} | {ValueMapping.LEAVE}
        if target and target in allowed:
            ValueMapping.objects.update_or_create(
                institution_id=batch.institution_id,
                kind=KIND,
                field=field,
                value=value[:200],
                defaults={"target": target},
            )


# Planning


def start_plan(batch: Batch, *, by: Viewer) -> None:
    """Plan the batch: at once if it is small, else by a worker."""
    if batch.state not in (Batch.State.UPLOADED, Batch.State.PLANNED, Batch.State.FAILED):
        return
    if len(batch.content or b"") <= PLANNED_AT_ONCE:
        plan(batch, by.person_id)
        return
    with transaction.atomic():
        batch.state, batch.stage, batch.done = Batch.State.PLANNING, "reading", 0
        batch.save(update_fields=["state", "stage", "done"])
        jobs.enqueue(
            "partnerships.import_plan",
            key=f"import:{batch.pk}",
            batch_id=batch.pk,
            person_id=by.person_id,
        )


@paused()
@transaction.atomic
def plan(batch: Batch, person_id: int | None = None, progress: Progress | None = None) -> None:
    """Work out what would become of each row, and keep it for the preview."""
    # A worker that tells how far it is writes to the row meanwhile; nobody else touches it then.
    batches = Batch.objects.all() if progress else Batch.objects.select_for_update()
    batch = batches.get(pk=batch.pk)
    if batch.state not in (
        Batch.State.UPLOADED,
        Batch.State.PLANNED,
        Batch.State.PLANNING,
        Batch.State.FAILED,
    ):
        return
    tell = progress.step if progress else _tell_nobody
    worked = _worked_out(batch, person_id, tell)
    tell("keeping", 0)
    _keep_lines(batch, worked)
    _keep_plan(batch, worked)
    batch.state, batch.stage, batch.error = Batch.State.PLANNED, "", ""
    batch.save()


def _tell_nobody(stage: str, part: float) -> None:
    """A small file is done before anybody could read how far it is."""


def _worked_out(batch: Batch, reader_id: int | None, tell: Tell) -> Plan:
    tell("reading", 0)
    vocabulary = Vocabulary(batch.institution_id)
    table = guessing.lay_out(reading.read_bytes(bytes(batch.content or b"")), FIELDS)
    columns = MappedColumns.from_json(batch.columns).columns
    return make_plan(
        batch.institution_id,
        table.rows,
        columns,
        vocabulary,
        clock.today(),
        _settled(batch),
        _leaders_levels(batch, vocabulary, {batch.by_id, reader_id} - {None}),
        tell,
    )


def _leaders_levels(batch: Batch, vocabulary: Vocabulary, people: set[int | None]) -> set[str]:
    """The levels that may not be given to or taken from a partner that is there already.

    That is for leaders: who brings the file, and who looks at the plan and approves it.
    """
    leaders = Affiliation.objects.on(clock.today()).filter(
        person_id__in=people, institution_id=batch.institution_id, role=Affiliation.Role.LEADER
    )
    if people <= set(leaders.values_list("person_id", flat=True)):
        return set()
    return {str(one.pk) for one in vocabulary.levels if one.decided_by == Level.Decider.LEADER}


def _settled(batch: Batch) -> dict[int, Settled]:
    rows = batch.lines.exclude(corrections={}, decision="")
    return {
        number: Settled(corrections, decision)
        for number, corrections, decision in rows.values_list("number", "corrections", "decision")
    }


def _keep_plan(batch: Batch, worked: Plan) -> None:
    batch.counts = worked.counts
    spellings: dict[tuple[str, str], dict[str, Any]] = {}
    for (field, value), rows in worked.unknown.most_common():
        key = (field, value_key(value) or value)
        entry = spellings.setdefault(key, {"field": field, "value": value, "rows": 0})
        entry["rows"] += rows
    batch.unmapped = list(spellings.values())[:500]
    batch.total = len(worked.lines)


def _keep_lines(batch: Batch, worked: Plan) -> None:
    batch.lines.all().delete()
    copy_rows(
        "imports_line",
        (
            "number", "sheet", "row", "name", "identity", "cells", "corrections",
            "facts", "action", "reasons", "notes", "changes", "conflicts", "candidates", "decision",
            "organisation_id",
        ),
        (
            (
                line.number, line.sheet[:100], line.row, line.facts.get("name", ""),
                line.identity, line.cells,
                as_json(line.settled.corrections) if line.settled.corrections else "{}",
                as_json(line.facts), line.action,
                as_json(line.reasons) if line.reasons else "[]",
                as_json(line.notes) if line.notes else "[]",
                as_json(line.changes) if line.changes else "[]",
                as_json(line.conflicts) if line.conflicts else "[]",
                as_json(line.candidates) if line.candidates else "[]",
                line.settled.decision, line.target.organisation_id if line.target else None,
            )
            for line in worked.lines
        ),
        always={"batch_id": batch.pk},
    )  # fmt: skip
    if len(worked.lines) > MANY:  # the next import looks here for what the last file said
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE imports_line (batch_id, identity, organisation_id)")


def settle(
    line: Line,
    *,
    by: Viewer,
    corrections: Mapping[int, str] | None = None,
    decision: str | None = None,
) -> None:
    """Correct cells of a row, or say which organisation it is; the batch must be planned again."""
    if line.batch.state != Batch.State.PLANNED:
        raise ImportingError(_("This import can't be changed any more."))
    for index, text in (corrections or {}).items():
        # The cells are as they were last mended.
        if 0 <= index < len(line.cells) and text != line.cells[index]:
            line.corrections[str(index)] = text
    if decision is not None:
        line.decision = decision
    line.save(update_fields=["corrections", "decision"])


@transaction.atomic
def discard(batch: Batch, *, by: Viewer) -> None:
    """Throw a file away that has not been written, with all that was read of it."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in (Batch.State.UPLOADED, Batch.State.PLANNED, Batch.State.FAILED):
        raise ImportingError(_("This import can't be changed any more."))
    batch.lines.all().delete()
    batch.delete()


# Applying


def start_apply(batch: Batch, *, by: Viewer) -> None:
    """Give the batch to a worker; it is written only if this commits."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        if batch.state != Batch.State.PLANNED:
            raise ImportingError(
                _("This import can't be written: %(state)s.") % {"state": batch.get_state_display()}
            )
        batch.state, batch.stage, batch.done = Batch.State.APPLYING, "reading", 0
        batch.save(update_fields=["state", "stage", "done"])
        jobs.enqueue(
            "partnerships.import_apply",
            key=f"import:{batch.pk}",
            batch_id=batch.pk,
            user_id=by.user_id,
            person_id=by.person_id,
            who=by.name,
        )


@paused()
def apply(batch: Batch, *, by: Viewer) -> None:
    """Write a planned batch, all or nothing; safe to run again after a crash."""
    progress = Progress(batch)
    try:
        with transaction.atomic(), one_at_a_time():
            batch = Batch.objects.get(pk=batch.pk)
            if batch.state != Batch.State.APPLYING:
                return
            with translation.override(batch.language):
                worked = _worked_out(batch, by.person_id, progress.step)
                _write(batch, worked, by, progress)
            batch.content = None
            batch.save()
    except Exception as error:
        logger.exception("import %s failed", batch.pk)
        _fail(batch, error)
    finally:
        progress.close()


def _fail(batch: Batch, error: Exception) -> None:
    sentence = str(error) if isinstance(error, ReadingError | ImportingError) else ""
    Batch.objects.filter(pk=batch.pk).update(
        state=Batch.State.FAILED,
        stage="",
        error=sentence or _("Something went wrong and nothing was written. Try again."),
    )


def _write(batch: Batch, worked: Plan, by: Viewer, progress: Progress) -> None:
    with history.acting(by, _("Imported from %(file)s") % {"file": batch.file_name}):
        with connection.cursor() as cursor:
            # COPY passes the hook that names who acts: a harmless statement takes it along first.
            cursor.execute("UPDATE imports_batch SET stage = stage WHERE FALSE")
            cursor.execute("SELECT now()")
            began = cursor.fetchone()[0]
        many = len(worked.lines) > MANY
        if many:
            expect_many()
        Writer(batch, worked, by, progress.step).write()
    with tidied(*GIN_INDEXES) if many else nullcontext():
        _keep_lines(batch, worked)
        connection.check_constraints()
    _keep_plan(batch, worked)
    batch.state, batch.stage, batch.error = Batch.State.APPLIED, "", ""
    batch.done, batch.applied_at = batch.total, began


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other import is being written; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    yield


def channel_of(batch_id: int) -> str:
    """The channel on which an import tells how far it is."""
    return f"import-{batch_id}"


class Progress:
    """How far an import is, told on a connection of its own so that it is seen before the end."""

    def __init__(self, batch: Batch, stages: Sequence[str] = STAGES) -> None:
        self._id = batch.pk
        self._stages = stages
        self._connection = connection.copy()
        self.enabled = bool(batch.pk)

    def step(self, stage: str, part: float = 0) -> None:
        """Tell that a stage has begun, or which part of it is done."""
        if not self.enabled:
            return
        done = (self._stages.index(stage) + part) / len(self._stages)
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE imports_batch SET stage = %s, done = total * %s WHERE id = %s",
                [stage, done, self._id],
            )
        events.publish_at_once(self._connection, channel_of(self._id), stage=stage)

    def close(self) -> None:
        """Tell that the work is over, and leave the connection."""
        if self.enabled:
            events.publish_at_once(self._connection, channel_of(self._id), over=True)
        self._connection.close()


@paused()
def import_at_once(
    content: bytes, file_name: str, *, institution_id: int, by: Viewer, dry_run: bool = False
) -> tuple[Batch, Plan, Table]:
    """Read, plan and write a file in one transaction, as the command line does."""
    began = time.monotonic()
    vocabulary = Vocabulary(institution_id)
    file = open_file(content, vocabulary)
    read = time.monotonic()
    batch = Batch(
        institution_id=institution_id,
        kind=KIND,
        file_name=file_name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        language=(translation.get_language() or "fi")[:2],
        columns=MappedColumns(file.columns).as_json(),
        layout=layout_of(file.table),
        by_id=by.person_id,
        state=Batch.State.APPLYING,
    )
    with transaction.atomic(), one_at_a_time():
        worked = make_plan(institution_id, file.table.rows, file.columns, vocabulary, clock.today())
        planned = time.monotonic()
        if not dry_run:
            batch.save()
            silent = Progress(Batch())
            _write(batch, worked, by, silent)
            batch.save()
    done = time.monotonic()
    worked.seconds = {"read": read - began, "plan": planned - read, "apply": done - planned}
    return batch, worked, file.table


# What comes out


def rejected_file(headings: Sequence[str], rows: Iterator[Sequence[Any]]) -> IO[bytes]:
    """Write rejected rows as a workbook that can be mended and brought in again."""
    return sheets_out.xlsx_file([*headings, _("Reason")], rows, title=_("Rejected rows"))


def rejected_rows(batch: Batch) -> Iterator[list[Any]]:
    """The rejected rows of a batch: their cells as corrected, and the reason."""
    width = len(batch.layout["headings"])
    rejected = batch.lines.filter(action=Line.Action.REJECTED).order_by("number")
    for line in rejected.iterator():
        cells = [line.corrections.get(str(n), cell) for n, cell in enumerate(line.cells)]
        cells += [""] * (width - len(cells))
        yield [*cells[:width], " ".join(line.reasons)]


@jobs.task("partnerships.import_plan", retry=False)
def plan_job(batch_id: int, person_id: int | None = None) -> None:
    """Plan a large file."""
    batch = Batch.objects.get(pk=batch_id)
    with translation.override(batch.language):
        progress = Progress(batch, STAGES_OF_PLANNING)
        try:
            plan(batch, person_id, progress)
        except Exception as error:
            logger.exception("import %s could not be planned", batch_id)
            _fail(batch, error)
        finally:
            progress.close()


@jobs.task("partnerships.import_apply", retry=False)
def apply_job(batch_id: int, user_id: int | None, person_id: int | None, who: str) -> None:
    """Write a planned file in the name of the person who approved it."""
    batch = Batch.objects.get(pk=batch_id)
    by = Viewer(user_id=user_id, person_id=person_id, name=who, institution_id=batch.institution_id)
    with translation.override(batch.language):
        apply(batch, by=by)
