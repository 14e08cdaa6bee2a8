"""Applicants as rows: pasted lines, a workplace's spreadsheet, a student system's file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from solmu.imports import cleaning, guessing, previews
from solmu.imports.guessing import DataRow, Field
from solmu.lib.translated import LANGUAGES as ALL_LANGUAGES
from solmu.organisations import places
from solmu.organisations.fields import FIELDS
from solmu.organisations.models import Municipality
from solmu.training import recognising
from solmu.training.enrolling import Application, split_name

MOST = 300
COLUMNS = (
    Field(
        "key",
        gettext_lazy("Application number"),
        ("hakemus_id", "hakemus id", "hakemusnumero", "hakemus", "ansökan", "application id", "id"),
    ),
    Field(
        "name",
        gettext_lazy("Name"),
        ("nimi", "osallistuja", "hakija", "namn", "deltagare", "name", "participant"),
        looks=guessing.share(guessing.is_person),
    ),
    Field("family_name", gettext_lazy("Family name"),
          ("sukunimi", "efternamn", "family name", "last name", "surname")),
    Field("given_name", gettext_lazy("Given name"),
          ("etunimi", "etunimet", "kutsumanimi", "förnamn", "given name", "first name")),
    Field(
        "email",
        gettext_lazy("E-mail"),
        ("sähköposti", "sahkoposti", "e-post", "epost", "email", "e-mail"),
        looks=guessing.share(guessing.is_email),
    ),
    Field(
        "phone",
        gettext_lazy("Phone"),
        ("puhelin", "matkapuhelin", "puhelinnumero", "telefon", "phone", "mobile"),
        looks=guessing.share(guessing.is_phone),
    ),
    Field("workplace_name", gettext_lazy("Workplace"),
          ("työpaikka", "työnantaja", "tyonantaja", "arbetsplats", "arbetsgivare", "workplace",
           "employer", "yritys")),
    Field(
        "business_id",
        gettext_lazy("Business ID"),
        ("y-tunnus", "y_tunnus", "ytunnus", "fo-nummer", "business id"),
        looks=guessing.share(guessing.is_business_id),
    ),
    Field("municipality", gettext_lazy("Municipality"), ("kunta", "kommun", "municipality")),
    Field("field", gettext_lazy("Field"), ("ala", "toimiala", "bransch", "field")),
    Field("language", gettext_lazy("Language"),
          ("kieli", "opiskelukieli", "språk", "language")),
    Field("starts_on", gettext_lazy("Start"),
          ("aloitus", "aloituspäivä", "alkaa", "start", "startdag", "starts on")),
    Field("programme", gettext_lazy("Training"),
          ("koulutus", "koulutuksen nimi", "utbildning", "programme", "training")),
    Field("postal_address", gettext_lazy("Postal address"),
          ("postiosoite", "osoite", "lähiosoite", "postadress", "address", "postal address")),
)  # fmt: skip
LANGUAGES = {
    "fi": ("fi", "suomi", "finska", "finnish"),
    "sv": ("sv", "ruotsi", "svenska", "swedish"),
    "en": ("en", "englanti", "engelska", "english"),
}
_LANGUAGE = {word: code for code, words in LANGUAGES.items() for word in words}
_EMAIL = re.compile(r"[^\s,;<>()\[\]]+@[^\s,;<>()\[\]]+")
_PHONE = re.compile(r"(?:\+|\b0)[\d ()./–-]{5,}\d")
_FIELD_WORDS = {
    "education": ("kasvatus", "opetus", "varhaiskasvatus", "education"),
    "arts": ("taide", "kulttuuri", "humanistinen", "media", "arts"),
    "social": ("yhteiskunta", "nuoriso", "social"),
    "business": ("liiketoiminta", "kauppa", "hallinto", "business"),
    "natural_sciences": ("luonnontieteet", "luonto", "natural sciences"),
    "ict": ("tietojenkäsittely", "ict", "it", "tietoliikenne"),
    "engineering": ("tekniikka", "teollisuus", "rakennus", "metalli", "sähkö", "auto",
                    "engineering"),
    "agriculture": ("maatalous", "metsä", "puutarha", "hevostalous", "agriculture"),
    "health": ("terveys", "hyvinvointi", "sosiaali", "sosiaali- ja terveysala", "hoiva", "health"),
    "services": ("palvelut", "palvelu", "ravintola", "matkailu", "kiinteistö", "logistiikka",
                 "services"),
}  # fmt: skip


@dataclass(slots=True)
class ApplicantRow:
    """A row of a file or a pasted line: the application it makes, or why it makes none."""

    number: int
    text: str
    application: Application | None = None
    reason: str = ""
    programme: str = ""
    starts_on: date | None = None
    # Values that mean nothing here: kept with the enrolment as they are.
    unknown: list[tuple[str, str]] = field(default_factory=list)
    cells: list[Any] = field(default_factory=list)


def of_lines(text: str) -> list[ApplicantRow]:
    """Read pasted lines: whatever the order, the address and the number are told by their look."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            rows.append(_of_line(number, line))
    return rows


def _of_line(number: int, line: str) -> ApplicantRow:
    found = _EMAIL.search(line)
    rest = _EMAIL.sub(" ", line)
    phone = _PHONE.search(rest)
    rest = _PHONE.sub(" ", rest)
    parts = [" ".join(part.split()) for part in re.split(r"[;\t]", rest)]
    words = ", ".join(part.strip(" ,<>()-") for part in parts if part.strip(" ,<>()-"))
    # "Etunimi, Sukunimi" can't be told from "Sukunimi, Etunimi": the latter is the custom.
    given, family = split_name(words.replace(" ,", ","))
    return _checked(
        ApplicantRow(number, line.strip()[:200]),
        given_name=given,
        family_name=family,
        email=found.group() if found else "",
        phone=phone.group() if phone else "",
    )


def read(content: bytes, *, most: int = MOST) -> list[ApplicantRow]:
    """Read a file of applicants, each row with its application or the reason against it."""
    found, columns = previews.rows_of(content, COLUMNS, most=most)
    return [of_row(row, columns) for row in found]


def of_row(row: DataRow, columns: dict[str, int]) -> ApplicantRow:
    """Read one row whose columns are known."""

    def cell(key: str) -> Any:
        at = columns.get(key)
        return row.cells[at] if at is not None and at < len(row.cells) else None

    shown = " · ".join(text for each in row.cells if (text := cleaning.text(each)))
    made = ApplicantRow(row.number, shown[:200], cells=list(row.cells))
    given, family = (cleaning.text(cell(key))[:100] for key in ("given_name", "family_name"))
    if not (given or family):
        given, family = split_name(cleaning.text(cell("name")))
    made.programme = cleaning.text(cell("programme"))
    try:
        made.starts_on = cleaning.day(cell("starts_on"))
        number = cleaning.business_id(cell("business_id"), "FI")
    except cleaning.CleaningError as error:
        made.reason = str(error)
        return made
    phones = cleaning.phones(cell("phone"))
    return _checked(
        made,
        given_name=given,
        family_name=family,
        email=cleaning.text(cell("email")),
        phone=phones[0] if phones else "",
        workplace_name=cleaning.text(cell("workplace_name"))[:200],
        business_id=number.number if number else "",
        source_key=cleaning.text(cell("key"))[:100],
        postal_address=cleaning.long_text(cell("postal_address"))[:300],
        **_listed(made, cell),
    )


def _listed(row: ApplicantRow, cell: Any) -> dict[str, str]:
    """Values of lists, as their codes."""
    facts = {}
    for key, known in (("field", field_code), ("language", _language), ("municipality", _place)):
        word = cleaning.text(cell(key))
        if not word:
            continue
        code = known(word)
        if code:
            facts[key] = code
        else:
            row.unknown.append((key, word[:100]))
    return facts


def _checked(row: ApplicantRow, **facts: Any) -> ApplicantRow:
    emails, wrong = cleaning.emails(facts.pop("email"))
    if not (facts["given_name"] or facts["family_name"]):
        row.reason = _("The name is missing.")
    elif wrong and not emails:
        row.reason = _("This is no e-mail address: %(text)s") % {"text": wrong[0][:80]}
    elif not emails:
        row.reason = _("The e-mail address is missing.")
    elif len(emails) > 1:
        row.reason = _("There are several e-mail addresses in one row.")
    else:
        facts["wants_paper"] = bool(facts.get("postal_address"))
        row.application = Application(email=emails[0][:254], **facts)
    return row


def refuse_repeats(rows: Iterable[ApplicantRow]) -> None:
    """Nobody comes twice: a second row with the same address, or name and number, is refused."""
    seen: dict[str, int] = {}
    for row in rows:
        one = row.application
        if one is None:
            continue
        marks = {one.email.lower(), recognising.key(one.name, one.phone)} - {""}
        first = next((seen[mark] for mark in marks if mark in seen), None)
        if first is not None:
            row.reason = _("The same person is in row %(n)s already.") % {"n": first}
            row.application = None
            continue
        seen |= dict.fromkeys(marks, row.number)


def _language(word: str) -> str:
    return _LANGUAGE.get(cleaning.value_key(word), "")


@cache
def _field_codes() -> dict[str, str]:
    codes = {cleaning.value_key(key): key for key in FIELDS}
    for language in ALL_LANGUAGES:
        with override(language):
            codes |= {cleaning.value_key(str(label)): key for key, label in FIELDS.items()}
    for key, words in _FIELD_WORDS.items():
        codes |= {cleaning.value_key(word): key for word in words}
    return codes


def field_code(word: str) -> str:
    """The field that a word means: its name in any language, or what people call it."""
    key = cleaning.value_key(word)
    codes = _field_codes()
    return codes.get(key, "") or codes.get(key.removesuffix("ala").strip(), "")


def _place(word: str) -> str:
    if re.fullmatch(r"\d{1,3}", word):
        code = word.zfill(3)
        return code if Municipality.objects.filter(code=code).exists() else ""
    found = places.locate(word)
    return (found.municipality or "") if found else ""


def headings() -> list[str]:
    """The headings of a file of applicants, in the reader's language."""
    return [capfirst(str(column.label)) for column in COLUMNS]
