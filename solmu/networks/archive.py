"""Leaving with all that one has: a network's data as one file in open formats.

Each table is there twice, as JSON lines and as CSV; a README says what is in which file. Other
rooms add their tables through composition.NETWORK_ARCHIVE.
"""

import csv
import io
import json
import logging
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from solmu.installation.demo import is_demo
from solmu.jobs.tasks import enqueue, periodic, task
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.lib.periods import first_day, last_day
from solmu.lib.sheets_out import safe_text
from solmu.networks.models import (
    Archive,
    Membership,
    Network,
    Participant,
    Placement,
    Representative,
    Seat,
    Succession,
    Term,
)
from solmu.organisations.models import Figure
from solmu.people.models import Person
from solmu.people.viewer import Viewer

log = logging.getLogger("solmu.networks")

FORMAT = "solmu-network/1"
KEPT = timedelta(days=7)

# A table's rows as plain values, or the bytes of a file.
Part = tuple[str, Iterable[dict[str, Any]] | bytes]


@transaction.atomic
def ask(network: Network, *, by: Viewer) -> Archive:
    """Have the archive made in the background; the earlier ones of the network are dropped."""
    waiting = Archive.objects.filter(network=network, state=Archive.State.WAITING).first()
    if waiting is not None:
        return waiting
    Archive.objects.filter(network=network).delete()
    one = Archive.objects.create(network=network, asked_by_id=by.person_id)
    enqueue("networks.archive", key=f"network-archive-{one.pk}", archive=one.pk)
    return one


@task("networks.archive")
def make(archive: int) -> None:
    """Pack one archive; safe to run again from the start."""
    # One that failed is tried again with its job.
    one = Archive.objects.filter(pk=archive).exclude(state=Archive.State.READY).first()
    if one is None:
        return
    try:
        content = _packed(one)
    except Exception:
        Archive.objects.filter(pk=archive).update(state=Archive.State.FAILED, doing="")
        log.exception("archive %s of network %s failed", archive, one.network_id)
        raise
    Archive.objects.filter(pk=archive).update(
        state=Archive.State.READY,
        content=content,
        size=len(content),
        doing="",
        ready_at=clock.real_now(),
    )


@periodic("41 4 * * *", "networks.forget_archives")
def forget() -> None:
    """Drop archives that have been there for their time: they hold what people said of others."""
    Archive.objects.filter(asked_at__lt=clock.real_now() - KEPT).delete()


def _packed(one: Archive) -> bytes:
    network = Network.objects.select_related("organisation", "led_by").get(pk=one.network_id)
    providers = [_own, *composed("NETWORK_ARCHIVE")]
    told: list[tuple[str, int, list[str]]] = []
    done = 0
    with TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
            for provider in providers:
                for name, content in provider(network):
                    Archive.objects.filter(pk=one.pk).update(doing=name[:100], done=done)
                    if isinstance(content, bytes):
                        package.writestr(f"files/{name}", content)
                    else:
                        told.append((name, *_write(package, name, content)))
                    done += 1
            package.writestr("README.md", _readme(network, told))
            package.writestr(
                "format.json",
                json.dumps({"format": FORMAT, "network": network.slug, "demo": is_demo()}),
            )
        file.seek(0)
        return file.read()


def _write(
    package: zipfile.ZipFile, name: str, rows: Iterable[dict[str, Any]]
) -> tuple[int, list[str]]:
    lines, columns = [], list[str]()
    for row in rows:
        plain = {key: _plain(value) for key, value in row.items()}
        columns += [key for key in plain if key not in columns]
        lines.append(plain)
    package.writestr(
        f"{name}.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    )
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_cell(line.get(column)) for column in columns])
    package.writestr(f"{name}.csv", "\ufeff" + table.getvalue())
    return len(lines), columns


def _own(network: Network) -> Iterator[Part]:
    """The network's own tables: who belonged and who took part, in all the years."""
    of: dict[str, Any] = {"network": network}
    organisation = network.organisation
    members = Membership.objects.filter(**of).select_related("organisation").order_by("valid", "pk")
    yield "network", [
        {
            "uuid": organisation.uuid,
            "slug": organisation.slug,
            **{name: getattr(organisation, name) for name in ("name_fi", "name_sv", "name_en")},
            "public": network.public,
            "website": organisation.website,
            "region": organisation.region.name_fi if organisation.region else "",
            "led_by": network.led_by.uuid if network.led_by else None,
            **_period(network.valid),
            **{
                name: getattr(network, name)
                for name in (
                    "kind", "purpose", "vision", "language", "coordination", "led_by_name",
                    "led_until", "funding", "funding_source", "themes", "languages", "hue", "motto",
                    "cost_rule", "need", "way_of_working", "groups_elsewhere",
                )
            },
        }
    ]  # fmt: skip
    yield (
        "organisations",
        [
            {
                "uuid": one.uuid,
                "slug": one.slug,
                "name_fi": one.name_fi,
                "name_sv": one.name_sv,
                "name_en": one.name_en,
                "business_id": one.business_id,
                "country": one.country,
            }
            for one in {each.organisation_id: each.organisation for each in members}.values()
        ],
    )
    yield (
        "memberships",
        (
            {
                "organisation": each.organisation.uuid,
                "organisation_name": each.organisation.name,
                "role": each.role,
                **_period(each.valid),
                "note": each.note,
            }
            for each in members
        ),
    )
    figures = Figure.objects.filter(
        organisation__in=members.values("organisation_id")
    ).select_related("organisation")
    yield (
        "figures",
        (
            {
                "organisation": each.organisation.uuid,
                "year": each.year,
                "students": each.students,
                "staff": each.staff,
                "source": each.source,
            }
            for each in figures.order_by("organisation_id", "year")
        ),
    )
    named = Representative.objects.filter(**of).select_related("organisation", "person")
    parts = Participant.objects.filter(**of).select_related("organisation", "person", "sponsor")
    terms = Term.objects.filter(seat__group__network=network).select_related("seat", "person")
    sitting: list[Any] = [*named, *parts, *terms]
    people: dict[int, Person] = {row.person_id: row.person for row in sitting}
    yield (
        "people",
        (
            {"uuid": each.uuid, "name": each.name, "email": each.email}
            for each in sorted(people.values(), key=lambda each: each.pk)
        ),
    )
    yield (
        "representatives",
        (
            {
                "organisation": each.organisation.uuid,
                "person": each.person.uuid,
                "kind": each.kind,
                **_period(each.valid),
            }
            for each in named.order_by("pk")
        ),
    )
    yield (
        "participants",
        (
            {
                "person": each.person.uuid,
                "organisation": each.organisation.uuid if each.organisation else None,
                "way": each.way,
                "state": each.state,
                "sponsor": each.sponsor.uuid if each.sponsor else None,
                "purpose": each.purpose,
                **_period(each.valid),
            }
            for each in parts.order_by("pk")
        ),
    )
    yield (
        "groups",
        (
            {
                "uuid": each.uuid,
                "slug": each.slug,
                "name_fi": each.name_fi,
                "name_sv": each.name_sv,
                "name_en": each.name_en,
                "kind": each.kind,
                "task": each.task,
                "meetings_a_year": each.meetings_a_year,
                **_period(each.valid),
                "closing_note": each.closing_note,
            }
            for each in network.groups.order_by("pk")
        ),
    )
    yield (
        "group_placements",
        (
            {"group": each.group.uuid, "part_of": each.parent.uuid, **_period(each.valid)}
            for each in Placement.objects.filter(group__network=network).select_related(
                "group", "parent"
            )
        ),
    )
    yield (
        "group_successions",
        (
            {"earlier": each.earlier.uuid, "later": each.later.uuid, "on": each.on}
            for each in Succession.objects.filter(earlier__network=network).select_related(
                "earlier", "later"
            )
        ),
    )
    yield (
        "seats",
        (
            {
                "uuid": each.uuid,
                "group": each.group.uuid,
                "organisation": each.organisation.uuid if each.organisation else None,
                "title": each.title,
                **_period(each.valid),
            }
            for each in Seat.objects.filter(group__network=network)
            .select_related("group", "organisation")
            .order_by("pk")
        ),
    )
    yield (
        "terms",
        (
            {
                "uuid": each.uuid,
                "seat": each.seat.uuid,
                "person": each.person.uuid,
                "role": each.role,
                "deputy": each.deputy,
                **_period(each.valid),
            }
            for each in terms.order_by("pk")
        ),
    )


def _period(valid: DateRange) -> dict[str, Any]:
    return {"valid_from": first_day(valid), "valid_to": last_day(valid)}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, DateRange):
        return [_plain(first_day(value)), _plain(last_day(value))]
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return str(value)


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return safe_text(value) if isinstance(value, str) else value


def _readme(network: Network, told: list[tuple[str, int, list[str]]]) -> str:
    lines = [
        f"# {network}",
        "",
        f"All that the network has in Solmu, on {clock.today().isoformat()}. Format: {FORMAT}.",
        *(["", "Fictional demo content."] if is_demo() else []),
        "",
        "Every table is here twice: `.jsonl` has one JSON object a line (UTF-8), `.csv` the same",
        "for spreadsheets (UTF-8, comma, first line names the columns). Days are `YYYY-MM-DD`;",
        "`valid_from` and `valid_to` are the first and the last day, an empty end is open. Records",
        "name each other by `uuid`. What was attached is in `files/`.",
        "",
        "| table | rows | columns |",
        "|---|---|---|",
        *(f"| {name} | {count} | {', '.join(columns)} |" for name, count, columns in told),
        "",
    ]
    return "\n".join(lines)
