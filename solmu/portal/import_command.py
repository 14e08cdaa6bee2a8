"""`solmu import KIND FILE`: each kind of file is read by the room that knows it."""

import argparse
from collections.abc import Callable

from solmu.lib import modules
from solmu.partnerships.importing import command as organisations
from solmu.training import importing as enrolments
from solmu.training.exam import command as questions

# Each takes the arguments after its kind.
KINDS: dict[str, tuple[str, Callable[[list[str]], int]]] = {
    "organisations": (
        "organisations and an institution's partnerships",
        lambda argv: organisations.main(["organisations", *argv]),
    ),
    **dict(
        modules.of(
            "training",
            ("enrolments", ("applications to a training", enrolments.main)),
            ("questions", ("questions of a training's test", questions.main)),
        )
    ),
}


def main(argv: list[str]) -> int:
    """Run the command of the kind; `solmu import KIND --help` tells what it takes."""
    parser = argparse.ArgumentParser(
        prog="solmu import",
        description="Read a spreadsheet: CSV, XLSX or ODS.",
        epilog="; ".join(f"{kind}: {about}" for kind, (about, _run) in KINDS.items()),
    )
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = parser.parse_args(argv[:1] or ["--help"])
    _about, run = KINDS[given.kind]
    return run(argv[1:])
