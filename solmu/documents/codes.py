"""Codes in documents that a phone reads."""

import io

import segno


def qr(address: str) -> str:
    """An address as a QR code, in SVG.

    The pattern that is laid over the code is fixed: trying all eight for the best takes five times
    as long, and phones read any of them.
    """
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=3).save(
        picture, kind="svg", border=1, xmldecl=False
    )
    return picture.getvalue().decode()
