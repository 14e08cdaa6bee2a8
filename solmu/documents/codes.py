"""Codes in documents that a phone reads."""

import re

import segno

_DARK = re.compile(b"\x01+")


def qr(address: str) -> str:
    """An address as a QR code, in SVG: each row's dark modules as rectangles of one path.

    The pattern that is laid over the code is fixed: trying all eight for the best takes five times
    as long, and phones read any of them.
    """
    rows = segno.make(address, error="m", micro=False, mask=3).matrix
    size = len(rows) + 2  # a light border of one module
    path = "".join(
        f"M{dark.start() + 1} {y}h{len(dark[0])}v1h-{len(dark[0])}z"
        for y, row in enumerate(rows, start=1)
        for dark in _DARK.finditer(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
        f'<path d="{path}"/></svg>'
    )
