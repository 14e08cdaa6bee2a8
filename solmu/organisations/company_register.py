"""The Finnish company register's open data (PRH, YTJ v3; CC BY 4.0): companies by business ID."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache

from solmu.lib import http
from solmu.organisations.models import Municipality

NAME_IN_USE = "1"  # the type of a company's own name; others are auxiliary or parallel
FINNISH, SWEDISH = "1", "2"
POSTAL_FIRST = ("1", "2")  # visiting address, then postal
KEPT = 24 * 3600


@dataclass(frozen=True, slots=True)
class Company:
    """What the register says of a company; `municipality` is its code."""

    business_id: str
    name: str
    municipality: str
    line: str  # main line of business, in Finnish
    ended: bool


def find(business_id: str) -> Company | None:
    """The company with a business ID; None where the register has none.

    Raises ServiceError when the register doesn't answer. Answers are kept for a day.
    """
    kept_as = f"company:{business_id}"
    if (kept := cache.get(kept_as)) is not None:
        return Company(**kept) if kept else None
    answer = http.call(
        "PRH",
        "GET",
        f"{settings.COMPANY_REGISTER}/companies",
        params={"businessId": business_id},
        headers={"Accept": "application/json"},
    )
    # An ID that nobody has gives an empty list, not 404.
    found = next(
        (
            _company(row)
            for row in http.as_json(answer).get("companies") or []
            if row.get("businessId", {}).get("value") == business_id
        ),
        None,
    )
    cache.set(kept_as, _plain(found) if found else {}, KEPT)
    return found


def _company(row: dict[str, Any]) -> Company:
    names = [
        one
        for one in row.get("names") or []
        if str(one.get("type")) == NAME_IN_USE and not one.get("endDate")
    ]
    addresses = sorted(row.get("addresses") or [], key=lambda one: str(one.get("type")))
    codes = [
        str(office.get("municipalityCode") or "")
        for address in addresses
        for office in address.get("postOffices") or []
    ]
    lines = (row.get("mainBusinessLine") or {}).get("descriptions") or []
    return Company(
        business_id=row["businessId"]["value"],
        name=str(names[0]["name"]) if names else "",
        municipality=_municipality(next((code for code in codes if code), "")),
        line=next(
            (
                str(one.get("description", ""))
                for one in lines
                if str(one.get("languageCode")) == FINNISH
            ),
            "",
        ),
        ended=bool(row.get("endDate")),
    )


def _municipality(code: str) -> str:
    return code if code and Municipality.objects.filter(pk=code).exists() else ""


def _plain(company: Company) -> dict[str, object]:
    return {name: getattr(company, name) for name in Company.__slots__}
