"""Files for tests."""

from django.core.files.uploadedfile import SimpleUploadedFile

from solmu.files import storing
from solmu.files.models import File


class Nobody:
    """Who uploads in tests: nobody that is known."""

    user_id = None
    is_admin = False


PDF = b"%PDF-1.7\n1 0 obj\n"


def make_upload(name: str = "tarjous.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, "text/html")


def make_file(kind: str = "thing", holder_id: int = 1, name: str = "tarjous.pdf") -> File:
    """A stored file."""
    return storing.store(make_upload(name), kind=kind, holder_id=holder_id, by=Nobody())
