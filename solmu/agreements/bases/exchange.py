"""A template as plain data: one form for JSON files, the API, and the templates Solmu ships."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.utils.text import slugify
from django.utils.translation import gettext as _
from pydantic import Field, ValidationError

from solmu.agreements.bases.rules import LONGEST_TEXT, MOST_CLAUSES, BaseError
from solmu.agreements.drafting import wording
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.lib.api_types import Input
from solmu.lib.translated import LANGUAGES

FORMAT = "solmu-agreement-template"
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Names(Input):
    """A name or a title in three languages."""

    fi: str = Field(default="", max_length=160)
    sv: str = Field(default="", max_length=160)
    en: str = Field(default="", max_length=160)


class Texts(Input):
    """A text in three languages."""

    fi: str = Field(default="", max_length=LONGEST_TEXT)
    sv: str = Field(default="", max_length=LONGEST_TEXT)
    en: str = Field(default="", max_length=LONGEST_TEXT)


class ClauseIn(Input):
    """A clause; `key` stays the same from version to version, and is made of the title if empty."""

    key: str = Field(default="", max_length=60)
    kind: Literal["text", "parties", "goals", "duties", "term"] = "text"
    title: Names = Names()
    text: Texts = Texts()
    optional: bool = False
    alternatives: str = Field(
        default="", max_length=60, description="Clauses that share it are choices"
    )
    note: str = Field(
        default="", max_length=4000, description="For the drafter; not in the agreement"
    )


class TemplateIn(Input):
    """A template with its clauses, in order."""

    format: Literal["solmu-agreement-template"] = "solmu-agreement-template"
    kind: Literal["work_life", "project", "network", "intent", "other"]
    name: Names
    about: Texts = Texts()
    clauses: list[ClauseIn] = Field(default_factory=list, max_length=MOST_CLAUSES)


def read(value: Any) -> TemplateIn:
    """A template of plain data; BaseError names the first thing that is wrong with it."""
    try:
        template = TemplateIn.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        raise BaseError(
            _("The file isn't a template as Solmu writes them: %(where)s: %(what)s")
            % {"where": ".".join(map(str, first["loc"])) or "–", "what": first["msg"]}
        ) from error
    check(template.clauses)
    if not any(names_of(template.name).values()):
        raise BaseError(_("Give the template a name in at least one language."), "name")
    return template


def read_json(content: bytes) -> TemplateIn:
    """A template of a JSON file."""
    try:
        # Strictness is about types, which JSON has.
        return read(TemplateIn.model_validate_json(content).model_dump())
    except (ValidationError, RecursionError) as error:
        where, what = "–", str(error).splitlines()[0]
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            where, what = ".".join(map(str, first["loc"])) or "–", first["msg"]
        raise BaseError(
            _("The file isn't a template as Solmu writes them: %(where)s: %(what)s")
            % {"where": where, "what": what}
        ) from error


def check(clauses: Iterable[ClauseIn]) -> None:
    """Refuse clauses without a title, keys used twice, and braces that are no variable."""
    keys: set[str] = set()
    for number, clause in enumerate(clauses, start=1):
        named = {"n": number, "title": _title(clause)}
        if not _title(clause):
            raise BaseError(_("Clause %(n)s has no title.") % named, "clauses")
        for key in filter(None, (clause.key, clause.alternatives)):
            if not _KEY.fullmatch(key):
                raise BaseError(
                    _("“%(key)s” can't be a key: use small letters, digits and hyphens.")
                    % {"key": key},
                    "clauses",
                )
        if clause.key and clause.key in keys:
            raise BaseError(
                _("Two clauses have the key “%(key)s”.") % {"key": clause.key}, "clauses"
            )
        keys.add(clause.key)
        for code in LANGUAGES:
            for text in (getattr(clause.title, code), getattr(clause.text, code)):
                refuse_mistakes(text, _title(clause))


def refuse_mistakes(text: str, title: str, field: str = "clauses") -> None:
    """Refuse braces that are no variable; the sentence shows them as they stand."""
    if wrong := wording.mistakes(text):
        raise BaseError(
            _("“%(title)s”: this is no variable: %(text)s. Variables look like {start}.")
            % {"title": title, "text": ", ".join(wrong[:5])},
            field,
        )


def fields_of(clause: ClauseIn) -> dict[str, Any]:
    """A clause as the fields of the model."""
    facts: dict[str, Any] = {
        "kind": clause.kind,
        "optional": clause.optional,
        "alternatives": clause.alternatives,
        "note": clause.note.strip(),
    }
    for code in LANGUAGES:
        facts[f"title_{code}"] = getattr(clause.title, code).strip()
        facts[f"text_{code}"] = tidy(getattr(clause.text, code))
    return facts


def keyed(clauses: Iterable[ClauseIn]) -> list[tuple[str, dict[str, Any]]]:
    """Each clause's key, made of its title where it has none, and its fields."""
    clauses = list(clauses)
    taken = {clause.key for clause in clauses if clause.key}
    found = []
    for clause in clauses:
        key = clause.key or free_key(_title(clause), taken)
        taken.add(key)
        found.append((key, fields_of(clause)))
    return found


def free_key(title: str, taken: Iterable[str]) -> str:
    """A key for a title that no other clause has."""
    taken = set(taken)
    stem = slugify(title)[:50].strip("-_").replace("_", "-") or "clause"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return key


def told(base: Base, version: BaseVersion | None, clauses: Iterable[BaseClause]) -> dict[str, Any]:
    """The template as plain data, such as `read` takes in."""
    return {
        "format": FORMAT,
        "kind": base.kind,
        "name": in_languages(base, "name"),
        "about": in_languages(base, "about"),
        "clauses": [clause_told(clause) for clause in clauses],
    }


def clause_told(clause: BaseClause) -> dict[str, Any]:
    """A clause as plain data."""
    return {
        "key": clause.key,
        "kind": clause.kind,
        "title": in_languages(clause, "title"),
        "text": in_languages(clause, "text"),
        "optional": clause.optional,
        "alternatives": clause.alternatives,
        "note": clause.note,
    }


def in_languages(record: Any, name: str) -> dict[str, str]:
    """A field's text in each language."""
    return {code: getattr(record, f"{name}_{code}") for code in LANGUAGES}


def names_of(names: Names | Texts) -> dict[str, str]:
    """The texts by language, without spaces around them."""
    return {code: getattr(names, code).strip() for code in LANGUAGES}


def flat(values: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """{"name": {"fi": …}} as {"name_fi": …}."""
    return {
        f"{name}_{code}": text for name, texts in values.items() for code, text in texts.items()
    }


def tidy(text: str) -> str:
    """A text with its lines ending alike, and nothing after the last."""
    return re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _title(clause: ClauseIn) -> str:
    return next((text for text in names_of(clause.title).values() if text), "")
