"""`solmu import organisations FILE`: a spreadsheet of partners on the command line."""

import argparse
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils import translation

from solmu.imports.models import Line
from solmu.imports.reading import MAX_BYTES, ReadingError
from solmu.organisations.models import Institution
from solmu.partnerships.importing import batches as importing
from solmu.partnerships.importing.planning import Plan
from solmu.people.viewer import Viewer


def main(argv: list[str]) -> int:
    """Run the command; 0 also when rows were rejected."""
    arguments = _parser().parse_args(argv)
    institution = Institution.objects.at(arguments.institution).first()
    if institution is None:
        slugs = ", ".join(
            Institution.objects.values_list("organisation__slug", flat=True).order_by(
                "organisation__slug"
            )
        )
        return _failed(
            f"There is no institution “{arguments.institution}”. There are: {slugs or 'none'}."
        )
    file: Path = arguments.file
    with translation.override(arguments.language):
        try:
            if file.stat().st_size > MAX_BYTES:
                return _failed(f"{file} is larger than {MAX_BYTES // 1024 // 1024} megabytes.")
            _batch, plan, table = importing.import_at_once(
                file.read_bytes(),
                file.name,
                institution_id=institution.pk,
                by=_importer(file.name, institution.pk),
                dry_run=arguments.dry_run,
            )
        except (OSError, ReadingError) as error:
            return _failed(f"{file}: {error}")
        written = _write_rejected(file, table.headings, plan)
    summary = _summary(plan, written, arguments.dry_run)
    summary["skipped_sheets"] = [name for name, _why in table.skipped_sheets]
    if arguments.json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        _print(summary, plan)
    return 0


def _importer(file_name: str, institution_id: int) -> Viewer:
    """Solmu at work for the institution: others aren't told of it in the history."""
    return replace(Viewer.system(f"solmu import {file_name}"), institution_id=institution_id)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="solmu import", description="Read an institution's partners from CSV, XLSX or ODS."
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    organisations = kinds.add_parser(
        "organisations", help="organisations and the institution's partnerships"
    )
    organisations.add_argument("file", type=Path)
    organisations.add_argument("--institution", required=True, metavar="SLUG")
    organisations.add_argument(
        "--dry-run", action="store_true", help="show what would happen; write nothing"
    )
    organisations.add_argument("--json", action="store_true", help="print one JSON object")
    organisations.add_argument(
        "--language", choices=("fi", "sv", "en"), default="fi", help="of reasons and notes"
    )
    return parser


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _write_rejected(file: Path, headings: list[str], plan: Plan) -> str | None:
    rejected = [line for line in plan.lines if line.action == Line.Action.REJECTED]
    if not rejected:
        return None
    target = file.with_name(f"{file.name}.rejected.xlsx")
    rows = ([*json.loads(line.cells), " ".join(line.reasons)] for line in rejected)
    with importing.rejected_file(headings, rows) as content, target.open("wb") as out:
        shutil.copyfileobj(content, out)
    return str(target)


def _summary(plan: Plan, rejected_file: str | None, dry_run: bool) -> dict[str, Any]:
    names = {line.number: line.facts["name"] for line in plan.lines if line.candidates}
    return {
        **plan.counts,
        "rejected_file": rejected_file,
        "dry_run": dry_run,
        "seconds": {step: round(seconds, 3) for step, seconds in plan.seconds.items()},
        "unmapped_values": [
            {"field": field, "value": value, "rows": rows}
            for (field, value), rows in plan.unknown.most_common()
        ],
        "possible_duplicates": [
            {
                "row": line.row,
                "sheet": line.sheet,
                "name": names[line.number],
                "like": line.candidates,
            }
            for line in plan.lines
            if line.candidates
        ],
    }


def _print(summary: dict[str, Any], plan: Plan) -> None:
    if summary["dry_run"]:
        print("Nothing was written: this shows what would happen.")
    for key in ("rows", "created", "updated", "unchanged", "rejected"):
        print(f"{key:>10}  {summary[key]}")
    if count := summary["conflicts"]:
        print(f"\n{count} rows differ from what a person has written here; that stands:")
        for line in plan.lines:
            for both in line.conflicts:
                values = f"file {both['file']!r}, here {both['here']!r}"
                print(f"  row {line.row} {line.facts['name']}: {both['field']}: {values}")
    if count := summary["unmapped"]:
        print(f"\n{count} cells have a value that nobody has mapped; they are kept as they are:")
        for entry in summary["unmapped_values"][:20]:
            print(f"  {entry['field']}: {entry['value']} ({entry['rows']})")
    if found := summary["possible_duplicates"]:
        print(f"\n{len(found)} new organisations may be in the directory already:")
        for entry in found[:20]:
            print(f"  row {entry['row']} {entry['name']}: {entry['like'][0].get('name')}")
    if summary["rejected_file"]:
        print(f"\nRejected rows, each with its reason: {summary['rejected_file']}")
