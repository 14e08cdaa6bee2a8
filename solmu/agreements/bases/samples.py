"""Variables: which of them Solmu fills itself, what they mean, and sample values for a preview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from solmu.agreements.drafting import wording, words
from solmu.agreements.models import BaseClause
from solmu.lib.translated import LANGUAGES


@dataclass(frozen=True, slots=True)
class Known:
    """A variable that drafting fills, and a sample of it in each language."""

    name: str
    sample: tuple[str, str, str]

    @property
    def meaning(self) -> str:
        """What it stands for."""
        return words.label(self.name)


KNOWN = (
    Known("institution.name", ("Esimerkkilän ammattiopisto", "Exempelby yrkesinstitut",
                               "Exampleton Vocational College")),
    Known("institution.business_id", ("1234567-1",) * 3),
    Known("institution.called", ("Oppilaitos", "Läroanstalten", "the Institution")),
    Known("institution.contact", ("Maija Malli",) * 3),
    Known("partner.name", ("Kuutamo Oy", "Kuutamo Ab", "Kuutamo Ltd")),
    Known("partner.business_id", ("7654321-8",) * 3),
    Known("partner.called", ("Kumppani", "Partnern", "the Partner")),
    Known("partner.contact", ("Matti Esimerkki",) * 3),
    Known("party3.name", ("Kolmas osapuoli ry", "Tredje parten rf", "Third Party Association")),
    Known("network.name", ("Esimerkkiverkosto", "Exempelnätverket", "Example Network")),
    Known("title", ("Kumppanuussopimus", "Partnerskapsavtal", "Partnership agreement")),
    Known("today", ("2.3.2027", "2.3.2027", "2 March 2027")),
    Known("start", ("1.8.2027", "1.8.2027", "1 August 2027")),
    Known("end", ("31.7.2030", "31.7.2030", "31 July 2030")),
    Known("notice_months", ("6",) * 3),
)  # fmt: skip
# What Solmu's own templates ask the drafter for.
_ASKED = {
    "field": ("sosiaali- ja terveysala", "social- och hälsovårdsbranschen",
              "social and health care"),
    "region": ("Kanta-Häme", "Egentliga Tavastland", "Kanta-Häme"),
    "court": ("Kanta-Hämeen käräjäoikeus", "Egentliga Tavastlands tingsrätt",
              "the District Court of Kanta-Häme"),
    "project.name": ("Taidot talteen", "Kunnandet i tryggt förvar", "Keeping Skills"),
    "project.funder": ("Euroopan unioni", "Europeiska unionen", "the European Union"),
    "project.lead": ("Esimerkkilän ammattiopisto", "Exempelby yrkesinstitut",
                     "Exampleton Vocational College"),
}  # fmt: skip


def values(language: str) -> dict[str, str]:
    """Sample values in a language."""
    at = LANGUAGES.index(language)
    return {one.name: one.sample[at] for one in KNOWN} | {
        name: sample[at] for name, sample in _ASKED.items()
    }


def asked(clauses: Iterable[BaseClause]) -> list[str]:
    """The variables that Solmu doesn't fill: the drafter is asked for them in one form."""
    known = {one.name for one in KNOWN}
    texts = [
        getattr(clause, f"{part}_{code}")
        for clause in clauses
        for part in ("title", "text")
        for code in LANGUAGES
    ]
    return [
        name for name in wording.variables(texts) if name not in known and not _of_a_party(name)
    ]


def _of_a_party(name: str) -> bool:
    head, _dot, tail = name.partition(".")
    return (
        head.startswith("party")
        and head[5:].isdecimal()
        and tail in {"name", "business_id", "called", "contact"}
    )
