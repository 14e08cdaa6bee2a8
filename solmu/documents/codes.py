"""Codes in documents that a phone reads."""

import re

import zxingcpp

_DARK = re.compile(b"\x00+")


def qr(address: str) -> str:
    """An address as a QR code, in SVG: each row's dark modules as lines of one path."""
    code = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = code.to_image(scale=1, add_quiet_zones=False)
    modules, wide = bytes(memoryview(image)), image.shape[0]
    path = "".join(
        f"M{dark.start()} {y}h{len(dark[0])}"
        for y in range(wide)
        for dark in _DARK.finditer(modules[y * wide : y * wide + wide])
    )
    size = wide + 2  # a light border of one module
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
        f'<path transform="translate(1 1.5)" stroke="#000" d="{path}"/></svg>'
    )
