"""The messages of the steps: shipped texts, a programme's own, a letter made for many at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format, time_format
from django.utils.html import escape
from django.utils.translation import override

from solmu.installation.demo import is_demo
from solmu.lib.translated import text_in
from solmu.training.autopilot.models import Step
from solmu.training.models import Cohort

_PLACE = re.compile(r"\{(\w+)\}")
# What is the person's own is filled in last: the rest of a letter is made once for all.
PERSONAL_VALUES = ("name", "last_day", "done", "link")
_OPEN, _SHUT = "\ue000", "\ue001"
VALUES = ("name", "programme", "institution", "start", "time", "meeting", "last_day", "contact",
          "done", "pages", "recording")  # fmt: skip
LANGUAGES = ("fi", "sv", "en")


@cache
def shipped() -> dict[str, dict[str, dict[str, str]]]:
    """The texts that come with Solmu, by step and language."""
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text())


@dataclass(frozen=True, slots=True)
class Text:
    """A subject, a body and the button's word, with places for values in braces."""

    subject: str
    body: str
    verb: str


def text_of(kind: str, language: str, step: Step | None = None) -> Text:
    """The text of a step in a language: the programme's own, else the shipped one."""
    language = language if language in LANGUAGES else "fi"
    given = shipped()[kind][language]
    subject = getattr(step, f"subject_{language}") if step else ""
    body = getattr(step, f"body_{language}") if step else ""
    return Text(subject or given["subject"], (body or given["body"]).strip(), given["verb"])


def unknown_places(text: str) -> list[str]:
    """Names in braces that mean nothing here."""
    return sorted({name for name in _PLACE.findall(text) if name not in VALUES})


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in their places; a name that is not known stays as it is written."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def paragraphs(body: str, values: Mapping[str, str]) -> list[str]:
    """The paragraphs with their values; one that needs a value that is empty is left out."""
    found = []
    for part in re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip()):
        if all(values.get(name, "-") for name in _PLACE.findall(part)):
            found.append(fill(part, values))
    return found


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a letter says of the opening meeting; None where there is none any more."""

    starts: Any
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to all in a cohort who read a language; what is each person's own has its place."""

    subject: str
    text: str
    html: str
    language: str

    def to(self, values: Mapping[str, str]) -> tuple[str, str, str]:
        """Subject, text and HTML for one person."""
        subject, text, html = self.subject, self.text, self.html
        for name in PERSONAL_VALUES:
            mark, value = f"{_OPEN}{name}{_SHUT}", values.get(name, "")
            subject, text = subject.replace(mark, value), text.replace(mark, value)
            html = html.replace(mark, str(escape(value)))
        return subject, text, html


def letter(
    kind: str, cohort: Cohort, language: str, *, step: Step | None, meeting: Meeting, pages: int = 0
) -> Letter:
    """Make the letter of a step for a cohort (loaded with programme and institution)."""
    language = language if language in LANGUAGES else "fi"
    programme = cohort.programme
    text = text_of(kind, language, step)
    with override(language):
        values = {
            "programme": text_in(programme, "name", language),
            "institution": text_in(programme.institution.organisation, "name", language),
            "start": date_format(cohort.starts_on, "DATE_FORMAT"),
            "time": time_format(meeting.starts, "TIME_FORMAT") if meeting.starts else "",
            "meeting": meeting.url,
            "contact": programme.contact_email,
            "pages": str(pages) if pages else "",
            "recording": cohort.recording_url or programme.recording_url,
            **{name: f"{_OPEN}{name}{_SHUT}" for name in PERSONAL_VALUES},
        }
        if not pages:
            values["done"] = ""
        context = {
            "paragraphs": paragraphs(text.body, values),
            "verb": text.verb,
            "link": values["link"] if text.verb else "",
            "address": settings.SOLMU_ADDRESS,
            "demo": is_demo(),
        }
        return Letter(
            fill(text.subject, values),
            render_to_string("autopilot/email/step/body.txt", context),
            render_to_string("autopilot/email/step/body.html", context),
            language,
        )


def plain(subject: str, body: str, language: str) -> Letter:
    """A message that a person of the staff writes, in the frame of the receiver's language."""
    own = {"name": f"{_OPEN}name{_SHUT}"}
    with override(language if language in LANGUAGES else "fi"):
        context = {
            "paragraphs": paragraphs(body, own),
            "link": "",
            "address": settings.SOLMU_ADDRESS,
            "demo": is_demo(),
        }
        return Letter(
            fill(subject, own),
            render_to_string("autopilot/email/step/body.txt", context),
            render_to_string("autopilot/email/step/body.html", context),
            language,
        )
