"""The student management system: applications in, results out, by files or by an interface.

There is no published interface: what is read here is a table with the headings of the exchange
(see docs), as a file (CSV or XLSX) in a folder, or as JSON from an address with OAuth 2.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.cache import caches
from django.utils.translation import gettext as _

from solmu.lib import http
from solmu.lib.http import RefusedError
from solmu.lib.tokens import token_hash

READ = (".csv", ".xlsx", ".ods")
DONE, REJECTED, OUT = "luettu", "hylatyt", "tulokset"
RESULT_COLUMNS = (
    "hakemus_id", "sukunimi", "etunimi", "sahkoposti", "tila", "pisteet", "suoritettu", "todistus",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interface:
    """An address that gives applications and takes results."""

    address: str
    token_address: str
    client: str
    secret: str


def files_in(folder: Path) -> list[Path]:
    """The files that wait to be read, the oldest first."""
    if not folder.is_dir():
        raise RefusedError(_("There is no folder %(name)s on the server.") % {"name": folder})
    found = [one for one in folder.iterdir() if one.is_file() and one.suffix.lower() in READ]
    return sorted(found, key=lambda one: (one.stat().st_mtime, one.name))


def put_away(file: Path, *, day: str) -> Path:
    """Move a file that was read beside the others, under a name of its own."""
    folder = file.parent / DONE
    folder.mkdir(exist_ok=True)
    target, number = folder / f"{day}-{file.name}", 2
    while target.exists():
        target, number = folder / f"{day}-{number}-{file.name}", number + 1
    return file.rename(target)


def write_results(folder: Path, name: str, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write results as a CSV file that Excel opens as it is; nobody sees it half written."""
    out = folder / OUT
    out.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, RESULT_COLUMNS, delimiter=";", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    target = out / f"{name}.csv"
    draft = target.with_suffix(".part")
    draft.write_bytes(text.getvalue().encode("utf-8-sig"))
    return draft.replace(target)


def applications(system: Interface, since: str) -> Iterator[dict[str, str]]:
    """The applications since an instant, page by page."""
    address: str | None = f"{system.address.rstrip('/')}/applications"
    sent = {"since": since} if since else None  # an empty dict would take the query away
    while address:
        answer = http.call(
            "Studenta",
            "GET",
            address,
            params=sent,
            headers=_headers(system),
            written=True,
        )
        page = http.as_json(answer)
        for row in page.get("items") or []:
            yield {str(key): "" if value is None else str(value) for key, value in row.items()}
        address, sent = page.get("next"), None
        if address and not address.startswith(system.address):
            raise RefusedError(
                _("The interface leads to another address: %(it)s") % {"it": address}
            )


def send_results(system: Interface, rows: list[dict[str, Any]], *, key: str) -> None:
    """Send results; with the same key they are taken once."""
    http.call(
        "Studenta",
        "POST",
        f"{system.address.rstrip('/')}/results",
        written=True,
        headers={**_headers(system), "Idempotency-Key": key},
        json={"items": rows},
    )


def check(system: Interface) -> None:
    """Ask for a token; raises ServiceError with what is wrong."""
    token(system, fresh=True)


def token(system: Interface, *, fresh: bool = False) -> str:
    """The token, kept until shortly before it ends."""
    cache, kept_as = (
        caches["process"],
        "studenta:" + token_hash(f"{system.token_address} {system.client}"),
    )
    if not fresh and (kept := cache.get(kept_as)):
        return str(kept)
    answer = http.call(
        "Studenta",
        "POST",
        system.token_address,
        taken=frozenset({400, 401, 403}),
        written=True,
        data={
            "grant_type": "client_credentials",
            "client_id": system.client,
            "client_secret": system.secret,
        },
    )
    said = http.as_json(answer)
    if not answer.is_success or "access_token" not in said:
        raise RefusedError(
            _("The student management system gave no token: %(why)s")
            % {"why": str(said.get("error_description") or said.get("error") or "")[:300]},
            answer.status_code,
        )
    found = str(said["access_token"])
    cache.set(kept_as, found, max(int(said.get("expires_in", 600)) - 60, 1))
    return found


def _headers(system: Interface) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(system)}", "Accept": "application/json"}
