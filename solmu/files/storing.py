"""Keeping files: taken in piece by piece, looked at, put away by their hash, removed."""

import hashlib
import os
import re
import tempfile
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files import File as DjangoFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from solmu.files import kinds
from solmu.files.holders import Uploader
from solmu.files.models import File
from solmu.lib import clock

# Being written; a backup leaves them out.
HALF_MADE = "half-made"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_NAME = 150


class FileError(ValueError):
    """Why a file isn't taken, in words for the person who sent it."""


def check(upload: DjangoFile) -> str:
    """Return the media type of a file that may be kept; FileError says why one may not."""
    size = upload.size or 0
    if size == 0:
        raise FileError(_("The file is empty."))
    if size > settings.SOLMU_FILE_LIMIT:
        raise FileError(
            _("The file is too big: at most %(limit)s.")
            % {"limit": filesizeformat(settings.SOLMU_FILE_LIMIT)}
        )
    stream: Any = upload.file
    if kinds.is_program(stream):
        raise FileError(_("Programs are not taken in, only documents, pictures and the like."))
    kind = kinds.told(stream)
    if kinds.breaks_promise(upload.name or "", kind):
        ending = PurePosixPath(upload.name or "").suffix
        raise FileError(
            _("The name ends in %(ending)s, but the file is something else.") % {"ending": ending}
        )
    return kind


@transaction.atomic
def store(upload: DjangoFile, *, kind: str, holder_id: int, by: Uploader) -> File:
    """Keep a file as attached to a record; the caller has asked whether it may be."""
    content_type = check(upload)
    sha256, size = _put_away(upload)
    return File.objects.create(
        name=safe_name(upload.name or ""),
        size=size,
        content_type=content_type,
        sha256=sha256,
        holder_kind=kind,
        holder_id=holder_id,
        uploaded_by_id=by.user_id,
    )


@transaction.atomic
def remove(file: File, *, by: Uploader) -> None:
    """Take a file off its record; who removed it and when is kept, and so are the bytes."""
    row = File.objects.select_for_update().get(pk=file.pk)
    if row.removed_at is None:
        row.removed_at = clock.real_now()
        row.removed_by_id = by.user_id
        row.save(update_fields=["removed_at", "removed_by"])


@transaction.atomic
def bring_back(file: File, *, by: Uploader) -> None:
    """Undo a removal."""
    File.objects.filter(pk=file.pk).update(removed_at=None, removed_by=None)


def safe_name(name: str) -> str:
    """Return a name that no system takes for a path or a command."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = re.sub(r'[<>:"|?*]', "_", _UNPRINTABLE.sub("", name)).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:_LONGEST_NAME] or "file"
    return f"{stem[:_LONGEST_NAME] or 'file'}.{ending}"


def _put_away(upload: DjangoFile) -> tuple[str, int]:
    """Write the bytes to the folder of files, under their hash, and return hash and size."""
    root = Path(settings.MEDIA_ROOT)
    half_made = root / HALF_MADE
    half_made.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    descriptor, name = tempfile.mkstemp(dir=half_made)
    try:
        with os.fdopen(descriptor, "wb") as target:
            for chunk in upload.chunks():
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        sha256 = digest.hexdigest()
        place = root / sha256[:2] / sha256
        place.parent.mkdir(exist_ok=True, mode=0o700)
        # Whole or not at all, also when two send the same bytes at once.
        Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)
    return sha256, size
