"""What a file is, told from its bytes; a name or a browser's word is never trusted."""

import codecs
import zipfile
from pathlib import PurePosixPath
from typing import IO

HEAD = 8192
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_IN_ZIP = (
    ("word/", f"{_OFFICE}.wordprocessingml.document"),
    ("xl/", f"{_OFFICE}.spreadsheetml.sheet"),
    ("ppt/", f"{_OFFICE}.presentationml.presentation"),
)
# What a name promises: a file that is something else is refused.
_PROMISES: dict[str, tuple[str, ...]] = {
    ".pdf": ("application/pdf",),
    ".png": ("image/png",),
    ".jpg": ("image/jpeg",),
    ".jpeg": ("image/jpeg",),
    ".gif": ("image/gif",),
    ".webp": ("image/webp",),
    ".docx": (_IN_ZIP[0][1],),
    ".xlsx": (_IN_ZIP[1][1],),
    ".pptx": (_IN_ZIP[2][1],),
    ".odt": ("application/vnd.oasis.opendocument.text",),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet",),
    ".odp": ("application/vnd.oasis.opendocument.presentation",),
    ".doc": ("application/x-ole-storage", "application/rtf"),
    ".xls": ("application/x-ole-storage",),
    ".ppt": ("application/x-ole-storage",),
    ".txt": (TEXT,),
    ".csv": (TEXT,),
    ".zip": ("application/zip",),
    ".mp4": ("video/mp4",),
}
# What a browser would run if it opened it: kept, and only ever handed out as bytes.
_ACTIVE = ("<html", "<!doctype", "<svg", "<script", "<?xml", "<body", "<iframe", "<!--")


def told(stream: IO[bytes]) -> str:
    """Return the media type that the bytes show; the stream is left at its beginning."""
    stream.seek(0)
    head = stream.read(HEAD)
    try:
        for mark, kind in _SIGNATURES:
            if head.startswith(mark):
                return kind
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return "image/webp"
        if head[4:8] == b"ftyp":
            return "video/mp4"
        if head.startswith(b"PK\x03\x04"):
            return _told_zip(stream)
        return _told_text(head)
    finally:
        stream.seek(0)


def is_program(stream: IO[bytes]) -> bool:
    """Tell whether the bytes are something that a computer runs."""
    stream.seek(0)
    head = stream.read(8)
    stream.seek(0)
    return head.startswith(_PROGRAMS)


def breaks_promise(name: str, kind: str) -> bool:
    """Tell whether the name's ending promises something else than what the file is."""
    promised = _PROMISES.get(PurePosixPath(name).suffix.lower())
    return promised is not None and kind not in promised


def _told_zip(stream: IO[bytes]) -> str:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                kind = archive.read("mimetype").decode("ascii", "replace").strip()
                if kind.startswith("application/vnd.oasis.opendocument."):
                    return kind
            if "[Content_Types].xml" in names:
                for folder, kind in _IN_ZIP:
                    if any(name.startswith(folder) for name in names):
                        return kind
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return UNKNOWN
    return "application/zip"


def _told_text(head: bytes) -> str:
    for coding in ("utf-8-sig", "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1252"):
        try:
            # Not final: the last letter may be cut in two.
            text = codecs.getincrementaldecoder(coding)().decode(head)
        except UnicodeError:
            continue
        if any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in text):
            return UNKNOWN
        return UNKNOWN if text.lstrip().lower().startswith(_ACTIVE) else TEXT
    return UNKNOWN
