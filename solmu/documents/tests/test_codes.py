"""Codes that a phone reads."""

import re

import pytest
import zxingcpp

from solmu.documents import codes

SCALE = 4


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/verify/ABCD-EFGH-JKLM-NPQR/",
        "https://kumppanuus.pohjoinen-yhteistyo.example.fi/verify/2345-6789-WXYZ-ABCD/",
    ],
)
def test_code_leads_to_its_address(address: str) -> None:
    drawn = codes.qr(address)
    size = int(re.search(r'width="(\d+)"', drawn)[1])
    picture = bytearray(b"\xff" * (size * SCALE) ** 2)
    for x, y, long in re.findall(r"M(\d+) (\d+)h(\d+)", drawn):
        left, top, wide = (int(x) + 1) * SCALE, (int(y) + 1) * SCALE, int(long) * SCALE
        for row in range(top, top + SCALE):
            start = row * size * SCALE + left
            picture[start : start + wide] = bytes(wide)
    image = memoryview(picture).cast("B", (size * SCALE, size * SCALE))
    assert zxingcpp.read_barcode(image).text == address
