"""What a case asks its payers about: frozen in the approval, compared, and read back from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.costs import sharing
from solmu.costs.models import CostCase, CostItem
from solmu.costs.money import euros, plain
from solmu.costs.weighing import Weighing

FORMAT = 1


def of(case: CostCase, items: Iterable[CostItem], weighing: Weighing) -> dict[str, Any]:
    """The case as it is asked about, with the weights and shares of this moment.

    SharingError where it can't be shared.
    """
    items = list(items)
    amount = sum((item.planned for item in items), Decimal("0.00"))
    shared = weighing.now(amount)
    if not shared:
        raise sharing.SharingError(shared.problem)
    used = weighing.used_keys()
    return {
        "format": FORMAT,
        "title": case.title,
        "text": case.text,
        "key": case.key,
        "mix": case.mix,
        "amount": str(amount),
        "items": [
            {"id": item.pk, "title": item.title, "planned": str(item.planned)} for item in items
        ],
        "payers": [
            {
                "organisation": payer.organisation_id,
                "slug": payer.organisation.slug,
                "entered": {
                    key: str(value)
                    for key in ("students", "staff", "participation", "fixed")
                    if (value := getattr(payer, key)) is not None
                },
                "weights": {
                    key: str(weighing.known(key)[payer.organisation.slug].weight) for key in used
                },
                "share": str(shared.amounts[payer.organisation.slug]),
            }
            for payer in weighing.payers
        ],
    }


def weights(content: Mapping[str, Any]) -> sharing.Weights:
    """The weights that were agreed, by slug."""
    by_key: dict[str, dict[str, Decimal]] = {}
    for payer in content["payers"]:
        for key, weight in payer["weights"].items():
            by_key.setdefault(key, {})[payer["slug"]] = Decimal(weight)
    if content["key"] != sharing.MIX:
        return by_key[content["key"]]
    parts = {key: Decimal(str(percent)) for key, percent in content["mix"].items()}
    return sharing.mixed(parts, by_key)


def shares(content: Mapping[str, Any]) -> dict[int, Decimal]:
    """The shares that were asked about, by organisation."""
    return {payer["organisation"]: Decimal(payer["share"]) for payer in content["payers"]}


def draft_facts(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a case said when it was asked about, in the words of `drafting`."""
    return {
        "title": content["title"],
        "text": content["text"],
        "key": content["key"],
        "mix": content["mix"],
        "items": [
            {"pk": item["id"], "title": item["title"], "planned": Decimal(item["planned"])}
            for item in content["items"]
        ],
        "payers": [
            {
                "organisation_id": payer["organisation"],
                **{key: Decimal(value) for key, value in payer["entered"].items()},
            }
            for payer in content["payers"]
        ],
    }


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[int, str]
) -> list[str]:
    """What has changed between two askings, a sentence each, in the reader's language."""
    told = []
    if before["title"] != after["title"]:
        told.append(_("The title is now “%(title)s”.") % {"title": after["title"]})
    if before["text"] != after["text"]:
        told.append(_("The description has changed."))
    if before["amount"] != after["amount"]:
        told.append(_("The amount is now %(now)s, it was %(was)s.") % _from_to(before, after))
    told += _items(before["items"], after["items"])
    if (before["key"], before["mix"]) != (after["key"], after["mix"]):
        told.append(_("The costs are now shared: %(key)s.") % {"key": key_name(after)})
    told += _payers(before["payers"], after["payers"], names)
    return told


def key_name(content: Mapping[str, Any]) -> str:
    """The key in words; a mix with its parts."""
    if content["key"] != sharing.MIX:
        return str(CostCase.Key(content["key"]).label)
    return mix_name(content["mix"])


def mix_name(mix: Mapping[str, Any]) -> str:
    """A mix in words: 60 % by students, 40 % equally."""
    return ", ".join(
        f"{plain(Decimal(str(percent)))}\N{NO-BREAK SPACE}% {CostCase.Key(key).label}"
        for key, percent in mix.items()
    )


def _from_to(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    return {"was": euros(Decimal(before["amount"])), "now": euros(Decimal(after["amount"]))}


def _items(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    was = {item["id"]: item for item in before}
    told = []
    for item in after:
        old = was.pop(item["id"], None)
        now = {"item": item["title"], "now": euros(Decimal(item["planned"]))}
        if old is None:
            told.append(_("New: %(item)s, %(now)s.") % now)
        elif old["planned"] != item["planned"]:
            now["was"] = euros(Decimal(old["planned"]))
            told.append(_("%(item)s: now %(now)s, it was %(was)s.") % now)
        elif old["title"] != item["title"]:
            told.append(
                _("“%(was)s” is now called “%(item)s”.")
                % {"was": old["title"], "item": item["title"]}
            )
    told += [_("Left out: %(item)s.") % {"item": item["title"]} for item in was.values()]
    return told


def _payers(
    before: list[dict[str, Any]], after: list[dict[str, Any]], names: Mapping[int, str]
) -> list[str]:
    was = {payer["organisation"]: payer for payer in before}
    told, moved = [], 0
    for payer in after:
        old = was.pop(payer["organisation"], None)
        if old is None:
            told.append(
                _("%(name)s pays too: %(share)s.")
                % {
                    "name": names.get(payer["organisation"], payer["slug"]),
                    "share": euros(Decimal(payer["share"])),
                }
            )
        elif old["share"] != payer["share"]:
            moved += 1
    told += [
        _("%(name)s no longer pays.") % {"name": names.get(key, payer["slug"])}
        for key, payer in was.items()
    ]
    if moved:
        told.append(
            ngettext("%(n)s share has changed.", "%(n)s shares have changed.", moved) % {"n": moved}
        )
    return told
