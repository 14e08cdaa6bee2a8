"""Names of organisations compared: the same name in another spelling, and merely similar ones."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz, process

LEGAL_FORMS = frozenset((
    "oy", "ab", "oyj", "abp", "ky", "kb", "tmi", "fma", "ay", "ob", "ry", "rf", "rp", "osk",
    "anl", "andelslag", "osuuskunta", "oyab", "osakeyhtio", "aktiebolag", "kommandiittiyhtio",
    "toiminimi", "kuntayhtyma", "kky", "samkommun", "liikelaitos", "saatio", "sr", "stiftelse",
    "hb", "ek", "for", "gmbh", "mbh", "ag", "kg", "ug", "ev", "ou", "as", "tu", "fie", "mtu",
    "sa", "uab", "sia", "asa", "aps", "ans", "bv", "nv", "vof", "ltd", "limited", "plc", "llc",
    "llp", "inc", "corp", "co", "company", "sarl", "sas", "sasu", "spa", "srl", "sl", "slu", "sp",
    "z", "oo", "zoo", "se", "kft", "zrt", "oyc",
))  # fmt: skip
JOINING_WORDS = frozenset(["ja", "och", "and", "und", "et"])
SIMILAR = 0.86
COMMON_AFTER = 60

_letters = str.maketrans(
    {
        **dict(zip("äåàáâãāÄÅ", "aaaaaaaaa", strict=True)),
        **dict(zip("öõòóôøōÖ", "oooooooo", strict=True)),
        **dict(zip("üùúûūéèêëēėíìîïīčćçšśžźżñńł", "uuuuueeeeeeiiiiicccsszzznnl", strict=True)),
        "ß": "ss",
        "æ": "ae",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        ".": "",
        "'": "",
        "’": "",
        "´": "",
        "`": "",
    }
)
_words = re.compile(r"[^\W_]+")
_without_vowels = str.maketrans("", "", "aeiouy")
_doubles = re.compile(r"(.)\1+")


def folded(text: str) -> str:
    """Return the text in small letters without marks on them: what a person compares by eye."""
    text = text.lower()
    if not text.isascii():  # the usual ones first: translating sign by sign is slow
        text = text.replace("ä", "a").replace("ö", "o").replace("å", "a")
    if text.isascii() and not ("." in text or "'" in text or "`" in text):
        return text
    text = text.translate(_letters)
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def key(name: str) -> str:
    """Return the name's key: folded words without legal form; equal keys are one name."""
    words = [word for word in _words.findall(folded(name)) if word not in JOINING_WORDS]
    first, last = 0, len(words)
    while last > first and words[last - 1] in LEGAL_FORMS:
        last -= 1
    while first < last and words[first] in LEGAL_FORMS:
        first += 1
    return " ".join(words[first:last] or words)


def has_legal_form(name: str) -> bool:
    """Tell whether the name says what kind of legal person it is ("Kone Oy")."""
    words = _words.findall(folded(name))
    return len(words) > 1 and (words[-1] in LEGAL_FORMS or words[0] in LEGAL_FORMS)


def similarity(one: str, other: str) -> float:
    """Tell from 0 to 1 how alike two names are, legal form left out."""
    return _likeness(key(one), key(other))


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if one.replace(" ", "") == other.replace(" ", ""):
        return 0.98
    score = max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)) / 100
    if score < SIMILAR - 0.15:
        return score
    ours, theirs = one.split(), other.split()
    lonely = _without_partner(ours, theirs) + _without_partner(theirs, ours)
    return score * 0.85 ** len(lonely)


def _without_partner(words: list[str], others: list[str]) -> list[str]:
    """Return the words that nothing in the other name resembles; a number must be the same."""
    lonely = []
    for word in words:
        if word in others:
            continue
        if any(sign.isdigit() for sign in word):
            lonely += [word, word]
        elif len(word) > 1 and max((fuzz.ratio(word, other) for other in others), default=0) < 72:
            lonely.append(word)
    return lonely


@dataclass(frozen=True, slots=True)
class Match[Id: Hashable]:
    """One that may be the same organisation, and how alike the names are."""

    id: Id
    score: float


class NameIndex[Id: Hashable]:
    """Names in memory, found by key, by rare words and by their consonants; built for 100,000s."""

    def __init__(self, entries: Iterable[tuple[Id, str, str]] = ()) -> None:
        self._ids: list[Id] = []
        self._keys: list[str] = []
        self._sorted: list[str] = []
        self._places: list[str] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_sign: dict[str, list[int]] = defaultdict(list)
        for id_, name, place in entries:
            self.add(id_, name, place)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, id_: Id, name: str, place: str = "") -> None:
        """Add a name; the place may be anything that is written in one way."""
        self.add_key(id_, key(name), place)

    def add_key(self, id_: Id, name_key: str, place: str = "") -> None:
        """Add a name whose key is known already."""
        number = len(self._ids)
        self._ids.append(id_)
        self._keys.append(name_key)
        self._sorted.append(_in_order(name_key))
        self._places.append(place)
        self._by_key[name_key].append(number)
        for sign in _signs(name_key, place):
            self._by_sign[sign].append(number)

    def same(self, name_key: str) -> list[Id]:
        """Return those whose key is the same."""
        return [self._ids[number] for number in self._by_key.get(name_key, ())]

    def similar(self, name: str, place: str = "", *, limit: int = 3) -> list[Match[Id]]:
        """Return those whose name is the same or alike, the best first."""
        return self.similar_to_key(key(name), place, limit=limit)

    def similar_to_key(self, name_key: str, place: str = "", *, limit: int = 3) -> list[Match[Id]]:
        """Return those whose name is alike a name whose key is known already."""
        near = set(self._by_key.get(name_key, ())[:COMMON_AFTER])
        for sign in _signs(name_key, place):
            found = self._by_sign.get(sign)
            if found and len(found) <= COMMON_AFTER:
                near.update(found)
        if not near:
            return []
        texts = {number: self._sorted[number] for number in near}
        best = process.extract(
            _in_order(name_key), texts, scorer=fuzz.ratio, score_cutoff=70, limit=limit * 3
        )
        numbers = {number for _text, _score, number in best}
        compact = name_key.replace(" ", "")
        for number in self._by_sign.get(_whole(compact), ())[:COMMON_AFTER]:
            if self._keys[number].replace(" ", "") == compact:
                numbers.add(number)
        matches = [
            Match(self._ids[number], self._score(name_key, place, number)) for number in numbers
        ]
        alike = [match for match in matches if match.score >= SIMILAR]
        return sorted(alike, key=lambda match: -match.score)[:limit]

    def _score(self, name_key: str, place: str, number: int) -> float:
        score = _likeness(name_key, self._keys[number])
        there = self._places[number]
        if place and there and place != there:
            return score - 0.06
        return score


def _signs(name_key: str, place: str) -> set[str]:
    """Return what a typing error or another order of words rarely changes."""
    words = name_key.split()
    signs = {_skeleton(word) for word in words if len(word) > 2}
    compact = "".join(words)
    signs.add(_whole(compact))
    signs.add("<" + compact[:6])
    signs.add(">" + compact[-6:])
    if place:
        signs.add(f"{place}<{compact[:3]}")
    if len(words) > 2:
        signs.update(f"{one}+{other}" for one, other in pairwise(words))
    return signs


def _whole(compact: str) -> str:
    return "=" + _skeleton(compact)


def _in_order(name_key: str) -> str:
    """Return the key with its words in one order, whichever they were written in."""
    words = name_key.split()
    return name_key if len(words) < 2 else " ".join(sorted(words))


@lru_cache(maxsize=100_000)
def _skeleton(word: str) -> str:
    return word[0] + _doubles.sub(r"\1", word[1:].translate(_without_vowels))
