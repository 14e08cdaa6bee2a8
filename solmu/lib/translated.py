"""Content in three languages: fields name_fi, name_sv, name_en read as one."""

from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

LANGUAGES = ("fi", "sv", "en")


class Translated:
    """Read-only: the text in the reader's language, else in the first language that has one."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return text_in(instance, self.name, get_language() or "fi")


def text_in(instance: Any, name: str, language: str) -> str:
    """Return the record's text in a language, falling back in the order fi, sv, en."""
    for code in (language[:2], *LANGUAGES):
        if text := getattr(instance, f"{name}_{code}", ""):
            return text
    return ""


def column(name: str, language: str) -> Coalesce:
    """The text in a language as an expression of a query, falling back in the same order."""
    codes = dict.fromkeys((language[:2], *LANGUAGES))
    return Coalesce(*(NullIf(f"{name}_{code}", Value("")) for code in codes), Value(""))
