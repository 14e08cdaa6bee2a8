"""Reads the study material that comes with Solmu; `shipped/README.md` tells its form. Pure."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from solmu.lib.translated import LANGUAGES
from solmu.training.learning.texts import Text, TextError, parts_of

FOLDER = Path(__file__).parent / "shipped"
_PART = re.compile(r"part-(\d+)\.fi\.md")
_FACTS = re.compile(r"<!-- id: ([\w-]+)(?: minutes: (\d+))? -->")


class ShippedError(ValueError):
    """A file that can't be read, with its name and line."""


@dataclass(slots=True)
class Page:
    """A page in the languages that there are."""

    key: str
    minutes: int
    titles: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Part:
    """A part in the languages that there are."""

    number: int
    titles: dict[str, str]
    intros: dict[str, str]
    pages: list[Page]


@dataclass(slots=True)
class Source:
    """A law or page that the texts name."""

    key: str
    titles: dict[str, str]
    address: str
    checked: date | None
    notes: dict[str, str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Material:
    """All that a folder holds but the questions of the test."""

    name: str
    parts: list[Part]
    sources: list[Source]


@dataclass(slots=True)
class _Section:
    key: str
    title: str
    minutes: int | None
    body: str
    text: Text


@dataclass(slots=True)
class _File:
    title: str
    minutes: int
    intro: str
    sections: list[_Section]


def names() -> list[str]:
    """The folders that there are."""
    return sorted(one.name for one in FOLDER.iterdir() if (one / "part-1.fi.md").exists())


@cache
def material(name: str) -> Material:
    """Read a folder; ShippedError says what is wrong where."""
    folder = FOLDER / name
    numbers = sorted(
        int(found[1]) for path in folder.iterdir() if (found := _PART.fullmatch(path.name))
    )
    if not numbers:
        raise ShippedError(f"{folder} holds no part-1.fi.md")
    return Material(name, [_part(folder, number) for number in numbers], list(_sources(folder)))


def questions(name: str) -> list[dict[str, Any]]:
    """The bank of the test as it is written in the folder; empty without one."""
    path = FOLDER / name / "questions.toml"
    if not path.exists():
        return []
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = read.get("question", [])
    return found


def _part(folder: Path, number: int) -> Part:
    files = {
        code: _read(path)
        for code in LANGUAGES
        if (path := folder / f"part-{number}.{code}.md").exists()
    }
    finnish = files["fi"]
    shares = _shares(finnish)
    pages = [
        Page(one.key or f"p{number}-{at:02}", minutes)
        for at, (one, minutes) in enumerate(zip(finnish.sections, shares, strict=True), 1)
    ]
    for code, file in files.items():
        name = f"part-{number}.{code}.md"
        if len(file.sections) != len(pages):
            raise ShippedError(
                f"{name} has {len(file.sections)} pages, the Finnish part {len(pages)}"
            )
        for page, section, model in zip(pages, file.sections, finnish.sections, strict=True):
            if section.key != model.key:
                raise ShippedError(f"{name}, “{section.title}”: its id is not that of the Finnish")
            rights = [check.right for check in section.text.checks]
            if rights != [check.right for check in model.text.checks]:
                raise ShippedError(
                    f"{name}, “{section.title}”: its checks are not those of the Finnish page"
                )
            page.titles[code], page.bodies[code] = section.title, section.body
    return Part(
        number,
        {code: file.title for code, file in files.items()},
        {code: file.intro for code, file in files.items()},
        pages,
    )


def _shares(file: _File) -> list[int]:
    """Minutes of each page: as written, else the part's rest by length."""
    written = sum(one.minutes or 0 for one in file.sections)
    open_ones = [one for one in file.sections if one.minutes is None]
    length = sum(len(one.body) for one in open_ones) or 1
    rest = max(0, file.minutes - written)
    return [
        one.minutes if one.minutes is not None else max(1, round(rest * len(one.body) / length))
        for one in file.sections
    ]


def _read(path: Path) -> _File:
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0].strip() != "---" or "---" not in [one.strip() for one in lines[1:]]:
        raise ShippedError(f"{path.name}: no front matter")
    end = next(at for at, line in enumerate(lines[1:], 1) if line.strip() == "---")
    facts = {
        key.strip(): value.strip().strip('"')
        for key, colon, value in (line.partition(":") for line in lines[1:end])
        if colon
    }
    intro: list[str] = []
    sections: list[_Section] = []
    begun: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(lines[end + 1 :], end + 2):
        if line.startswith("## "):
            begun.append((line[3:].strip(), number, []))
        elif begun:
            begun[-1][2].append(line)
        else:
            intro.append(line)
    for heading, number, inside in begun:
        found = next((one for line in inside if (one := _FACTS.fullmatch(line.strip()))), None)
        # The line of facts stays empty, so that errors name the right line.
        body = "\n".join("" if _FACTS.fullmatch(one.strip()) else one for one in inside)
        try:
            text = parts_of(body)
        except TextError as error:
            raise ShippedError(f"{path.name}, line {number + error.line}: {error}") from error
        minutes = int(found[2]) if found and found[2] else None
        sections.append(_Section(found[1] if found else "", heading, minutes, body.strip(), text))
    try:
        of_part, title = int(facts["minutes"]), facts["title"]
    except (KeyError, ValueError) as error:
        raise ShippedError(f"{path.name}: the front matter needs title and minutes") from error
    return _File(title, of_part, "\n".join(intro).strip(), sections)


def _sources(folder: Path) -> Iterator[Source]:
    path = folder / "sources.toml"
    if not path.exists():
        return
    for one in tomllib.loads(path.read_text(encoding="utf-8")).get("source", []):
        yield Source(
            one["id"],
            dict(one["title"]),
            one["address"],
            one.get("checked") or None,
            dict(one.get("note", {})),
            one.get("used_in", []),
        )
