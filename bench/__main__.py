"""`make bench`: Solmu on `solmu seed --scale nation`, through its real server; one JSON object a line."""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench import importing, pages, start
from solmu.cli import schema_digest
from solmu.runtime.postgres import PostgresServer

ROOT = Path(__file__).resolve().parent.parent


def emit(bench: str, value: float, unit: str, n: int) -> None:
    """Print one result."""
    print(json.dumps({"bench": bench, "value": round(value, 2), "unit": unit, "n": n}), flush=True)


def seeded(server: PostgresServer, scale: str) -> str:
    """Return the address of a seeded database, made once for each schema."""
    name = f"bench_{scale}_{schema_digest()[:10]}"
    if not server.database_exists(name):
        server.ensure_database(f"{name}_new")
        environment = os.environ | {"DATABASE_URL": server.url(f"{name}_new")}
        for command in (["migrate"], ["seed", "--scale", scale]):
            began = time.monotonic()
            subprocess.run(
                [sys.executable, "-m", "solmu.cli", *command],
                env=environment,
                check=True,
                stdout=sys.stderr,
            )
            if command[0] == "seed":
                emit(f"seed {scale}", time.monotonic() - began, "s", 1)
        server.rename_database(f"{name}_new", name)
    return server.url(name)


def main() -> None:
    """Run the benchmarks named, or all."""
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--scale", choices=["small", "region", "nation"], default="nation")
    parser.add_argument("--only", choices=["import", "pages", "start"], action="append")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the imported file")
    arguments = parser.parse_args()
    wanted = arguments.only or ["import", "pages", "start"]
    os.environ["SOLMU_DATA"] = str(ROOT / "var" / "bench")
    with PostgresServer(ROOT / "var" / "bench") as server:
        if "import" in wanted:
            importing.run(server, arguments.rows, emit)
        if "pages" in wanted:
            pages.run(server, seeded(server, arguments.scale), emit)
        if "start" in wanted:
            start.run(emit)


if __name__ == "__main__":
    main()
