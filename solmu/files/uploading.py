"""How much one request may bring; more is refused before it is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

_AT_ONCE = 4  # times the largest file


class LimitHandler(FileUploadHandler):
    """Comes first of the upload handlers, and lets the others do the work."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Refuse a body that is too long."""
        if content_length > _AT_ONCE * settings.SOLMU_FILE_LIMIT:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
