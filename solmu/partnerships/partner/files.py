"""The lists of a partner's page as files: dialogue, contacts, what was done together, value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from solmu.lib.periods import first_day, last_day
from solmu.partnerships.models import Contact, DialogueEntry, ValueAssessment
from solmu.partnerships.partner import value
from solmu.partnerships.partner.page import Partner
from solmu.ties.kinds import told
from solmu.ui.tables import Column, Table

_MOST_TOLD = 20_000  # pieces of evidence whose records are named


def file(
    request: HttpRequest, partner: Partner, tab: str, entries: QuerySet[DialogueEntry]
) -> HttpResponseBase | None:
    """The tab's list as ?format= asks, or None; `entries` are those that the filter leaves."""
    make: dict[str, Callable[[], Table[Any]]] = {
        "dialogue": lambda: _dialogue(request, entries),
        "contacts": lambda: _contacts(request, partner),
        "together": lambda: _together(request, partner),
        "value": lambda: _value(request, partner),
    }
    if "format" not in request.GET or tab not in make:
        return None
    return make[tab]().export()


def _column(
    key: str, label: Any, take: Callable[[Any], Any], sort: str | None = None
) -> Column[Any]:
    return Column(key, label, take, sort=sort, export=take)


def _dialogue(request: HttpRequest, entries: QuerySet[DialogueEntry]) -> Table[Any]:
    columns = [
        _column("on", _("Date"), lambda row: row.on, sort="on"),
        _column("kind", _("Kind"), lambda row: str(row.get_kind_display())),
        _column("title", _("Subject"), lambda row: row.title),
        _column("text", _("Text"), lambda row: row.text),
        _column("contact", _("With"), lambda row: row.contact.person.name if row.contact else ""),
        _column("author", _("Logged by"), lambda row: row.author.name if row.author else ""),
        _column("due_on", _("Due"), lambda row: row.due_on),
        _column("done_on", _("Done"), lambda row: row.done_on),
        _column("limited", _("Only for leaders and me"), lambda row: row.limited),
    ]
    return Table(
        request, columns, entries, default_sort="on", default_dir="desc", name=_("Dialogue")
    )


def _contacts(request: HttpRequest, partner: Partner) -> Table[Any]:
    rows = Contact.objects.filter(stakeholder=partner.stakeholder).select_related("person")
    columns = [
        _column("name", _("Name"), lambda row: row.person.name),
        _column("title", _("Title"), lambda row: row.title),
        _column("email", _("E-mail"), lambda row: row.person.email),
        _column("phone", _("Phone"), lambda row: row.person.phone),
        _column("note", _("Note"), lambda row: row.note),
        _column("valid_from", _("Contact since"), lambda row: first_day(row.valid)),
        _column("valid_to", _("Last day"), lambda row: last_day(row.valid)),
        _column(
            "legal_basis", _("Legal basis"), lambda row: str(row.person.get_legal_basis_display())
        ),
        _column("retention_until", _("Kept until"), lambda row: row.person.retention_until),
    ]
    return Table(request, columns, rows, name=_("Contacts"))


def _together(request: HttpRequest, partner: Partner) -> Table[Any]:
    rows = list(partner.evidence.order_by("pk")[:_MOST_TOLD])
    lines = {row.pk: line for row, line in zip(rows, told(rows, request.viewer), strict=True)}

    def say(name: str) -> Callable[[Any], Any]:
        return lambda row: getattr(lines.get(row.pk), name, None)

    def record(row: Any) -> str:
        line = lines.get(row.pk)
        return str(line.source.title) if line and line.source else ""

    columns = [
        _column("valid_from", _("From"), say("first")),
        _column("valid_to", _("Last day"), say("last")),
        _column("kind", _("Kind"), lambda row: str(say("label")(row) or row.kind)),
        _column("record", _("Record"), record),
    ]
    return Table(request, columns, partner.evidence, name=_("Done together"))


def _value(request: HttpRequest, partner: Partner) -> Table[Any]:
    rows = ValueAssessment.objects.filter(stakeholder=partner.stakeholder)
    columns = [_column("on", _("Assessed"), lambda row: row.on, sort="on")]
    for key in value.SIDES:
        score = f"{key}_score"
        label = str(value.NAMES[key])
        columns.append(_column(key, label, _taker(key)))
        columns.append(_column(score, _("%(name)s, score") % {"name": label}, _taker(score)))
    return Table(request, columns, rows, default_sort="on", name=_("Value both ways"))


def _taker(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)
