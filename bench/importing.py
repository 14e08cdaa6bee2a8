"""The main job: 100,000 partners from a file to committed, beside a plain COPY of its rows."""

import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.processes import server_cpu
from solmu.portal import fiction
from solmu.runtime.postgres import PostgresServer

Emit = Callable[[str, float, str, int], None]
HEADINGS = (
    "Organisaatio",
    "Y-tunnus",
    "Paikkakunta",
    "Taso",
    "Sisältö",
    "Yhteyshenkilö",
    "Sähköposti",
    "Viimeisin yhteys",
)
_PLACES = ("Hämeenlinna", "Tampere", "Helsinki", "Lahti", "Turku", "Forssa", "Riihimäki", "Oulu")
_LEVELS = ("Yhteystaho", "Yhteistyö", "Kumppani", "Strateginen kumppani")


def run(server: PostgresServer, data: Path, rows: int, emit: Emit) -> None:
    """Import the file into an empty institution by the command line, once anew and once again."""
    path = data / f"partners-{rows}.csv"
    if not path.exists():
        _write(path, rows)
    server.drop_database("bench_import")
    server.ensure_database("bench_import")
    environment = os.environ | {"DATABASE_URL": server.url("bench_import")}
    for command in (["migrate"], ["seed", "--scale", "small"]):
        subprocess.run(
            [sys.executable, "-m", "solmu.cli", *command],
            env=environment,
            check=True,
            stdout=sys.stderr,
        )
    copied = _plain_copy(server, path, rows)
    emit("plain COPY of the same rows", copied, "rows/s", rows)
    for name in ("import from file to committed", "the same file again"):
        began, cpu = time.monotonic(), _cpu_seconds(server)
        answer = subprocess.run(
            [
                sys.executable,
                "-m",
                "solmu.cli",
                "import",
                "organisations",
                str(path),
                "--institution",
                "oppilaitos-3",
                "--json",
            ],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - began
        summary = json.loads(answer.stdout.strip().splitlines()[-1])
        cpu = _cpu_seconds(server) - cpu
        emit(name, rows / seconds, "rows/s", summary["rows"])
        emit(f"{name}, cpu of Solmu and the database", cpu / rows * 1e6, "µs/row", summary["rows"])
        emit(f"{name}, ratio to COPY", copied * seconds / rows, "times slower", 1)
        if "seconds" in summary:
            emit(
                f"{name}, apply step", rows / summary["seconds"]["apply"], "rows/s", summary["rows"]
            )


def _cpu_seconds(server: PostgresServer) -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + server_cpu(server)


def _write(path: Path, rows: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADINGS)
        written, number = 0, 200_000
        while written < rows:
            number += 1
            fact = fiction.finnish_organisation(number)
            if not fact.business_id:
                continue
            writer.writerow(
                (
                    fact.name,
                    fact.business_id,
                    _PLACES[number % len(_PLACES)],
                    _LEVELS[number % len(_LEVELS)],
                    "Työelämä",
                    f"Aino Esimerkki {number}",
                    f"aino.{number}@posti.example",
                    f"{1 + number % 28}.{1 + number % 12}.2025",
                )
            )
            written += 1


def _plain_copy(server: PostgresServer, path: Path, rows: int) -> float:
    with psycopg.connect(server.url("bench_import")) as connection:
        columns = ", ".join(f"c{number} text" for number in range(len(HEADINGS)))
        connection.execute(f"CREATE TEMP TABLE plain ({columns})")
        began = time.monotonic()
        with connection.cursor().copy(
            "COPY plain FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)"
        ) as copy:
            copy.write(path.read_bytes())
        connection.commit()
        return rows / (time.monotonic() - began)
