"""The form field that takes files, for the forms of any room."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File as DjangoFile
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.files.storing import FileError, check

MOST = 20  # files at once


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


def _help() -> str:
    return _("Up to %(size)s each.") % {"size": filesizeformat(settings.SOLMU_FILE_LIMIT)}


class FilesField(forms.FileField):
    """Any number of files, each looked at; the value is a list of uploads for `storing.store`."""

    widget = _ManyFiles

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Files"))
        options.setdefault("help_text", lazy(_help, str)())
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> list[DjangoFile]:
        """Return the uploads; ValidationError names each that isn't taken."""
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if not sent:
            super().clean(None, initial)
            return []
        if len(sent) > MOST:
            raise ValidationError(_("At most %(n)s files at once.") % {"n": MOST})
        errors = []
        for upload in sent:
            try:
                check(upload)
            except FileError as error:
                errors.append(f"{upload.name}: {error}")
        if errors:
            raise ValidationError(errors)
        return list(sent)


class UploadForm(forms.Form):
    """Files to attach."""

    attached = FilesField()
