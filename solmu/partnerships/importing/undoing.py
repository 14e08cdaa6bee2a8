"""Taking an import back: only what nobody has changed or linked since; the rest is listed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache
from itertools import batched
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.imports.models import Batch, Changed
from solmu.jobs import tasks as jobs
from solmu.lib import clock
from solmu.organisations import indexing as directory_indexing
from solmu.organisations.models import Organisation, OrganisationSource
from solmu.partnerships import evidence, indexing
from solmu.partnerships.importing import writing as import_writing
from solmu.partnerships.importing.batches import ImportingError, Progress, one_at_a_time
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder, Standing
from solmu.people.models import Person
from solmu.people.viewer import Viewer

logger = logging.getLogger(__name__)

LISTED = 500
STAGES = ("undoing",)
# Why a record stays: kept like this, and said in the language of whoever reads it.
CHANGED = gettext_noop("changed since")
FOLLOWED = gettext_noop("has new records since")
USED = gettext_noop("used by others since")
UNDONE_AT_ONCE = 2_000
# Named as what the keys are: else PostgreSQL goes through all of them for each row.
AMONG = "= ANY(%s::bigint[])"
CHECKED_AT_ONCE = 2_000


def start_undo(batch: Batch, *, by: Viewer) -> None:
    """Undo a batch: at once if it is small, else by a worker."""
    if batch.total <= UNDONE_AT_ONCE:
        undo(batch, by=by)
        return
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        if batch.state != Batch.State.APPLIED:
            raise ImportingError(_("Only an import that has been written can be undone."))
        batch.state, batch.stage, batch.done, batch.error = Batch.State.UNDOING, "undoing", 0, ""
        batch.save(update_fields=["state", "stage", "done", "error"])
        jobs.enqueue(
            "partnerships.import_undo",
            key=f"import:{batch.pk}",
            batch_id=batch.pk,
            user_id=by.user_id,
            person_id=by.person_id,
            who=by.name,
        )


@transaction.atomic
def undo(batch: Batch, *, by: Viewer, progress: Progress | None = None) -> None:
    """Take back what the batch wrote, as far as nobody has built on it."""
    with one_at_a_time():
        # Not locked: that it may be told how far this is; one at a time is enough.
        batch = Batch.objects.get(pk=batch.pk)
        if batch.state not in (Batch.State.APPLIED, Batch.State.UNDOING):
            raise ImportingError(_("Only an import that has been written can be undone."))
        with history.acting(by, _("Import undone: %(file)s") % {"file": batch.file_name}):
            undoing = _Undoing(batch, progress)
            undoing.run()
        batch.state, batch.stage, batch.undone_at = Batch.State.UNDONE, "", clock.real_now()
        batch.kept_after_undo = undoing.kept[:LISTED]
        batch.counts = {**batch.counts, "kept_after_undo": len(undoing.kept)}
        batch.save()


class _Undoing:
    def __init__(self, batch: Batch, progress: Progress | None) -> None:
        self.batch = batch
        self.progress = progress
        self.since = batch.applied_at
        self.made = {made.table: set(made.record_ids) for made in batch.made.all()}
        self.kept: list[dict[str, str]] = []
        self.done = 0
        self.whole = sum(_work(table) * len(ids) for table, ids in self.made.items())

    def run(self) -> None:
        """The institution's own first, then people, then the directory."""
        self._tell()
        self._proposals()
        self._stakeholders()
        self._put_back()
        self._loose_children()
        self._people()
        self._organisations()

    def _tell(self) -> None:
        if self.progress:
            self.progress.step("undoing", min(1, self.done / max(1, self.whole)))

    def _proposals(self) -> None:
        proposals = self._made(import_writing.PROPOSAL)
        self._delete(import_writing.PROPOSAL, self._still_open(proposals))

    def _made(self, table: str) -> set[int]:
        return self.made.get(table, set())

    def _still_open(self, ids: set[int]) -> set[int]:
        return set(
            self._ids(
                f"SELECT id FROM {import_writing.PROPOSAL} WHERE state = 'open' AND id {AMONG}",  # noqa: S608
                ids,
            )
        )

    def _stakeholders(self) -> None:
        """A stakeholder goes with all that the import gave it, or stays with all of it."""
        made = self._made(import_writing.STAKEHOLDER)
        stay = self._changed_since(Stakeholder, made)
        why = dict.fromkeys(stay, CHANGED)
        for relation in _relations(Stakeholder):
            for id_ in self._linked(relation, made) - stay:
                why.setdefault(id_, FOLLOWED)
        names = dict(
            Stakeholder.objects.filter(pk__in=list(why)).values_list("pk", "organisation__name_fi")
        )
        self.kept += [{"name": names.get(id_, ""), "why": reason} for id_, reason in why.items()]
        gone = made - set(why)
        for model in (DialogueEntry, Contact, Standing):
            table = model._meta.db_table  # noqa: SLF001
            ids = self._ids(f"SELECT id FROM {table} WHERE stakeholder_id {AMONG}", gone)  # noqa: S608
            self._remove(model, set(ids))
        self._remove(Stakeholder, gone)

    def _put_back(self) -> None:
        """Give changed records their values back, where they are still as the import left them."""
        for change in Changed.objects.filter(batch=self.batch).order_by("-pk"):
            model = _model_of(change.table)
            row = model.objects.filter(pk=change.record_id).first()
            if row is None:
                continue
            if any(_plain(getattr(row, key)) != value for key, value in change.after.items()):
                self.kept.append({"name": str(row), "why": CHANGED})
                continue
            if change.table == import_writing.STANDING and "valid" in change.after:
                self._remove_following(row)
            for key, value in change.before.items():
                setattr(row, key, _read(key, value))
            row.save(update_fields=[model._meta.get_field(key).name for key in change.before])  # noqa: SLF001
            self._index(change.table, change.record_id)

    def _remove_following(self, row: models.Model) -> None:
        """Remove the standings that the import opened behind this one."""
        made = self._made(import_writing.STANDING)
        following = set(
            Standing.objects.filter(
                stakeholder_id=row.stakeholder_id,  # type: ignore[attr-defined]
                pk__in=made,
                valid__startswith__gte=row.valid.upper,  # type: ignore[attr-defined]
            ).values_list("pk", flat=True)
        )
        self._remove(Standing, following - self._changed_since(Standing, following))

    def _loose_children(self) -> None:
        """Contacts and dialogue that the import gave to stakeholders that were there before."""
        for model in (DialogueEntry, Contact):
            table = model._meta.db_table  # noqa: SLF001
            left = set(self._ids(f"SELECT id FROM {table} WHERE id {AMONG}", self._made(table)))  # noqa: S608
            mine = Stakeholder.objects.filter(pk__in=self._made(import_writing.STAKEHOLDER))
            of_kept = set(
                model.objects.filter(pk__in=list(left), stakeholder__in=mine).values_list(
                    "pk", flat=True
                )
            )
            left -= of_kept
            stay = self._changed_since(model, left)
            for relation in _relations(model):
                stay |= self._linked(relation, left)
            for row in model.objects.filter(pk__in=list(stay)).select_related(
                "stakeholder__organisation"
            ):
                self.kept.append({"name": str(row.stakeholder), "why": CHANGED})
            self._remove(model, left - stay)

    def _people(self) -> None:
        made = self._made(import_writing.PERSON)
        stay = self._changed_since(Person, made)
        for relation in _relations(Person):
            stay |= self._linked(relation, made)
        table = import_writing.PERSON
        stay |= set(
            self._ids(f"SELECT id FROM {table} WHERE user_id IS NOT NULL AND id {AMONG}", made)  # noqa: S608
        )
        # Those who are still somebody's contact stay with that partner.
        alone = Person.objects.filter(pk__in=list(stay), contacts=None)
        self.kept += [{"name": str(one), "why": USED} for one in alone]
        self._remove(Person, made - stay)

    def _organisations(self) -> None:
        made = self._made(import_writing.ORGANISATION)
        self._delete(import_writing.SOURCE, self._free_sources())
        changed = self._changed_since(Organisation, made)
        stay = set(changed)
        for relation in _relations(Organisation):
            stay |= self._linked(relation, made)
        listed = {entry["name"] for entry in self.kept}
        for row in Organisation.objects.filter(pk__in=list(stay)):
            if str(row) not in listed:
                why = CHANGED if row.pk in changed else USED
                self.kept.append({"name": str(row), "why": why})
        self._remove(Organisation, made - stay)

    def _free_sources(self) -> set[int]:
        """Our own notes of entries where nothing of ours is left."""
        rows = OrganisationSource.objects.filter(pk__in=list(self._made(import_writing.SOURCE)))
        ours = Stakeholder.objects.filter(
            institution_id=self.batch.institution_id,
            organisation_id=models.OuterRef("organisation_id"),
        )
        return set(rows.exclude(models.Exists(ours)).values_list("pk", flat=True))

    # In sets, as an import may have made hundreds of thousands

    def _changed_since(self, model: type[models.Model], ids: set[int]) -> set[int]:
        """Those with a change in the history after the import."""
        events = model.pgh_event_model._meta.db_table  # type: ignore[attr-defined]  # noqa: SLF001
        return set(
            self._ids(
                f"SELECT DISTINCT pgh_obj_id FROM {events}"  # noqa: S608 - our own tables
                f" WHERE pgh_created_at > %s AND pgh_obj_id {AMONG}",
                ids,
                self.since,
            )
        )

    def _linked(self, relation: Any, ids: set[int]) -> set[int]:
        """Those that a record leads to which the import did not make, or that was changed since.

        What has been taken back is gone by then: what is left of the import's own still counts
        for people and organisations.
        """
        model, field = relation.related_model, relation.field
        table = model._meta.db_table  # noqa: SLF001
        column, key = field.column, model._meta.pk.column  # noqa: SLF001
        if relation.many_to_many:
            table, column, key = field.m2m_db_table(), field.m2m_reverse_name(), "id"
        own = self._made(table) if relation.model is Stakeholder else set()
        if not ids:
            return set()
        if not own:
            # Those of one import follow on each other, and nearly always nothing leads to them.
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT DISTINCT {column} FROM {table} WHERE {column} BETWEEN %s AND %s",  # noqa: S608
                    [min(ids), max(ids)],
                )
                return ids.intersection(id_ for (id_,) in cursor.fetchall())
        linked = self._ids(
            f"SELECT DISTINCT {column} FROM {table}"  # noqa: S608 - our own tables
            f" WHERE {column} {AMONG} AND NOT ({key} {AMONG})",
            ids,
            after=(list(own),),
        )
        if not hasattr(model, "pgh_event_model"):
            return set(linked)
        changed = self._ids(
            f"SELECT DISTINCT {column} FROM {table} WHERE id {AMONG} AND {column} {AMONG}",  # noqa: S608
            self._changed_since(model, own),
            after=(list(ids),),
        )
        return {*linked, *changed}

    def _ids(
        self, query: str, ids: Iterable[int], *before: Any, after: tuple[Any, ...] = ()
    ) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(query, [*before, list(ids), *after])
            return [id_ for (id_,) in cursor.fetchall()]

    def _remove(self, model: type[models.Model], ids: set[int]) -> None:
        """Delete records with their evidence and what can be found of them."""
        table = model._meta.db_table  # noqa: SLF001
        kinds = {
            DialogueEntry: indexing.DIALOGUE,
            Contact: indexing.CONTACT,
            Stakeholder: indexing.PARTNER,
            Organisation: directory_indexing.ORGANISATION,
        }
        with connection.cursor() as cursor:
            if model in kinds:
                cursor.execute(
                    f"DELETE FROM search_entry WHERE kind = %s AND record_id {AMONG}",  # noqa: S608
                    [kinds[model], list(ids)],
                )
            if model is DialogueEntry:
                cursor.execute(
                    f"DELETE FROM ties_evidence WHERE source_kind = %s AND source_id {AMONG}",  # noqa: S608
                    [evidence.DIALOGUE, list(ids)],
                )
        self._delete(table, ids)

    def _delete(self, table: str, ids: set[int]) -> None:
        for some in batched(sorted(ids), CHECKED_AT_ONCE):
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE id {AMONG}", [list(some)])  # noqa: S608
                # What leads to them is looked for now and not at the end: that is most of the work.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            self.done += _work(table) * len(some)
            self._tell()

    def _index(self, table: str, id_: int) -> None:
        if table == import_writing.ORGANISATION:
            directory_indexing.index_organisations([id_])
            indexing.index_organisations([id_])
        elif table == import_writing.STAKEHOLDER:
            indexing.index_stakeholders([id_])
        elif table == import_writing.CONTACT:
            indexing.index_contacts([id_])


def _relations(model: type[models.Model]) -> list[Any]:
    """All that can lead to a model's records, also where it has no name at this end; no history."""
    return [
        field
        for field in model._meta.get_fields(include_hidden=True)  # noqa: SLF001
        if field.auto_created
        and not field.concrete
        and not hasattr(field.related_model, "pgh_tracked_model")
    ]


@cache
def _work(table: str) -> int:
    """What deleting a record costs: each key that could lead to it is asked."""
    return 10 + len(_relations(_model_of(table)))


def _model_of(table: str) -> Any:
    return next(model for model in apps.get_models() if model._meta.db_table == table)  # noqa: SLF001


def _plain(value: Any) -> Any:
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return [day.isoformat() if day else "" for day in (value.lower, value.upper)]
    return value


def _read(key: str, value: Any) -> Any:
    if key != "valid":
        return value
    lower, upper = value
    return import_writing.DateRange(lower or None, upper or None, "[)")


@jobs.task("partnerships.import_undo", retry=False)
def undo_job(batch_id: int, user_id: int | None, person_id: int | None, who: str) -> None:
    """Undo a large import in the name of the person who asked for it."""
    batch = Batch.objects.get(pk=batch_id)
    by = Viewer(user_id=user_id, person_id=person_id, name=who, institution_id=batch.institution_id)
    with translation.override(batch.language):
        progress = Progress(batch, STAGES)
        try:
            undo(batch, by=by, progress=progress)
        except Exception:
            logger.exception("import %s could not be undone", batch_id)
            stays = Batch.objects.filter(pk=batch_id, state=Batch.State.UNDOING)
            sorry = _("Something went wrong and nothing was taken back. Try again.")
            stays.update(state=Batch.State.APPLIED, stage="", error=sorry)
        finally:
            progress.close()
