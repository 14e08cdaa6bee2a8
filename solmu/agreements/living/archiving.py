"""Taking agreements to an archive: one ZIP with documents, records, texts and comments."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from solmu.agreements import document, files
from solmu.agreements.models import Agreement, Comment, Version
from solmu.agreements.signing import record
from solmu.installation.demo import is_demo
from solmu.lib import clock, sheets_out
from solmu.lib.periods import first_day, last_day
from solmu.networks.models import Network
from solmu.sealing import sealing
from solmu.sealing.models import Seal

FORMAT = "solmu-agreements/1"
MOST = 200  # agreements in one package


def pack(agreements: Iterable[Agreement], *, hide_confidential: bool) -> IO[bytes]:
    """The package, as an open file; the caller may read the agreements whole."""
    package = TemporaryFile()  # noqa: SIM115 - the answer closes it
    told: list[dict[str, Any]] = []
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as into:
        for agreement in agreements:
            folder = f"{agreement.pk}-{slugify(agreement.title)[:60] or 'agreement'}"
            facts = _facts(agreement)
            facts["files"] = _documents(into, folder, agreement, hide=hide_confidential)
            _json(into, f"{folder}/agreement.json", facts)
            lines = record.as_data(record.lines(agreement))
            _json(into, f"{folder}/record.json", lines)
            _comments(into, folder, agreement, hide=hide_confidential)
            told.append({"folder": folder, **facts})
        _json(
            into,
            "index.json",
            {
                "format": FORMAT,
                "made_on": clock.today().isoformat(),
                "without_confidential": hide_confidential,
                "demo": is_demo(),
                "agreements": told,
            },
        )
        into.writestr("README.md", _readme(hide_confidential=hide_confidential))
    package.seek(0)
    return package


def of_network(network: Network) -> Iterator[tuple[str, bytes]]:
    """What a network takes along: its signed agreements as one package, without secrets."""
    signed = Agreement.objects.filter(
        network=network, state__in=(Agreement.State.ACTIVE, Agreement.State.ENDED)
    )
    if signed.exists():
        with pack(signed.order_by("pk"), hide_confidential=True) as package:
            yield "agreements.zip", package.read()


def _facts(agreement: Agreement) -> dict[str, Any]:
    valid = agreement.valid
    return {
        "uuid": str(agreement.uuid),
        "title": agreement.title,
        "kind": agreement.kind,
        "state": agreement.state,
        "case_number": agreement.case_number,
        "retention_class": agreement.retention_class,
        "keep_years": agreement.keep_years,
        "kept_until": _day(agreement.kept_until),
        "valid_from": _day(first_day(valid)) if valid else None,
        "valid_to": _day(last_day(valid)) if valid else None,
        "notice_months": agreement.notice_months,
        "renews_months": agreement.renews_months,
        "end_reason": agreement.end_reason,
        "amends": str(agreement.amends.uuid) if agreement.amends else None,
        "renews": str(agreement.renews.uuid) if agreement.renews else None,
        "related": [str(one.uuid) for one in agreement.related.all()],
        "parties": [
            {
                "organisation": str(one.organisation.uuid),
                "name": str(one.organisation),
                "business_id": one.organisation.business_id,
                "state": one.state,
                "bound_from": _day(first_day(one.bound)) if one.bound else None,
                "bound_to": _day(last_day(one.bound)) if one.bound else None,
            }
            for one in agreement.parties.select_related("organisation")
        ],
        "reviews": [
            {"on": one.on.isoformat(), "decision": one.decision, "reason": one.reason,
             "shown": one.summary}
            for one in agreement.reviews.order_by("on", "pk")
        ],
    }  # fmt: skip


def _documents(
    into: zipfile.ZipFile, folder: str, agreement: Agreement, *, hide: bool
) -> list[str]:
    """Each version's text, and its sealed document; else, or without secrets, one made of it."""
    written = []
    versions = list(Version.objects.filter(agreement=agreement).order_by("number"))
    seals = {
        one.subject_id: one
        for one in Seal.objects.filter(
            subject_kind=files.SEALED,
            subject_id__in=[one.pk for one in versions],
            state=Seal.State.SEALED,
        ).select_related("file")
    }
    last = versions[-1].pk if versions else None
    for version in versions:
        secret = any(one.get("confidential") for one in version.content["clauses"])
        content = _without_secrets(version.content) if hide else version.content
        name = f"{folder}/version-{version.number}"
        _json(into, f"{name}.json", {"digest": version.digest, "content": content})
        written.append(f"version-{version.number}.json")
        seal = seals.get(version.pk)
        if seal is not None and seal.file is not None and not (hide and secret):
            into.write(sealing.sealed_file(seal).path, f"{name}-sealed.pdf")
            written.append(f"version-{version.number}-sealed.pdf")
        elif version.pk == last:
            made = document.pdf(version.content, version=version.number, hide_confidential=hide)
            into.writestr(f"{name}.pdf", made)
            written.append(f"version-{version.number}.pdf")
    return written


def _without_secrets(content: dict[str, Any]) -> dict[str, Any]:
    clauses = [
        {**one, "text": {}, "left_out": True} if one.get("confidential") else one
        for one in content["clauses"]
    ]
    return {**content, "clauses": clauses}


def _comments(into: zipfile.ZipFile, folder: str, agreement: Agreement, *, hide: bool) -> None:
    rows = Comment.objects.filter(agreement=agreement).select_related("organisation", "author")
    if hide:
        secret = agreement.clauses.filter(confidential=True).values_list("key", flat=True)
        rows = rows.exclude(key__in=list(secret))
    headings = [_("Clause"), _("Who"), _("Organisation"), _("When"), _("Comment"),
                _("Suggested text"), _("State"), _("Answer")]  # fmt: skip
    lines = [
        [
            one.key,
            one.author.name if one.author else "",
            str(one.organisation) if one.organisation else "",
            clock.local(one.at).replace(tzinfo=None),
            one.text,
            one.suggested,
            str(one.get_state_display()),
            one.answer,
        ]
        for one in rows.order_by("pk")
    ]
    with sheets_out.xlsx_file(headings, lines, title=_("Comments")) as sheet:
        into.writestr(f"{folder}/comments.xlsx", sheet.read())


def _json(into: zipfile.ZipFile, name: str, value: Any) -> None:
    into.writestr(name, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True))


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _readme(*, hide_confidential: bool) -> str:
    lines = [
        "# Agreements",
        "",
        f"From Solmu, on {clock.today().isoformat()}. Format: {FORMAT}.",
        *(["", "Fictional demo content."] if is_demo() else []),
        *(["", "Confidential clauses are left out."] if hide_confidential else []),
        "",
        "A folder an agreement. `agreement.json` tells its facts, parties and reviews;",
        "`version-N.json` the whole text of a version with its SHA-256 in canonical JSON;",
        "`version-N-sealed.pdf` is the signed and sealed document, `version-N.pdf` a copy;",
        "`record.json` is the signing record, each line with the digest of the one before it;",
        "`comments.xlsx` what was said of the text. `index.json` lists all of it.",
        "",
    ]
    return "\n".join(lines)
