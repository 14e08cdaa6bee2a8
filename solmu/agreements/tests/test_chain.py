"""The signing record: any change is found, at its line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from solmu.agreements.signing import chain

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def record(lines: int = 4) -> list[chain.Line]:
    found: list[chain.Line] = []
    for number in range(lines):
        last = found[-1] if found else None
        facts = {"who": f"Ä {number}"}
        found.append(chain.next_line(last, "signed", AT + timedelta(minutes=number), facts))
    return found


def test_whole_record_holds():
    assert chain.broken_at(record()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {"who": "somebody else"}},
        {"at": "2026-11-25T12:02:00.000001+00:00"},
        {"kind": "declined"},
        {"previous": "1" * 64},
        {"digest": "1" * 64},
        {"number": 7},
    ],
)
def test_changing_any_part_is_found_at_its_line(change):
    lines = record()
    lines[2] = replace(lines[2], **change)
    assert chain.broken_at(lines) == 3


def test_removed_line_is_found():
    lines = record()
    del lines[1]
    assert chain.broken_at(lines) == 2


def test_line_rewritten_with_its_own_digest_breaks_the_next():
    lines = record()
    lines[1] = chain.next_line(lines[0], "signed", AT, {"who": "somebody else"})
    assert chain.broken_at(lines) == 3
