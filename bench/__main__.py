"""`make bench`: Solmu through its real server on `solmu seed --scale nation`; one JSON a line."""

import argparse
import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from bench import agreements, autopilot, exam, importing, pages, sealing, start, wire
from solmu.cli import schema_digest
from solmu.runtime.postgres import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("import", "pages", "agreements", "wire", "exam", "sealing", "autopilot", "start")


def emit(bench: str, value: float, unit: str, n: int) -> None:
    """Print one result."""
    print(json.dumps({"bench": bench, "value": round(value, 2), "unit": unit, "n": n}), flush=True)


def seeded(server: PostgresServer, scale: str) -> str:
    """Return the address of a seeded database, made once for each schema."""
    name = f"bench_{scale}_{schema_digest()[:10]}"
    if not server.database_exists(name):
        half_made = f"{name}_new"
        server.drop_database(half_made)
        server.ensure_database(half_made)
        environment = os.environ | {"DATABASE_URL": server.url(half_made)}
        solmu = [sys.executable, "-m", "solmu.cli"]
        subprocess.run([*solmu, "migrate"], env=environment, check=True, stdout=sys.stderr)
        began = time.monotonic()
        seed = [*solmu, "seed", "--scale", scale]
        subprocess.run(seed, env=environment, check=True, stdout=sys.stderr)
        emit(f"seed {scale}", time.monotonic() - began, "s", 1)
        # The database's own tidying would be measured with the first pages else.
        with psycopg.connect(server.url(half_made), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        server.rename_database(half_made, name)
    return server.url(name)


def main() -> None:
    """Run the benchmarks named, or all."""
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--scale", choices=["small", "region", "nation"], default="nation")
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the imported file")
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "bench")
    arguments = parser.parse_args()
    wanted = arguments.only or PARTS
    data = arguments.data.resolve()
    os.environ["SOLMU_DATA"] = str(data)
    logging.disable(logging.INFO)
    with PostgresServer(data) as server:
        if "import" in wanted:
            importing.run(server, data, arguments.rows, emit)
        if "exam" in wanted:
            exam.run(server, emit)
        if {"pages", "agreements", "wire"} & {*wanted}:
            url = os.environ["DATABASE_URL"] = seeded(server, arguments.scale)
            with pages.site(server, url) as site:
                if "pages" in wanted:
                    pages.run(site, url, emit)
                if "agreements" in wanted:
                    agreements.run(site, url, emit)
                if "wire" in wanted:
                    wire.run(site.url, site.session, site.pages, emit)
            del os.environ["DATABASE_URL"]
        if "sealing" in wanted:
            sealing.run(seeded(server, "small"), emit)
        if "autopilot" in wanted:
            autopilot.run(server, emit)
    if "start" in wanted:
        start.run(data / "demo", emit)


if __name__ == "__main__":
    main()
