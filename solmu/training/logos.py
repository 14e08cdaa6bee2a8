"""A programme's logo: one picture, shown wherever the public and participants meet it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files import File as DjangoFile
from django.db import transaction
from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.files import storing
from solmu.files.holders import Holder
from solmu.files.models import File
from solmu.files.storing import FileError
from solmu.lib.compiled import compiled
from solmu.people.viewer import Viewer
from solmu.training.models import Programme

LOGO = "programme-logo"
KINDS = ("image/png", "image/jpeg", "image/webp")
MOST = 100 * 1024  # it is fetched with each page


def of(programme: Programme) -> File | None:
    """The logo, if there is one."""
    return next(iter(_present(programme=programme.pk)), None)


def ever(programme: Programme) -> list[File]:
    """All logos that it has had, the oldest first: what was issued under one keeps it."""
    return list(File.objects.of(LOGO, programme.pk))


def at(logos: list[File], moment: datetime) -> File | None:
    """Which of them stood at a moment."""
    stood = [
        one
        for one in logos
        if one.at <= moment and (one.removed_at is None or one.removed_at > moment)
    ]
    return stood[-1] if stood else None


def check(upload: DjangoFile) -> None:
    """FileError says why a file can't be a logo; a drawing could carry scripts and is none."""
    if storing.check(upload) not in KINDS:
        raise FileError(_("A logo is a picture: PNG, JPEG or WebP."))
    if (upload.size or 0) > MOST:
        raise FileError(
            _("The file is too big: at most %(limit)s.") % {"limit": filesizeformat(MOST)}
        )


@transaction.atomic
def put(programme: Programme, upload: DjangoFile, *, by: Viewer) -> File:
    """Give a programme a logo; the former one is taken off."""
    check(upload)
    remove(programme, by=by)
    return storing.store(upload, kind=LOGO, holder_id=programme.pk, by=by)


@transaction.atomic
def remove(programme: Programme, *, by: Viewer) -> None:
    """Take a programme's logo off."""
    Programme.objects.select_for_update().get(pk=programme.pk)
    for row in File.objects.present().of(LOGO, programme.pk):
        storing.remove(row, by=by)


@compiled
def _present(*, programme: int) -> QuerySet[File]:
    return File.objects.present().of(LOGO, programme)


def _ids(viewer: Any) -> Any:
    """A logo is made to be seen: by everybody."""
    return Programme.objects.values("pk")


def _url(pk: int) -> str:
    return reverse("training:settings", args=[Programme.objects.get(pk=pk).slug])


# It is changed on the programme's own page, where it is looked at, and not on that of files.
HOLDERS = {LOGO: Holder(_ids, lambda _viewer, _pk: False, _url)}
