"""An agreement as a document. Pure: from frozen content to PDF bytes; no request, no writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from solmu.documents import codes, making
from solmu.lib import clock

TEMPLATE = Path(__file__).resolve().parent / "documents" / "agreement.typ"
LANGUAGE_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as the document shows it."""

    party: str
    name: str
    title: str
    means: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """What makes the document one that can be checked: its code, its address and its record."""

    code: str
    address: str
    record: list[dict[str, Any]]


def pdf(
    content: dict[str, Any],
    *,
    version: int,
    signatures: list[Signed] = [],  # noqa: B006 - never changed
    proof: Proof | None = None,
    watermark: str = "",
    hide_confidential: bool = False,
) -> bytes:
    """Return the document of a version's content: tagged, archivable, each language after another.

    With a proof the signing record is attached, and a code leads to where it is checked.
    """
    prevailing = content["prevailing"]
    with override(prevailing):
        data = {
            "title": content["title"],
            "below": " · ".join(party["name"] for party in content["parties"]),
            "parties": content["parties"],
            "languages": _languages(content, hide_confidential),
            "signatures": [_signature(one) for one in signatures],
            "watermark": watermark,
            "foot": _foot(content, version, proof),
            "verify": _verify(proof) if proof else None,
            "record": json.dumps(proof.record, ensure_ascii=False, indent=1) if proof else "",
            "words": {
                "signatures": _("Signatures"),
                "party": _("Party"),
                "signer": _("Signed by"),
                "signed": _("When"),
                "check": _("Check this document"),
                "record": _("The signing record: who did what, when"),
            },
        }
    return making.pdf(TEMPLATE, data, language=prevailing, with_files=proof is not None)


def _languages(content: dict[str, Any], hide: bool) -> list[dict[str, Any]]:
    codes = content["languages"]
    # The prevailing one comes first.
    codes = sorted(codes, key=lambda code: code != content["prevailing"])
    found = []
    for code in codes:
        with override(code):
            heading = ""
            if len(codes) > 1:
                prevails = code == content["prevailing"]
                heading = LANGUAGE_NAMES[code] + (f" ({_('prevailing')})" if prevails else "")
            found.append(
                {
                    "code": code,
                    "heading": heading,
                    "clauses": [
                        clause_shown(content, clause, code, hide=hide)
                        for clause in content["clauses"]
                    ],
                }
            )
    return found


def clause_shown(
    content: dict[str, Any], clause: dict[str, Any], code: str, *, hide: bool = False
) -> dict[str, Any]:
    """A clause as it is shown in a language: title, text, and a table of what it lists.

    The language is active; `hide` says only that a confidential clause is there.
    """
    text = clause["text"].get(code, "")
    columns: list[str] = []
    rows: list[list[str]] = []
    if hide and clause["confidential"]:
        text = _("This clause is confidential.")
    elif clause["kind"] == "parties":
        columns = [_("Party"), _("Business ID"), _("Called"), _("Contact person")]
        rows = [
            [party["name"], party["business_id"] or "–", party["called"] or "–",
             party["contact"] or "–"]
            for party in content["parties"]
        ]  # fmt: skip
    elif clause["kind"] == "goals" and content["goals"]:
        columns = [_("Goal"), _("Responsible"), _("Indicator"), _("Baseline"), _("Target")]
        rows = [row for goal in content["goals"] for row in _goal_rows(goal)]
    elif clause["kind"] == "duties" and content["duties"]:
        columns = [_("Who"), _("Duty"), _("By")]
        rows = [
            [duty["organisation"], duty["text"], _day(duty["due_on"]) or "–"]
            for duty in content["duties"]
        ]
    return {
        "title": clause["title"].get(code, ""),
        "text": text,
        "columns": columns,
        "rows": rows,
    }


def _goal_rows(goal: dict[str, Any]) -> list[list[str]]:
    indicators = goal["indicators"] or [{"name": "–", "unit": "", "baseline": "", "target": ""}]
    return [
        [
            goal["title"] if number == 0 else "",
            goal["organisation"] if number == 0 else "",
            f"{one['name']} ({one['unit']})" if one["unit"] else one["name"],
            one["baseline"] or "–",
            one["target"] or "–",
        ]
        for number, one in enumerate(indicators)
    ]


def _signature(one: Signed) -> dict[str, str]:
    local = one.at.astimezone(clock.HELSINKI)
    return {
        "party": one.party,
        "name": one.name,
        "title": one.title,
        "means": one.means,
        "at": date_format(local, "SHORT_DATETIME_FORMAT"),
    }


def _foot(content: dict[str, Any], version: int, proof: Proof | None) -> str:
    parts = [content["title"], _("version %(n)s") % {"n": version}]
    if content.get("case_number"):
        parts.append(content["case_number"])
    if proof:
        parts.append(proof.code)
    return " · ".join(parts)


def _verify(proof: Proof) -> dict[str, str]:
    return {
        "picture": codes.qr(proof.address),
        "alt": _("A code that leads to %(address)s") % {"address": proof.address},
        "address": proof.address,
        "text": _("Drop the file there, or give the code %(code)s.") % {"code": proof.code},
    }


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "SHORT_DATE_FORMAT") if iso else ""
