"""The picture as a list, its exports, and adding a partner by hand."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from solmu.organisations.models import Organisation
from solmu.partnerships.models import Stakeholder, Standing
from solmu.partnerships.permissions import can_edit_any, can_import
from solmu.partnerships.picture import changes, waiting
from solmu.partnerships.picture.bar import LIST, bar, months_before
from solmu.partnerships.picture.picture import Picture
from solmu.ui.markup import badge, link, noted, steps, written
from solmu.ui.tables import Column, Table

SHOWN_CHANGES = 30
# What a search finds is put in order as a whole up to as many; more are read in the order of names.
FEW = 5_000


@login_required
@require_safe
def partner_list(request: HttpRequest) -> HttpResponseBase:
    """The institution's partners on a date, as a table; ?format= gives it as a file."""
    picture = Picture.from_request(request)
    table = partner_table(request, picture)
    if file := table.export():
        return file
    counts = picture.counts()
    table.says = ngettext("%(n)s partner shown", "%(n)s partners shown", counts.total) % {
        "n": counts.total
    }
    own = picture.institution.pk
    return render(
        request,
        "partnerships/list.html",
        {
            "picture": picture,
            "bar": bar(picture, LIST),
            "lead": lead(picture),
            "table": table,
            "changes": told_changes(picture),
            "waits": waiting.waiting(picture),
            "nothing_yet": not counts.total
            and not picture.is_filtered
            and not picture.any_stakeholders(),
            "can_import": can_import(request.viewer, own),
            "can_add": can_edit_any(request.viewer, own),
        },
    )


def partner_table(request: HttpRequest, picture: Picture) -> Table[Any]:
    """The picture's stakeholders as a table."""
    words = picture.words
    language = (get_language() or "fi")[:2]
    name_key = f"organisation__sort_{language}"
    few = picture.q and "format" not in request.GET and picture.counts().total < FEW

    def name(row: Any) -> SafeString:
        organisation = row.organisation
        return link(f"/partners/{row.pk}/", organisation.name, note=words.place(organisation))

    # Rows repeat their levels, contents and days: each is made once a page.

    @cache
    def stands(level_id: int | None, state: str, *, claimed: bool) -> SafeString | str:
        step = words.level_by_id.get(level_id or 0)
        if step is None:
            return badge(Standing.State(state).label, "quiet") if state != "active" else "–"
        shown: SafeString | str = step.name  # the word alone is enough on paper
        if "print" not in request.GET:
            shown = steps(step.rank, words.top_rank, step.name, claimed=claimed)
        notes = [str(Standing.State(state).label)] if state != Standing.State.ACTIVE else []
        if claimed:
            notes.append(_("nothing done together yet"))
        return noted(shown, capfirst(", ".join(notes)))

    def level(row: Any) -> SafeString | str:
        return stands(row.level_id, row.state, claimed=not row.evidence_count)

    @cache
    def named(ids: tuple[int, ...]) -> str:
        known = words.facet_by_id
        return ", ".join(known[pk].name for pk in ids if pk in known)

    def facets(ids: Any) -> str:
        return named(tuple(ids))

    day = cache(_day)
    scope = cache(_scope)

    def next_step(row: Any) -> Any:
        if not row.next_step and not row.next_step_on:
            return ""
        step = written(row.next_step, row.next_step_language) if row.next_step else "–"
        if row.next_step_on and row.next_step_on <= picture.today:
            return noted(step, badge(_day(row.next_step_on), "berry"))
        return noted(step, _day(row.next_step_on))

    columns = [
        Column("name", _("Partner"), name, sort=name_key, export=lambda row: row.organisation.name),
        Column(
            "level",
            _("Level"),
            level,
            sort="level_rank",
            export=lambda row: _named(words.level_by_id.get(row.level_id)),
        ),
        Column(
            "content",
            _("Content"),
            lambda row: facets(row.contents),
            export=lambda row: facets(row.contents),
        ),
        Column(
            "scope",
            _("Scope"),
            lambda row: scope(row.scope, overridden=bool(row.scope_override)),
            export=lambda row: str(Standing.Scope(row.scope).label),
        ),
        Column(
            "place",
            _("Place"),
            lambda row: words.place(row.organisation),
            shown=False,  # it stands under the name
            export=lambda row: words.place(row.organisation),
        ),
        Column(
            "owner",
            _("Owner"),
            lambda row: words.owner_by_id.get(row.owner_id, ""),
            export=lambda row: words.owner_by_id.get(row.owner_id, ""),
        ),
        Column(
            "last_contact",
            _("Last done together"),
            lambda row: day(row.last_evidence_on),
            sort="last_evidence_on",
            export=lambda row: row.last_evidence_on,
        ),
        Column(
            "next_step",
            _("Next step"),
            next_step,
            sort="next_step_on",
            export=lambda row: row.next_step,
        ),
        Column(
            "next_step_on",
            _("Next step by"),
            lambda row: _day(row.next_step_on),
            shown=False,
            export=lambda row: row.next_step_on,
        ),
        Column(
            "state",
            _("State"),
            lambda row: capfirst(str(Standing.State(row.state).label)),
            shown=False,
            export=lambda row: str(Standing.State(row.state).label),
        ),
        Column(
            "form",
            _("Form"),
            lambda row: capfirst(str(Standing.Form(row.form).label)),
            shown=False,
            export=lambda row: str(Standing.Form(row.form).label),
        ),
        Column(
            "themes",
            _("Themes"),
            lambda row: facets(row.themes),
            shown=False,
            export=lambda row: facets(row.themes),
        ),
        Column("roles", _("Roles"), _roles, shown=False, export=_roles),
        Column(
            "kind",
            _("Kind"),
            lambda row: capfirst(str(Organisation.Kind(row.organisation.kind).label)),
            shown=False,
            export=lambda row: str(Organisation.Kind(row.organisation.kind).label),
        ),
        Column(
            "business_id",
            _("Business ID"),
            lambda row: row.organisation.business_id,
            shown=False,
            export=lambda row: row.organisation.business_id,
        ),
        Column(
            "since",
            _("Stands so since"),
            lambda row: _day(row.stands_since),
            shown=False,
            export=lambda row: row.stands_since,
        ),
        Column(
            "evidence",
            _("Times done together"),
            lambda row: row.evidence_count,
            numeric=True,
            shown=False,
            export=lambda row: row.evidence_count,
        ),
        Column(
            "goals",
            _("Goals"),
            lambda row: written(row.goals, row.goals_language) if row.goals else "",
            shown=False,
            export=lambda row: row.goals,
        ),
    ]
    return Table(
        request,
        columns,
        picture.source(by_name=language if few else ""),
        default_sort="name",
        empty=_("No partner matches."),
        name="partners",
        caption=_("Partners"),
        unique="organisation_id",
    )


def lead(picture: Picture) -> str:
    """How things stand, in the first sentence of all three views."""
    everybody = picture.unfiltered().counts()
    told = []
    if not picture.is_today:
        told.append(_("On %(day)s:") % {"day": _day(picture.on)})
    told.append(_how_many(everybody.partners, everybody.by_level, picture.words.levels))
    potential = everybody.by_level.get(None, 0)
    if picture.is_filtered:
        shown = picture.counts().total
        told.append(
            ngettext("%(n)s matches the filters.", "%(n)s match the filters.", shown) % {"n": shown}
        )
    elif potential:
        told.append(
            ngettext("%(n)s more has no level yet.", "%(n)s more have no level yet.", potential)
            % {"n": potential}
        )
    since = picture.since or months_before(picture.on, 1)
    new = changes.counted(changes.between(picture, since).counts)
    if new:
        told.append(
            _("Since %(day)s: %(changes)s.") % {"day": _day(since), "changes": ", ".join(new)}
        )
    return " ".join(told)


def told_changes(picture: Picture) -> dict[str, Any] | None:
    """The changes since the chosen day, for the section of that name; None without a day."""
    if picture.since is None:
        return None
    found = changes.between(picture, picture.since)
    rows = [
        {
            "url": reverse("partnerships:partner", args=[row.stakeholder_id]),
            "name": row.name,
            "sentences": changes.sentences(row, picture.words),
            "on": row.on,
            "reason": row.reason,
            "language": row.language,
        }
        for row in found.rows[:SHOWN_CHANGES]
    ]
    return {
        "rows": rows,
        "counted": ", ".join(changes.counted(found.counts)),
        "more": max(0, len(found.rows) - SHOWN_CHANGES),
        "since": picture.since,
    }


def _how_many(partners: int, by_level: dict[int | None, int], levels: tuple[Any, ...]) -> str:
    top = levels[-1] if levels else None
    highest = by_level.get(top.rank, 0) if top else 0
    if not highest or not top:
        return ngettext("%(n)s partner.", "%(n)s partners.", partners) % {"n": partners}
    return ngettext(
        "%(n)s partner, %(top)s of them on the level “%(level)s”.",
        "%(n)s partners, %(top)s of them on the level “%(level)s”.",
        partners,
    ) % {"n": partners, "top": highest, "level": top.name}


def _named(thing: Any) -> str:
    return thing.name if thing else ""


def _scope(scope: str, *, overridden: bool) -> str:
    label = capfirst(str(Standing.Scope(scope).label))
    return noted(label, _("set by hand")) if overridden else label


def _roles(row: Any) -> str:
    return ", ".join(str(Stakeholder.Role(role).label) for role in row.roles)


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
