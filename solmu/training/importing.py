"""`solmu import enrolments FILE`: applications from another system's file, again and again."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from solmu.imports import guessing, reading
from solmu.imports.reading import MAX_BYTES, ReadingError
from solmu.lib import sheets_out
from solmu.people.viewer import Viewer
from solmu.training import applicants, enrolling, recognising, states
from solmu.training.applicants import ApplicantRow
from solmu.training.enrolling import OWN_FACTS, PERSON_FACTS, Application
from solmu.training.models import Cohort, Enrolment, Programme

SOURCE = "file"
_AT_ONCE = 500


@dataclass(slots=True)
class Outcome:
    """What became of a file's rows."""

    counts: Counter[str] = field(default_factory=Counter)
    rejected: list[ApplicantRow] = field(default_factory=list)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    headings: list[str] = field(default_factory=list)

    @property
    def summary(self) -> dict[str, Any]:
        """The counts, in the order in which they are told."""
        names = ("created", "updated", "unchanged", "rejected")
        return {
            "rows": sum(self.counts[name] for name in names),
            **{name: self.counts[name] for name in names},
            "unmapped": self.unmapped.total(),
        }


class _DryRun(Exception):  # noqa: N818 - no error: it takes everything back
    pass


def bring_in(
    content: bytes, *, programme: Programme | None, by: Viewer, dry_run: bool = False
) -> Outcome:
    """Write a file's applications: new ones, changed ones; whoever is there already stays one."""
    table = guessing.lay_out(reading.read_bytes(content), applicants.COLUMNS)
    mapped = guessing.guess(table, applicants.COLUMNS)
    columns = {
        each.key: found[0].index for each in applicants.COLUMNS if (found := mapped.of(each.key))
    }
    outcome = Outcome(headings=table.headings)
    rows = [applicants.of_row(row, columns) for row in table.rows]
    seen: set[tuple[int, str]] = set()
    try:
        with transaction.atomic():
            for start in range(0, len(rows), _AT_ONCE):
                for row in rows[start : start + _AT_ONCE]:
                    _bring_row(row, programme, outcome, seen, by)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return outcome


def _bring_row(
    row: ApplicantRow,
    programme: Programme | None,
    outcome: Outcome,
    seen: set[tuple[int, str]],
    by: Viewer,
) -> None:
    outcome.unmapped.update(row.unknown)
    target = _programme(row, programme)
    if target is None and not row.reason:
        row.reason = _("Which training? Name it in the row, or with --programme.")
    if row.application is None or target is None or row.reason:
        outcome.counts["rejected"] += 1
        outcome.rejected.append(row)
        return
    one = row.application
    one.source = SOURCE
    mark = (target.pk, one.email.lower())
    known = _known(target, one)
    if mark in seen and known:
        outcome.counts["unchanged"] += 1
        return
    seen.add(mark)
    if known:
        changed = _update(known, one, by)
        outcome.counts["updated" if changed else "unchanged"] += 1
        return
    if row.starts_on:
        cohort = Cohort.objects.filter(programme=target, starts_on=row.starts_on).first()
        if cohort is None:
            row.reason = _("There is no start on that day.")
        else:
            one.cohort_id = cohort.pk
    if not row.reason:
        try:
            with transaction.atomic():
                enrolment, _new = enrolling.apply(target, one, by=by, confirmed=True, tell=False)
        except enrolling.EnrolError as error:
            row.reason = str(error)
    if row.reason:
        outcome.counts["rejected"] += 1
        outcome.rejected.append(row)
        return
    if row.unknown:
        enrolment.note = "\n".join(f"{key}: {word}" for key, word in row.unknown)
        enrolment.save(update_fields=["note"])
    outcome.counts["created"] += 1


def _programme(row: ApplicantRow, programme: Programme | None) -> Programme | None:
    if programme or not row.programme:
        return programme
    word = row.programme.strip()
    named = Programme.objects.all()
    return named.filter(slug=word).first() or named.filter(name_fi__iexact=word).first()


def _known(programme: Programme, one: Application) -> Enrolment | None:
    if one.source_key:
        same = Enrolment.objects.filter(
            programme=programme, source=SOURCE, source_key=one.source_key
        ).select_related("person", "programme", "cohort")
        if found := same.first():
            return found
    by_email = recognising.by_email(programme, one.email)
    return by_email or recognising.by_key(programme, one.name, one.phone)


def _update(known: Enrolment, one: Application, by: Viewer) -> bool:
    """What the file says otherwise is changed; what it leaves empty stays."""
    facts: dict[str, Any] = {}
    for name in (*PERSON_FACTS, *OWN_FACTS):
        new = getattr(one, name)
        held = getattr(known.person if name in PERSON_FACTS else known, name)
        if new and new != held and not _same(name, new, held):
            facts[name] = new
    if known.state in states.FINAL or not facts:
        return False
    enrolling.correct(known, facts, by=by)
    return True


def _same(name: str, new: Any, held: Any) -> bool:
    if name == "phone":
        return recognising.phone_digits(new) == recognising.phone_digits(held)
    if name in ("given_name", "family_name"):
        return recognising.name_words(new) == recognising.name_words(held)
    return name == "language"


def main(argv: list[str]) -> int:
    """Run the command; 0 also when rows were rejected."""
    parser = argparse.ArgumentParser(
        prog="solmu import enrolments",
        description="Read applications to a training from CSV, XLSX or ODS.",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--programme", metavar="SLUG", help="which training; not needed where there is only one"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would happen; write nothing"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--language", choices=("fi", "sv", "en"), default="fi", help="of reasons")
    given = parser.parse_args(argv)
    programmes = Programme.objects.order_by("slug")
    if given.programme:
        programme = programmes.filter(slug=given.programme).first()
        if programme is None:
            slugs = ", ".join(programmes.values_list("slug", flat=True))
            return _failed(f"There is no training “{given.programme}”. There are: {slugs}.")
    else:
        programme = programmes.get() if programmes.count() == 1 else None
    file: Path = given.file
    with translation.override(given.language):
        try:
            if file.stat().st_size > MAX_BYTES:
                return _failed(f"{file} is larger than {MAX_BYTES // 1024 // 1024} megabytes.")
            outcome = bring_in(
                file.read_bytes(),
                programme=programme,
                by=Viewer.system(f"solmu import {file.name}"),
                dry_run=given.dry_run,
            )
        except (OSError, ReadingError) as error:
            return _failed(f"{file}: {error}")
        summary = {
            **outcome.summary,
            "rejected_file": write_rejected(file, outcome),
            "dry_run": given.dry_run,
            "unmapped_values": [
                {"field": key, "value": value, "rows": rows}
                for (key, value), rows in outcome.unmapped.most_common()
            ],
        }
    print(json.dumps(summary, ensure_ascii=False) if given.json else _words(summary))
    return 0


def write_rejected(file: Path, outcome: Outcome) -> str | None:
    if not outcome.rejected:
        return None
    target = file.with_name(f"{file.name}.rejected.xlsx")
    width = len(outcome.headings)
    rows = (
        [*row.cells[:width], *[""] * (width - len(row.cells)), row.reason]
        for row in outcome.rejected
    )
    with (
        sheets_out.xlsx_file(
            [*outcome.headings, _("Reason")], rows, title=_("Rejected rows")
        ) as content,
        target.open("wb") as out,
    ):
        shutil.copyfileobj(content, out)
    return str(target)


def _words(summary: dict[str, Any]) -> str:
    lines = ["Nothing was written: this shows what would happen."] if summary["dry_run"] else []
    names = ("rows", "created", "updated", "unchanged", "rejected")
    lines += [f"{name:>10}  {summary[name]}" for name in names]
    if summary["unmapped"]:
        lines.append(f"\n{summary['unmapped']} cells have a value that means nothing here:")
        lines += [
            f"  {one['field']}: {one['value']} ({one['rows']})"
            for one in summary["unmapped_values"][:20]
        ]
    if summary["rejected_file"]:
        lines.append(f"\nRejected rows, each with its reason: {summary['rejected_file']}")
    return "\n".join(lines)


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
