"""Finding records: what the viewer may see, the best match first."""

import re
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.functions import Length

from solmu.lib.composed import composed
from solmu.people.viewer import Viewer
from solmu.search.models import PERSON, Entry

_WORD = re.compile(r"\w[\w'’&.-]*", re.UNICODE)
_CANDIDATES = 200  # ranked at most; a page shows far fewer


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found."""

    kind: str
    record_id: int
    title: str
    url: str
    excerpt: str


def find(viewer: Viewer, text: str, *, limit: int = 20, kind: str = "") -> list[Hit]:
    """Return visible records with words that begin like each of the text's, or titled so.

    People are found by the beginnings of their names alone.
    """
    words = _WORD.findall(text.lower())[:8]
    if not words:
        return []
    query = SearchQuery(
        " & ".join(f"'{word.replace(chr(39), '')}':*" for word in words),
        search_type="raw",
        config="simple",
    )
    kinds = [kind] if kind else list(composed("SEARCH_KINDS"))  # a module that is off has none
    entries = Entry.objects.visible_to(viewer).filter(kind__in=kinds)
    titled = ~Q(kind=PERSON) & Q(title__icontains=text.strip())
    matched = entries.filter(Q(words=query) | titled)
    candidates = matched.order_by().values("pk")[:_CANDIDATES]
    ranked = (
        Entry.objects.filter(pk__in=candidates)
        .annotate(
            # One's own partner before the directory's entry of the same name.
            rank=SearchRank(F("words"), query)
            * Case(When(institution_id=None, then=Value(1.0)), default=Value(1.5))
            / (Length("title") + Value(20.0, FloatField()))
        )
        .order_by("-rank", "title", "pk")[:limit]
    )
    return [Hit(e.kind, e.record_id, e.title, e.url, _excerpt(e.text, words[0])) for e in ranked]


def _excerpt(text: str, word: str, width: int = 160) -> str:
    at = max(text.lower().find(word) - 40, 0)
    piece = " ".join(text[at : at + width].split())
    return ("… " if at else "") + piece + (" …" if at + width < len(text) else "")
