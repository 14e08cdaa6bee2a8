"""A network's costs for the archive that it takes along, and what follows a merged group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from solmu.approvals.models import Voice
from solmu.costs.models import KIND, CostCase, CostItem, Payer, Transfer
from solmu.files.models import File
from solmu.networks.groups import Follower, Moved
from solmu.networks.models import Group, Network
from solmu.people.viewer import Viewer


def parts(network: Network) -> Iterator[tuple[str, Iterable[dict[str, Any]] | bytes]]:
    """The cases with their costs, payers, answers, payments and documents."""
    cases = CostCase.objects.filter(network=network)
    uuids = dict(cases.values_list("pk", "uuid"))
    yield (
        "costs",
        (
            {
                "uuid": case.uuid,
                "title": case.title,
                "text": case.text,
                "date": case.on,
                "key": case.key,
                "mix": case.mix,
                "state": case.state,
                "version": case.version,
                "group": case.group.uuid if case.group else None,
            }
            for case in cases.select_related("group").order_by("pk")
        ),
    )
    of = {"case__network": network}
    yield (
        "cost_items",
        (
            {
                "cost": uuids[row.case_id],
                "title": row.title,
                "planned": str(row.planned),
                "actual": None if row.actual is None else str(row.actual),
                "paid_by": row.paid_by.uuid if row.paid_by else None,
                "paid_on": row.on,
            }
            for row in CostItem.objects.filter(**of).select_related("paid_by").order_by("pk")
        ),
    )
    yield (
        "cost_payers",
        (
            {"cost": uuids[row.case_id], "organisation": row.organisation.uuid}
            | {
                key: None if getattr(row, key) is None else str(getattr(row, key))
                for key in ("students", "staff", "participation", "fixed")
            }
            for row in Payer.objects.filter(**of).select_related("organisation").order_by("pk")
        ),
    )
    yield (
        "cost_transfers",
        (
            {
                "cost": uuids[row.case_id],
                "payer": row.payer.uuid,
                "receiver": row.receiver.uuid,
                "amount": str(row.amount),
                "paid_on": row.paid_on,
            }
            for row in Transfer.objects.filter(**of)
            .select_related("payer", "receiver")
            .order_by("pk")
        ),
    )
    voices = Voice.objects.filter(round__subject_kind=KIND, round__subject_id__in=uuids)
    yield (
        "cost_answers",
        (
            {
                "cost": uuids[row.round.subject_id],
                "asked": row.round.number,
                "content_hash": row.round.content_hash,
                "outcome": row.round.state,
                "organisation": row.organisation.uuid if row.organisation else None,
                "person": row.person.uuid if row.person else None,
                "answer": row.answer,
                "note": row.note,
                "at": row.at,
            }
            for row in voices.select_related("round", "organisation", "person").order_by("pk")
        ),
    )
    for file in File.objects.present().of(KIND, *uuids):
        if file.path.exists():
            yield f"{file.uuid}-{file.name}", file.path.read_bytes()


def _lines(group: Group) -> list[Moved]:
    cases = CostCase.objects.filter(group=group).select_related("network__organisation")
    return [Moved(case.title, case.get_absolute_url()) for case in cases.order_by("pk")]


def _move(ended: Group, later: Group, on: date, by: Viewer) -> None:
    CostCase.objects.filter(group=ended).update(group=later)


FOLLOWER = Follower(_lines, _move)
