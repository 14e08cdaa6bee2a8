"""`solmu doctor`: looks whether all is well, and mends what can be computed from records."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from solmu.agreements.signing import integrity
from solmu.jobs.tasks import STALLED_AFTER
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.notifications.models import Message
from solmu.search import indexing
from solmu.ties import writing

OLD_AFTER = timedelta(minutes=10)  # a message that waits longer is told
TOLD = 5  # differences told one by one
GOOD, NOTE, BAD = "ok", "note", "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found, and what to do about it."""

    look: str
    state: str
    says: str
    do: str = ""


def main(argv: list[str]) -> int:
    """Check the database, and mend what can be derived. Exit 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="solmu doctor", description=main.__doc__)
    parser.add_argument(
        "--rebuild-evidence", action="store_true", help="write all evidence anew from the records"
    )
    parser.add_argument(
        "--rebuild-search", action="store_true", help="write the search index anew from the records"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args(argv)

    findings = []
    for finding in examine(
        rebuild_evidence=arguments.rebuild_evidence, rebuild_search=arguments.rebuild_search
    ):
        findings.append(finding)
        if arguments.json:
            print(json.dumps(asdict(finding), ensure_ascii=False), flush=True)
        else:
            _tell(finding)
    wrong = sum(finding.state == BAD for finding in findings)
    if not arguments.json:
        print("\nAll is well." if not wrong else f"\n{wrong} of {len(findings)} need you.")
    return 1 if wrong else 0


def examine(*, rebuild_evidence: bool = False, rebuild_search: bool = False) -> Iterator[Finding]:
    """Look at everything in turn; without a database the rest can't be looked at."""
    database = _database()
    yield database
    if database.state == BAD:
        return
    migrations = _migrations()
    yield migrations
    if migrations.state == BAD:
        return
    if rebuild_evidence:
        count = writing.rebuild_all(composed("EVIDENCE"))
        yield Finding("evidence", NOTE, f"written anew: {count} rows")
    if rebuild_search:
        for write in composed("INDEXES"):
            write()
        yield Finding("search", NOTE, "written anew")
    looks: tuple[Callable[[], Finding], ...] = (
        _evidence,
        _search,
        _worker,
        _jobs,
        _outbox,
        _agreements,
    )
    for look in looks:
        yield look()


def _tell(finding: Finding) -> None:
    mark = {GOOD: "✓", NOTE: "·", BAD: "✗"}[finding.state]
    if not (sys.stdout.encoding or "").lower().startswith("utf"):
        mark = {GOOD: "+", NOTE: ".", BAD: "!"}[finding.state]
    print(f"{mark} {finding.look:<12}{finding.says}", flush=True)
    if finding.do:
        print(f"  {'':<12}{finding.do}", flush=True)


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version')")
            (version,) = cursor.fetchone()
    except Error as error:
        return Finding("database", BAD, str(error).strip(), "Check DATABASE_URL and the server.")
    return Finding("database", GOOD, f"PostgreSQL {version}")


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        return Finding("schema", BAD, f"{missing} migrations are missing", "Run: solmu migrate")
    return Finding("schema", GOOD, "up to date")


def _evidence() -> Finding:
    found = list(itertools.islice(writing.differences(composed("EVIDENCE")), 1000))
    if not found:
        return Finding("evidence", GOOD, "the same as the records tell")
    some = "; ".join(f"{what} {row}" for what, row in found[:TOLD])
    return Finding(
        "evidence",
        BAD,
        f"{len(found)} differences: {some}",
        "Run: solmu doctor --rebuild-evidence",
    )


def _search() -> Finding:
    found = indexing.differences(composed("INDEXES"))
    wrong = {kind: pair for kind, pair in found.items() if any(pair)}
    if not wrong:
        return Finding("search", GOOD, "complete")
    some = "; ".join(
        f"{kind}: {missing} missing or stale, {extra} too many"
        for kind, (missing, extra) in wrong.items()
    )
    return Finding("search", BAD, some, "Run: solmu doctor --rebuild-search")


def _worker() -> Finding:
    alive = _number(
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - interval '1 minute'"
    )
    if not alive:
        return Finding("worker", NOTE, "none has given a sign of life", "Run: solmu worker")
    return Finding("worker", GOOD, f"{alive} alive")


def _jobs() -> Finding:
    stalled = _number(
        """
        SELECT count(*) FROM procrastinate_jobs j
        LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
        WHERE j.status = 'doing' AND (w.id IS NULL
            OR w.last_heartbeat < now() - make_interval(secs => %s))
        """,
        STALLED_AFTER,
    )
    failed = _number("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    if stalled:
        return Finding(
            "jobs", BAD, f"{stalled} stalled", "A running worker takes them up by itself."
        )
    if failed:
        return Finding("jobs", BAD, f"{failed} failed for good", "The worker's log says why.")
    return Finding("jobs", GOOD, "none stalled, none failed")


def _outbox() -> Finding:
    failed = Message.objects.filter(state=Message.State.FAILED).count()
    if failed:
        return Finding("outbox", BAD, f"{failed} messages failed", "Check the SMTP settings.")
    old = Message.objects.filter(
        state=Message.State.WAITING, created_at__lt=clock.real_now() - OLD_AFTER
    ).count()
    if old:
        return Finding("outbox", BAD, f"{old} messages wait too long", "Is a worker running?")
    return Finding("outbox", GOOD, "nothing is stuck")


def _agreements() -> Finding:
    found = list(itertools.islice(integrity.broken_ones(), TOLD))
    if not found:
        return Finding("agreements", GOOD, "every signing record holds")
    some = "; ".join(f"{agreement.pk}: {why}" for agreement, why in found)
    return Finding(
        "agreements",
        BAD,
        some,
        "Somebody has changed signed rows: compare them with the history and a backup.",
    )


def _number(query: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        row = cursor.fetchone()
    return int(row[0])
