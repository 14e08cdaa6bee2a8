"""How Solmu is doing, for supervisors, load balancers and Prometheus."""

import ipaddress
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache
from hmac import compare_digest
from http import HTTPStatus

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from solmu.jobs.tasks import STALLED_AFTER
from solmu.lib.counters import Counters
from solmu.notifications.models import Message
from solmu.people.api_access import identify

# Upper ends of the latency histogram's buckets, in seconds; the last is open.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
_SUM = len(CLASSES)  # where the sum of all latencies (in microseconds) is counted
_BUCKET = _SUM + 1
_SIZE = _BUCKET + len(BUCKETS) + 1
# What only a proxy sends; behind one, everybody seems to come from its address.
_PROXY_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via")
_NOT_COUNTED = frozenset({"/healthz", "/readyz", "/metrics"})


@cache
def _counters() -> Counters:
    return Counters(settings.DATA / "metrics", _SIZE)


class HealthMiddleware:
    """Answers whether Solmu is alive and ready before all else; counts the other requests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return healthz(request)
        if request.path_info == "/readyz":
            return readyz(request)
        begun = time.perf_counter()
        response = self.get_response(request)
        if request.path_info not in _NOT_COUNTED:
            _count(response.status_code, time.perf_counter() - begun)
        return response


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Tell that the process answers; asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Tell whether requests can be served; what is amiss is told to insiders only."""
    trouble = _database_trouble()
    parts = {"database": not trouble, "migrations": False, "worker": False}
    if not trouble:
        trouble = _missing_migrations()
        parts["migrations"] = not trouble
        parts["worker"] = not trouble and _workers() > 0
    # Without a worker pages still work; it is shown, not counted.
    body: dict[str, object] = {"ready": not trouble}
    if _is_insider(request):
        body["parts"] = parts
        if trouble:
            body["trouble"] = trouble
    elif "details" in request.GET:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    status = HTTPStatus.SERVICE_UNAVAILABLE if trouble else HTTPStatus.OK
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell requests, latency, jobs, outbox and database, in the format of Prometheus."""
    if not _is_insider(request):
        raise Http404
    text = "".join(f"{line}\n" for line in (*_requests(), *_jobs(), *_outbox(), *_size()))
    return HttpResponse(
        text,
        content_type="text/plain; version=0.0.4; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )


def _count(status: int, seconds: float) -> None:
    _counters().add(
        {
            min(max(status // 100, 1), 5) - 1: 1,
            _SUM: round(seconds * 1_000_000),
            _BUCKET + bisect_left(BUCKETS, seconds): 1,
        }
    )


def _is_insider(request: HttpRequest) -> bool:
    """On the machine itself, with the monitoring token, or with an administrator's."""
    if _is_local(request):
        return True
    expected = os.environ.get("SOLMU_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").partition(" ")[2].strip()
    if not given:
        return False
    if expected and compare_digest(given.encode(), expected.encode()):
        return True
    try:
        viewer = identify(request)
    except Error:
        return False
    return viewer is not None and viewer.is_admin


def _is_local(request: HttpRequest) -> bool:
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _database_trouble() -> str:
    """What is wrong with the database; empty when nothing is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return str(error).strip() or type(error).__name__
    return ""


_migrated: set[str] = set()


def _missing_migrations() -> str:
    """Which migrations are missing; once all are there, this process asks no more."""
    name = str(connection.settings_dict["NAME"])
    if name in _migrated:
        return ""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return "missing: " + ", ".join(str(migration) for migration, _ in missing[:5])
    _migrated.add(name)
    return ""


def _requests() -> Iterator[str]:
    totals = _counters().totals()
    yield "# HELP solmu_requests_total Requests answered, by class of status."
    yield "# TYPE solmu_requests_total counter"
    for name, number in zip(CLASSES, totals, strict=False):
        yield f'solmu_requests_total{{status="{name}"}} {number}'
    yield "# HELP solmu_request_seconds Time to answer a request."
    yield "# TYPE solmu_request_seconds histogram"
    so_far = 0
    for end, number in zip((*BUCKETS, "+Inf"), totals[_BUCKET:], strict=True):
        so_far += number
        yield f'solmu_request_seconds_bucket{{le="{end}"}} {so_far}'
    yield f"solmu_request_seconds_sum {totals[_SUM] / 1_000_000}"
    yield f"solmu_request_seconds_count {so_far}"


def _jobs() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                count(*) FILTER (WHERE j.status = 'todo' AND coalesce(scheduled_at <= now(), true)),
                count(*) FILTER (WHERE j.status = 'todo' AND scheduled_at > now()),
                count(*) FILTER (WHERE j.status = 'doing'),
                count(*) FILTER (WHERE j.status = 'failed'),
                count(*) FILTER (WHERE j.status = 'doing' AND
                    (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s)))
            FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
            WHERE j.status IN ('todo', 'doing', 'failed')
            """,
            [STALLED_AFTER],
        )
        numbers = cursor.fetchone()
    yield "# HELP solmu_jobs Background jobs that are not done; stalled ones are among the running."
    yield "# TYPE solmu_jobs gauge"
    states = ("waiting", "scheduled", "running", "failed", "stalled")
    for state, number in zip(states, numbers, strict=True):
        yield f'solmu_jobs{{state="{state}"}} {number}'
    yield "# HELP solmu_oldest_waiting_job_seconds How long the oldest job has waited."
    yield "# TYPE solmu_oldest_waiting_job_seconds gauge"
    yield f"solmu_oldest_waiting_job_seconds {_oldest_job():g}"
    yield "# HELP solmu_workers Workers that have given a sign of life just now."
    yield "# TYPE solmu_workers gauge"
    yield f"solmu_workers {_workers():g}"


def _outbox() -> Iterator[str]:
    undone = (Message.State.WAITING, Message.State.FAILED)
    found = Message.objects.filter(state__in=undone).order_by().values_list("state")
    counted = dict(found.annotate(number=Count("pk")))
    yield "# HELP solmu_outbox_messages Mail in the outbox that is not sent."
    yield "# TYPE solmu_outbox_messages gauge"
    for state in undone:
        yield f'solmu_outbox_messages{{state="{state}"}} {counted.get(state, 0)}'


def _size() -> Iterator[str]:
    yield "# HELP solmu_database_bytes Size of the database."
    yield "# TYPE solmu_database_bytes gauge"
    yield f"solmu_database_bytes {_figure('SELECT pg_database_size(current_database())'):.0f}"
    yield "# HELP solmu_database_connections Open connections to the database."
    yield "# TYPE solmu_database_connections gauge"
    connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    yield f"solmu_database_connections {_figure(connections):g}"


def _workers() -> float:
    return _figure(
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - interval '1 minute'"
    )


def _oldest_job() -> float:
    return _figure(
        "SELECT coalesce(extract(epoch FROM now() - min(e.at)), 0) FROM procrastinate_jobs j"
        " JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
        " WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at < now())"
    )


def _figure(statement: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return float(row[0]) if row else 0.0
