"""Cleaning of single values: what people type in a cell becomes a date, an identifier, an address.

Each function takes text or a typed cell and gives the clean value, or raises `CleaningError` with
the reason in the reader's language. Nothing here is run, opened or rendered: HTML stays plain text.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberError

from solmu.imports.reading import Cell, plain
from solmu.lib import names

FIRST_YEAR = 1900
LAST_YEAR = 2100
EXCEL_EPOCH = date(1899, 12, 30)
EU_COUNTRIES = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
NOTHING = frozenset((
    "", "-", "–", "—", "--", "n/a", "na", "#n/a", "?", "ei tiedossa", "null", "none",
))  # fmt: skip
YES = frozenset((
    "x", "1", "k", "kyllä", "kylla", "on", "ja", "yes", "y", "true", "tosi", "✓", "✔", "√", "•",
))  # fmt: skip

_business_id = re.compile(r"(?:FI[\s-]*)?(\d{5,7})\s*[-–—. ]\s*(\d)", re.IGNORECASE)
_bare_id = re.compile(r"(?:FI[\s-]*)?(\d{7,8})", re.IGNORECASE)
_vat = re.compile(r"([A-Z]{2})[\s-]*([0-9A-Z+*.\s-]{2,16})", re.IGNORECASE)
_email = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w-]+\.)+[^\W\d_]{2,24}")
_email_exact = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}"
)
_day_first = re.compile(
    r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4}|\d{2})(?:\s+(?:klo\s*)?\d{1,2}[.:]\d{2}.*)?"
)
_year_first = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ].*)?")
_month_year = re.compile(r"(\d{1,2})\s*[./]\s*(\d{4})")
_year_month = re.compile(r"(\d{4})-(\d{1,2})")
_named = re.compile(r"(?:(\d{1,2})\.?\s*)?([^\W\d]{3,12})\.?,?\s*(?:(\d{1,2}),\s*)?(\d{4})")
_phone = re.compile(r"(?:\+|00)?\(?\d[\d\s()./–-]{4,22}\d")
# Two or three names and nothing that could part people or their names.
_one_person = re.compile(r"[^\W_]{3,}(?:-[^\W_]+)?(?: [^\W_]{4,}){1,2}")
_many = re.compile(r"[;\n|/,]|\s{3,}")
_spaces = re.compile(r"[ \t\u2000-\u200a]+")

_month_stems = (
    ("tammi", "jan"), ("helmi", "feb"), ("maalis", "mar"), ("huhti", "apr"),
    ("touko", "maj", "may"), ("kesä", "jun"), ("heinä", "jul"), ("elo", "aug"), ("syys", "sep"),
    ("loka", "okt", "oct"), ("marras", "nov"), ("joulu", "dec"),
)  # fmt: skip


class CleaningError(ValueError):
    """The value can't be used; the message is the reason that a person reads."""


@dataclass(frozen=True, slots=True)
class BusinessId:
    """A company's number as its register writes it, and the register's country."""

    number: str
    country: str


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in two parts; the given name may be missing."""

    given: str
    family: str


def text(cell: Cell) -> str:
    """Return a cell's text on one line, or nothing where it only says "-" or "n/a"."""
    if cell is None or cell == "":
        return ""
    value = plain(cell)
    if "\n" in value or "\t" in value or "  " in value:
        value = " ".join(value.split())
    return "" if len(value) < 12 and value.lower() in NOTHING else value


def long_text(cell: Cell) -> str:
    """Return a cell's text with its line breaks."""
    value = plain(cell)
    if "\n" not in value:
        return text(value)
    return "\n".join(_spaces.sub(" ", line).strip() for line in value.split("\n")).strip()


def is_ticked(cell: Cell) -> bool:
    """Tell whether a cell is a tick ("x", "1", "kyllä")."""
    return plain(cell).lower() in YES


def day(cell: Cell, *, last: bool = False) -> date | None:
    """Return the day that a cell tells; a year or month means its first day (or its last)."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return _sane(cell.date(), plain(cell))
    if isinstance(cell, date):
        return _sane(cell, plain(cell))
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number_day(cell, last)
    value = text(cell)
    if not value:
        return None
    return _text_day(value, last)


@lru_cache(maxsize=50_000)
def _text_day(value: str, last: bool) -> date:
    try:
        if found := _year_first.fullmatch(value):
            return _sane(date(int(found[1]), int(found[2]), int(found[3])), value)
        if found := _day_first.fullmatch(value):
            return _sane(date(_year(found[3]), int(found[2]), int(found[1])), value)
        if found := _month_year.fullmatch(value):
            return _part(int(found[2]), int(found[1]), last, value)
        if found := _year_month.fullmatch(value):
            return _part(int(found[1]), int(found[2]), last, value)
        if value.isdigit():
            return _number_day(int(value), last)
        if found := _named.fullmatch(value):
            month = _month(found[2])
            named_day = found[1] or found[3]
            if month and named_day:
                return _sane(date(int(found[4]), month, int(named_day)), value)
            if month:
                return _part(int(found[4]), month, last, value)
    except CleaningError:
        raise
    except ValueError as error:
        raise CleaningError(_("There is no such day: %(value)s") % {"value": value[:60]}) from error
    raise CleaningError(_("This isn't a date: %(value)s") % {"value": value[:60]})


def _number_day(number: float, last: bool) -> date:
    if FIRST_YEAR <= number <= LAST_YEAR and float(number).is_integer():
        return _part(int(number), 0, last, str(int(number)))
    if 19_000_101 <= number <= 21_001_231:
        digits = str(int(number))
        return _text_day(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}", last)
    if 3_000 < number < 73_050:
        return EXCEL_EPOCH + timedelta(days=int(number))
    raise CleaningError(_("This isn't a date: %(value)s") % {"value": plain(number)})


def _part(year: int, month: int, last: bool, value: str) -> date:
    if month > 12:
        raise CleaningError(_("There is no such day: %(value)s") % {"value": value})
    if not last:
        return _sane(date(year, month or 1, 1), value)
    following = date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)
    return _sane(following - timedelta(days=1), value)


def _year(digits: str) -> int:
    number = int(digits)
    if len(digits) == 4:
        return number
    return 2000 + number if number < 70 else 1900 + number


def _month(word: str) -> int:
    small = word.lower()
    for number, stems in enumerate(_month_stems, 1):
        if small.startswith(stems):
            return number
    return 0


def _sane(found: date, value: str) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CleaningError(_("The year can't be right: %(value)s") % {"value": value[:60]})
    return found


def business_id(cell: Cell, country: str = "") -> BusinessId | None:
    """Return a checked business ID: Finnish as "1234567-8", others as the register writes them."""
    value = text(cell)
    if not value:
        return None
    return _business_id_of(value, country)


def _business_id_of(value: str, country: str) -> BusinessId:
    if country in ("", "FI") and (found := _finnish_digits(value)):
        if not finnish_id_holds(found):
            raise CleaningError(
                _("The business ID's check digit is wrong: %(value)s") % {"value": value[:40]}
            )
        return BusinessId(f"{found[:7]}-{found[7]}", "FI")
    found_vat = _vat.fullmatch(value)
    if found_vat and _iso(found_vat[1]) in EU_COUNTRIES:
        return _european_id(value, _iso(found_vat[1]))
    if country in EU_COUNTRIES and country != "FI":
        return _national_id(value, country)
    if country and country != "FI" and len(value) <= 20:
        return BusinessId(value, country)
    raise CleaningError(_("This isn't a business ID: %(value)s") % {"value": value[:40]})


def _finnish_digits(value: str) -> str:
    """Return the eight digits; a leading zero that a spreadsheet dropped is put back."""
    if found := _business_id.fullmatch(value):
        return found[1].zfill(7) + found[2]
    if found := _bare_id.fullmatch(value):
        return found[1].zfill(8)
    return ""


def finnish_id_holds(digits: str) -> bool:
    """Tell whether the check digit of a Finnish business ID is right."""
    a, b, c, d, e, f, g, check = map(int, digits)
    rest = (7 * a + 9 * b + 10 * c + 5 * d + 8 * e + 4 * f + 2 * g) % 11
    return rest != 1 and check == (0 if rest == 0 else 11 - rest)


def _iso(prefix: str) -> str:
    prefix = prefix.upper()
    return "GR" if prefix == "EL" else prefix


def _european_id(value: str, country: str) -> BusinessId:
    module = get_cc_module(country.lower(), "vat")
    if module is None:
        raise CleaningError(_("This isn't a business ID: %(value)s") % {"value": value[:40]})
    try:
        number = module.validate(value)
    except NumberError as error:
        raise CleaningError(
            _("The business ID's check digit is wrong: %(value)s") % {"value": value[:40]}
        ) from error
    if country == "FI":
        return BusinessId(f"{number[:7]}-{number[7]}", "FI")
    prefix = "EL" if country == "GR" else country
    return BusinessId(number if number.startswith(prefix) else prefix + number, country)


def _national_id(value: str, country: str) -> BusinessId:
    """A number without the country's letters: a VAT number, or the company register's own."""
    try:
        return _european_id(value, country)
    except CleaningError:
        pass
    for name in ("orgnr", "registrikood", "cvr", "handelsregisternummer", "kvk", "pvn", "pvm"):
        module = get_cc_module(country.lower(), name)
        if module and module.is_valid(value):
            return BusinessId(
                module.format(module.validate(value)) if hasattr(module, "format") else value,
                country,
            )
    raise CleaningError(_("This isn't a business ID: %(value)s") % {"value": value[:40]})


def emails(cell: Cell) -> tuple[list[str], list[str]]:
    """Return the addresses in a cell, in order and once each, and what isn't an address."""
    value = plain(cell)
    if not value:
        return [], []
    if value.isascii() and _email_exact.fullmatch(value):
        return [value.lower()], []
    found: dict[str, None] = {}
    wrong = []
    for part in re.split(r"[;,\s<>()\[\]]+", value.replace("mailto:", " ")):
        clean = part.strip(".'\"").lower()
        if _email_exact.fullmatch(clean) and ".." not in clean:
            found[clean] = None
        elif "@" in clean and len(clean) > 1:
            wrong.append(part)
    if not found and not wrong and text(value):
        wrong = [text(value)]
    return list(found), wrong


def phones(cell: Cell) -> list[str]:
    """Return the phone numbers in a cell, with spaces where the writer had something else."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        digits = plain(cell)
        cell = "0" + digits if 7 <= len(digits) <= 10 and not digits.startswith("358") else digits
    value = plain(cell)
    if not value:
        return []
    numbers = []
    value = value.replace("(0)", "")
    for part in re.split(r"[;\n]|, |(?<=\d)\s*/(?=\s*[+0])| tai | eller | or ", value):
        if found := _phone.search(part):
            number = re.sub(r"[()./–-]+", " ", found.group())
            numbers.append(" ".join(number.split())[:40])
    return numbers


def people(cell: Cell) -> list[PersonName]:
    """Return the people in a cell: "Etunimi Sukunimi", "Sukunimi, Etunimi", several by ";"."""
    value = plain(cell)
    if not value or value.lower() in NOTHING:
        return []
    if _one_person.fullmatch(value):
        return [_person(value)]
    if "@" in value:
        value = _email.sub(" ", value)
    value = value.replace("<", " ").replace(">", " ")
    parts = [part for part in re.split(r"[;\n/]| ja | och | & | and ", value) if part.strip(" ,")]
    found = []
    for part in parts:
        found += _people_in(part.strip(" ,"))
    return found[:5]


def _people_in(part: str) -> list[PersonName]:
    pieces = [" ".join(piece.split()) for piece in part.split(",") if piece.strip()]
    if len(pieces) == 2 and " " not in pieces[0] and " " not in pieces[1]:
        return [PersonName(pieces[1][:100], pieces[0][:100])]
    if len(pieces) == 2 and " " not in pieces[0]:
        return [PersonName(pieces[1][:100], pieces[0][:100])]
    return [_person(piece) for piece in pieces]


def _person(name: str) -> PersonName:
    words = name.split()
    if len(words) == 1:
        return PersonName("", words[0][:100])
    split = len(words) - 1
    while split > 1 and words[split - 1].lower() in ("af", "von", "van", "de", "der", "da"):
        split -= 1
    return PersonName(" ".join(words[:split])[:100], " ".join(words[split:])[:100])


def looks_like_person(value: str) -> bool:
    """Tell whether a text looks like a person's name, not an organisation's."""
    words = value.replace(",", " ").split()
    if not 2 <= len(words) <= 4 or names.has_legal_form(value):
        return False
    return all(
        word[0].isupper() and word.replace("-", "").replace(".", "").isalpha() for word in words
    )


def website(cell: Cell) -> str:
    """Return a web address with https, or raise where it isn't one; never a script."""
    value = text(cell)
    if not value:
        return ""
    if re.fullmatch(r"https?://[^\s<>\"']{3,190}", value, re.IGNORECASE):
        return value
    if re.fullmatch(r"(?:[\w-]+\.)+[a-zA-Z]{2,24}(?:/[^\s<>\"']*)?", value):
        return "https://" + value
    raise CleaningError(_("This isn't a web address: %(value)s") % {"value": value[:60]})


def postal_code(cell: Cell) -> str:
    """Return a postal code; a Finnish one gets back the zeros that a spreadsheet dropped."""
    value = text(cell)
    if value.isdigit() and 3 <= len(value) < 5:
        return value.zfill(5)
    return value[:10]


def several(cell: Cell) -> list[str]:
    """Return the values that a cell lists, parted by ; , / | or a line break."""
    value = plain(cell)
    if not value:
        return []
    parts = (" ".join(part.split()) for part in _many.split(value))
    return [part for part in parts if part and part.lower() not in NOTHING]


@lru_cache(maxsize=20_000)
def value_key(value: str) -> str:
    """Return what tells two spellings of a listed value apart: folded words only."""
    return " ".join(re.findall(r"[^\W_]+", names.folded(value)))
