"""`solmu import questions FILE`: a bank of questions on the command line."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from solmu.imports.reading import MAX_BYTES, ReadingError
from solmu.lib import sheets_out
from solmu.people.viewer import Viewer
from solmu.training.exam import importing
from solmu.training.exam.importing import REJECTED, Plan
from solmu.training.models import Programme


def main(argv: list[str]) -> int:
    """Run the command; 0 also when rows were rejected."""
    arguments = _parser().parse_args(argv)
    programmes = {one.slug: one for one in Programme.objects.order_by("pk")}
    slug = arguments.programme or (next(iter(programmes)) if len(programmes) == 1 else "")
    if slug not in programmes:
        known = ", ".join(programmes) or "none"
        print(f"Name the programme with --programme. There are: {known}.", file=sys.stderr)
        return 1
    file: Path = arguments.file
    with translation.override(arguments.language):
        try:
            if file.stat().st_size > MAX_BYTES:
                raise ReadingError(_("The file is too large."))
            content = file.read_bytes()
            rows = importing.read(
                content,
                is_gift=importing.looks_like_gift(file.name, content),
                language=arguments.language,
            )
        except (OSError, ReadingError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            return 1
        plan = importing.plan(programmes[slug], rows)
        if not arguments.dry_run:
            by = Viewer.system(f"solmu import {file.name}")
            importing.apply(programmes[slug], plan.drafts, by=by)
        summary = {**plan.counts, "rejected_file": _write_rejected(file, plan)}
    _tell(summary | {"dry_run": arguments.dry_run}, as_json=arguments.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="solmu import questions",
        description="Read questions of the test from XLSX, ODS, CSV or GIFT.",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--programme", metavar="SLUG", help="needed where there are several")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--language",
        choices=("fi", "sv", "en"),
        default="fi",
        help="of questions that don't say theirs, and of reasons",
    )
    return parser


def _write_rejected(file: Path, plan: Plan) -> str | None:
    rejected = plan.of(REJECTED)
    if not rejected:
        return None
    target = file.with_name(f"{file.name}.rejected.xlsx")
    headings = [*importing.headings(), _("Row"), _("Why")]
    rows = ([*row.cells, row.number, row.reason] for row in rejected)
    with sheets_out.xlsx_file(headings, rows) as content, target.open("wb") as out:
        shutil.copyfileobj(content, out)
    return str(target)


def _tell(summary: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(summary, ensure_ascii=False))
        return
    if summary["dry_run"]:
        print("Nothing was written: this shows what would happen.")
    for key in ("rows", "created", "updated", "unchanged", "rejected"):
        print(f"{key:>10}  {summary[key]}")
    if summary["unmapped"]:
        print(f"\n{summary['unmapped']} cells have a value that nobody knows.")
    if summary["rejected_file"]:
        print(f"\nRejected rows, each with its reason: {summary['rejected_file']}")
