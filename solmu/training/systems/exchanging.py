"""Applications from the student management system, read again and again, and changed results."""

from __future__ import annotations

import csv
import io
import logging
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.imports.reading import ReadingError
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.http import ServiceError
from solmu.lib.kept_secrets import LostSecretError
from solmu.people.viewer import Viewer
from solmu.training import importing
from solmu.training.systems import doing, studenta, working
from solmu.training.systems.models import System, Work

logger = logging.getLogger(__name__)

BY = gettext_noop("told by the institution's own system")
# A file that was touched just now may still be being written.
STILL = timedelta(seconds=30)
# Applications that came while the last ones were read are asked for once more.
OVERLAP = timedelta(hours=1)
# So long after a start has ended its results are looked at for changes.
CHANGES = timedelta(days=120)


@tasks.periodic("*/10 * * * *", "training.exchange")
def exchange() -> None:
    """Read what waits in all student management systems."""
    found = System.objects.filter(on=True, kind__in=READERS)
    for system in found.select_related("programme__institution"):
        read(system)
        send_changes(system)


def send_changes(system: System) -> int:
    """Have results sent anew that are others now: more time was given, a certificate came later."""
    sent = system.works.filter(
        action=Work.Action.SEND,
        state=Work.State.DONE,
        cohort__access_until__gte=clock.today() - CHANGES,
    )
    changed = [
        work.pk
        for work in sent.select_related("cohort__programme")
        if work.cohort and doing.digest(doing.result_rows(work.cohort)) != work.external_id
    ]
    if changed:
        Work.objects.filter(pk__in=changed, state=Work.State.DONE).update(
            state=Work.State.WAITING, tries=0, next_at=clock.real_now(), problem=""
        )
        working.start(system)
    return len(changed)


def read(system: System) -> None:
    """Read a system's applications; what went wrong is kept with the system and shown."""
    began = clock.real_now()
    counts: Counter[str] = Counter()
    programme = system.programme
    try:
        with translation.override(programme.languages[0] if programme.languages else "fi"):
            READERS[system.kind](system, counts)
    except (ServiceError, LostSecretError) as error:
        system.problem = str(error) or _("The system's secret has to be given again.")
        logger.warning("system %s was not read: %s", system.pk, type(error).__name__)
    else:
        system.problem, system.read_at = "", began
    system.checked_at = began
    if counts:
        system.counts = dict(counts)
    system.save(update_fields=["problem", "read_at", "checked_at", "counts"])


def _files(system: System, counts: Counter[str]) -> None:
    for file in studenta.files_in(doing.folder_of(system)):
        if file.stat().st_mtime > (clock.real_now() - STILL).timestamp():
            continue
        try:
            outcome = importing.bring_in(
                file.read_bytes(), programme=system.programme, by=Viewer.system(BY)
            )
        except ReadingError as error:
            _refuse(file, str(error))
            counts["rejected"] += 1
            continue
        if not outcome.summary["rows"]:
            _refuse(file, _("There are no applications in the file."))
            counts["rejected"] += 1
            continue
        counts.update(outcome.summary)
        if outcome.rejected and (name := importing.write_rejected(file, outcome)):
            _beside(Path(name))
        studenta.put_away(file, day=f"{clock.today():%Y-%m-%d}")


def _interface(system: System, counts: Counter[str]) -> None:
    since = (system.read_at - OVERLAP).isoformat() if system.read_at else ""
    rows = list(studenta.applications(doing.interface_of(system), since))
    if not rows:
        return
    text = io.StringIO()
    headings = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, headings, delimiter=";", restval="")
    writer.writeheader()
    writer.writerows(rows)
    try:
        outcome = importing.bring_in(
            text.getvalue().encode("utf-8-sig"), programme=system.programme, by=Viewer.system(BY)
        )
    except ReadingError as error:
        raise ServiceError(str(error)) from error
    counts.update(outcome.summary)


def _refuse(file: Path, why: str) -> None:
    moved = _beside(file)
    moved.with_name(f"{moved.name}.txt").write_text(f"{why}\n", encoding="utf-8")


def _beside(file: Path) -> Path:
    folder = file.parent / studenta.REJECTED
    folder.mkdir(exist_ok=True)
    return Path(shutil.move(file, folder / file.name))


READERS: dict[str, Callable[[System, Counter[str]], None]] = {
    System.Kind.STUDENTA_FILES: _files,
    System.Kind.STUDENTA_API: _interface,
}
