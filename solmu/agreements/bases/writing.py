"""Writing templates: a new one, its next draft, its clauses, and its approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.bases import exchange, indexing
from solmu.agreements.bases.exchange import ClauseIn, TemplateIn
from solmu.agreements.bases.rules import MOST_CLAUSES, BaseError
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.audit import history
from solmu.lib import clock
from solmu.lib.translated import LANGUAGES
from solmu.networks.models import Network
from solmu.organisations.models import Institution
from solmu.people.viewer import Viewer

State = BaseVersion.State

TEXTS = tuple(f"{part}_{code}" for part in ("title", "text") for code in LANGUAGES)
# What a clause says, and so what two of them are compared by.
FACTS = (*TEXTS, "kind", "optional", "alternatives", "note")
DETAILS = {
    "kind", "level", "content", *(f"{part}_{code}" for part in ("name", "about")
                                  for code in LANGUAGES),
}  # fmt: skip


class ChangedMeanwhileError(BaseError):
    """Somebody else changed the clause after the person had opened it; `clause` is as it is now."""

    def __init__(self, clause: BaseClause) -> None:
        super().__init__(_("Somebody changed this clause while you were writing."))
        self.clause = clause


@transaction.atomic
def create(
    template: TemplateIn,
    *,
    by: Viewer,
    institution: Institution | None = None,
    network: Network | None = None,
    **more: Any,
) -> Base:
    """Start a template with its first draft, owned by an institution or a network."""
    exchange.check(template.clauses)
    with history.acting(by, gettext_noop("template started")):
        base = Base.objects.create(
            institution=institution,
            network=network,
            kind=template.kind,
            **exchange.flat(
                {
                    "name": exchange.names_of(template.name),
                    "about": exchange.names_of(template.about),
                }
            ),
            **more,
        )
        version = BaseVersion.objects.create(base=base, number=1)
        _put(version, exchange.keyed(template.clauses))
    indexing.index_bases([base.pk])
    return base


@transaction.atomic
def change_details(base: Base, facts: Mapping[str, Any], *, by: Viewer) -> None:
    """Change what the template is called and meant for; its text is changed by a draft."""
    row = _locked(base)
    for name, value in facts.items():
        if name not in DETAILS:
            raise TypeError(f"a template has no {name}")
        setattr(row, name, value)
    if not (row.name_fi or row.name_sv or row.name_en):
        raise BaseError(_("Give the template a name in at least one language."), "name_fi")
    with history.acting(by, gettext_noop("template's facts changed")):
        row.save(update_fields=list(facts))
    indexing.index_bases([row.pk])


@transaction.atomic
def start_draft(base: Base, *, by: Viewer) -> BaseVersion:
    """The draft of a template: the open one, else the next version, begun from the one in use."""
    row = _locked(base)
    if draft := row.versions.filter(state=State.DRAFT).first():
        return draft
    last = row.versions.aggregate(last=Max("number"))["last"] or 0
    in_use = row.versions.filter(state=State.APPROVED).first()
    with history.acting(by, gettext_noop("next version begun")):
        draft = BaseVersion.objects.create(base=row, number=last + 1)
        if in_use:
            _put(draft, [(one.key, facts_of(one)) for one in in_use.clauses.all()])
    return draft


@transaction.atomic
def drop_draft(base: Base, *, by: Viewer) -> None:
    """Throw the draft away; the version in use stays. The first draft has none behind it."""
    row = _locked(base)
    draft = _draft(row)
    if not row.versions.exclude(pk=draft.pk).exists():
        raise BaseError(_("This is the template's only version. Take the template out of use."))
    with history.acting(by, gettext_noop("draft dropped")):
        draft.clauses.all().delete()
        draft.delete()
    indexing.index_bases([row.pk])


@transaction.atomic
def write_clause(
    clause: BaseClause, facts: Mapping[str, Any], *, edition: int, by: Viewer
) -> BaseClause:
    """Change a clause of the draft; refuses what somebody changed meanwhile."""
    version = _open(clause.version)
    row = BaseClause.objects.select_for_update().get(pk=clause.pk)
    if row.edition != edition:
        raise ChangedMeanwhileError(row)
    _set(row, facts)
    row.edition += 1
    with history.acting(by, gettext_noop("clause changed")):
        row.save()
    _written(version)
    return row


@transaction.atomic
def add_clause(
    version: BaseVersion, facts: Mapping[str, Any], *, after: BaseClause | None, by: Viewer
) -> BaseClause:
    """Add a clause to the draft, after another or at the end."""
    version = _open(version)
    rows = list(version.clauses.all())
    if len(rows) >= MOST_CLAUSES:
        raise BaseError(_("A template has at most %(n)s clauses.") % {"n": MOST_CLAUSES})
    row = BaseClause(version=version, position=len(rows) + 1)
    _set(row, facts)
    row.key = exchange.free_key(row.title_fi or row.title_sv or row.title_en, (r.key for r in rows))
    at = next((n for n, one in enumerate(rows, 1) if after and one.pk == after.pk), len(rows))
    with history.acting(by, gettext_noop("clause added")):
        row.save()
        _in_order([*rows[:at], row, *rows[at:]])
    _written(version)
    return row


@transaction.atomic
def remove_clause(clause: BaseClause, *, by: Viewer) -> None:
    """Take a clause out of the draft; earlier versions keep it."""
    version = _open(clause.version)
    with history.acting(by, gettext_noop("clause taken out")):
        clause.delete()
    _written(version)


@transaction.atomic
def move_clause(clause: BaseClause, *, up: bool, by: Viewer) -> None:
    """Move a clause of the draft one place up or down."""
    version = _open(clause.version)
    rows = list(version.clauses.all())
    at = next((number for number, row in enumerate(rows) if row.pk == clause.pk), None)
    if at is None:
        return
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    with history.acting(by, gettext_noop("clauses put in another order")):
        _in_order(rows)
    _written(version)


@transaction.atomic
def replace_clauses(base: Base, clauses: Iterable[ClauseIn], *, by: Viewer) -> BaseVersion:
    """Write all clauses of the draft anew; a draft is begun where there is none."""
    clauses = list(clauses)
    exchange.check(clauses)
    version = _open(start_draft(base, by=by))
    with history.acting(by, gettext_noop("template written anew")):
        version.clauses.all().delete()
        _put(version, exchange.keyed(clauses))
    _written(version)
    return version


@transaction.atomic
def ask_approval(base: Base, *, by: Viewer) -> None:
    """Tell those who approve that the draft is ready."""
    draft = _draft(_locked(base))
    refuse_unfinished(draft)
    draft.asked_by_id, draft.asked_at = by.person_id, clock.real_now()
    with history.acting(by, gettext_noop("approval asked")):
        draft.save(update_fields=["asked_by", "asked_at"])


@transaction.atomic
def approve(base: Base, *, by: Viewer, note: str = "") -> BaseVersion:
    """Take the draft into use: from now on agreements start from it, and it doesn't change."""
    row = _locked(base)
    draft = _draft(row)
    refuse_unfinished(draft)
    with history.acting(by, gettext_noop("template approved")):
        row.versions.filter(state=State.APPROVED).update(state=State.REPLACED)
        draft.state = State.APPROVED
        draft.note = note.strip()
        draft.approved_by_id, draft.approved_at = by.person_id, clock.real_now()
        draft.save()
    indexing.index_bases([row.pk])
    return draft


@transaction.atomic
def publish(base: Base, *, by: Viewer) -> None:
    """Let other institutions read the version in use, and copy it."""
    row = _locked(base)
    if not row.versions.filter(state=State.APPROVED).exists():
        raise BaseError(_("Approve a version first: others see only what is approved."))
    _set_published(row, by, published=True)


@transaction.atomic
def unpublish(base: Base, *, by: Viewer) -> None:
    """Show the template to its own people only; copies that were made stay."""
    _set_published(_locked(base), by, published=False)


@transaction.atomic
def end(base: Base, *, by: Viewer) -> None:
    """Take a template out of use: no agreement starts from it any more."""
    row = _locked(base)
    row.ended_on = clock.today()
    with history.acting(by, gettext_noop("template out of use")):
        row.save(update_fields=["ended_on"])


@transaction.atomic
def offer_again(base: Base, *, by: Viewer) -> None:
    """Take a template into use again."""
    row = _locked(base)
    row.ended_on = None
    with history.acting(by, gettext_noop("template in use again")):
        row.save(update_fields=["ended_on"])


def refuse_unfinished(draft: BaseVersion) -> None:
    """Refuse a draft without clauses, or with a clause that says nothing."""
    clauses = list(draft.clauses.all())
    if not clauses:
        raise BaseError(_("The draft has no clauses yet."))
    for clause in clauses:
        said = any(getattr(clause, f"text_{code}").strip() for code in LANGUAGES)
        if not said and clause.kind == BaseClause.Kind.TEXT:
            raise BaseError(_("“%(title)s” has no text.") % {"title": clause.title})


def untranslated(clauses: Iterable[BaseClause]) -> list[tuple[str, list[str]]]:
    """Clauses that lack a language which others have: what has to be written before it is used."""
    clauses = list(clauses)
    spoken = [code for code in LANGUAGES if any(getattr(one, f"title_{code}") for one in clauses)]
    found = []
    for clause in clauses:
        texts = [code for code in LANGUAGES if getattr(clause, f"text_{code}")]
        lacking = [
            code
            for code in spoken
            if not getattr(clause, f"title_{code}") or (texts and code not in texts)
        ]
        if lacking:
            found.append((clause.title, lacking))
    return found


def facts_of(clause: BaseClause) -> dict[str, Any]:
    """All that a clause says."""
    return {name: getattr(clause, name) for name in FACTS}


def _put(version: BaseVersion, clauses: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    BaseClause.objects.bulk_create(
        BaseClause(version=version, key=key, position=position, **facts)
        for position, (key, facts) in enumerate(clauses, start=1)
    )


def _set(row: BaseClause, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"a clause has no {name}")
        setattr(row, name, exchange.tidy(value) if isinstance(value, str) else value)
    title = row.title_fi or row.title_sv or row.title_en
    if not title:
        raise BaseError(_("Give the clause a title in at least one language."), "title_fi")
    for name in TEXTS:
        exchange.refuse_mistakes(getattr(row, name), title, name)


def _in_order(rows: Iterable[BaseClause]) -> None:
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _locked(base: Base) -> Base:
    row: Base = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
    return row


def _draft(base: Base) -> BaseVersion:
    draft: BaseVersion | None = base.versions.filter(state=State.DRAFT).first()
    if draft is None:
        raise BaseError(_("The template has no draft."))
    return draft


def _open(version: BaseVersion) -> BaseVersion:
    Base.objects.select_for_update(of=("self",)).get(pk=version.base_id)
    row: BaseVersion = BaseVersion.objects.select_related("base").get(pk=version.pk)
    if row.state != State.DRAFT:
        raise BaseError(
            _("This version is approved and doesn't change. Begin the next one to change it.")
        )
    return row


def _written(version: BaseVersion) -> None:
    """What was asked about is no more what is there."""
    if version.asked_at:
        version.asked_by, version.asked_at = None, None
        version.save(update_fields=["asked_by", "asked_at"])
    indexing.index_bases([version.base_id])


def _set_published(row: Base, by: Viewer, *, published: bool) -> None:
    row.published = published
    with history.acting(by, gettext_noop("template published or withdrawn")):
        row.save(update_fields=["published"])
    indexing.index_bases([row.pk])
