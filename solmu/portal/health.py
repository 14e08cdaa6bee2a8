"""For the machines that watch Solmu: is it up, is it ready, how much is under way."""

import os
import secrets
import time

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

LOOPBACK = {"127.0.0.1", "::1"}
_STARTED = time.time()

_COUNTS = {
    'solmu_jobs{state="%s"}': "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1",
    'solmu_messages{state="%s"}': "SELECT state, count(*) FROM notifications_message GROUP BY 1",
}
_FIGURES = {
    "solmu_database_bytes": "SELECT pg_database_size(current_database())",
    "solmu_database_connections": (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    ),
    "solmu_workers": (
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - interval '1 minute'"
    ),
    "solmu_oldest_waiting_job_seconds": (
        "SELECT coalesce(extract(epoch FROM now() - min(e.at)), 0) FROM procrastinate_jobs j"
        " JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
        " WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at < now())"
    ),
}


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; says nothing of what it needs."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether Solmu can work: 200 or 503; what is amiss is told to insiders only."""
    parts = {"database": _database_ready(), "migrations": False, "worker": False}
    if parts["database"]:
        parts["migrations"] = _migrated()
        parts["worker"] = bool(_figure(_FIGURES["solmu_workers"]))
    # Without a worker pages still work; it is shown, not counted.
    ready = parts["database"] and parts["migrations"]
    body = {"ready": ready} | ({"parts": parts} if _is_insider(request) else {})
    return JsonResponse(body, status=200 if ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus's text format, for insiders only."""
    if not _is_insider(request):
        raise Http404
    lines = [f"solmu_web_uptime_seconds {time.time() - _STARTED:.0f}"]
    for name, statement in _FIGURES.items():
        lines.append(f"{name} {float(_figure(statement)):g}")
    with connection.cursor() as cursor:
        for name, statement in _COUNTS.items():
            cursor.execute(statement)
            lines += [f"{name % state} {number}" for state, number in cursor.fetchall()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")


def _is_insider(request: HttpRequest) -> bool:
    """Asks from this machine itself, or with the token of the settings."""
    # Behind a front server every request comes from this machine, but says for whom.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded:
        return True
    token = os.environ.get("SOLMU_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and secrets.compare_digest(given.encode(), token.encode())


def _database_ready() -> bool:
    try:
        return _figure("SELECT 1") == 1
    except DatabaseError:
        return False


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _figure(statement: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return float(row[0]) if row else 0.0
