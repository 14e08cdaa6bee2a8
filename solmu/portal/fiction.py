"""Clearly fictional organisations, people and events, the same every time: for demo and seeds."""

from dataclasses import dataclass
from random import Random

# No Finnish business ID has been given from this series, so none of these can be anybody's.
FIRST_BUSINESS_NUMBER = 9_100_000

FAMILY_NAMES = (
    "Kanervala",
    "Suvantola",
    "Kuukkelikoski",
    "Vaahteramäki",
    "Pajulahti",
    "Tervaleppä",
    "Hopeahaka",
    "Mesimarja",
    "Kurjenranta",
    "Ketunpolku",
    "Halla-aho",
    "Lumikumpu",
    "Sinivuokko",
    "Karhunsammal",
    "Ahopelto",
    "Tuulentupa",
    "Vellamonniitty",
    "Käpyharju",
    "Rantaraitti",
    "Metsätähti",
    "Savipelto",
    "Kivikumpu",
    "Lintukorpi",
    "Harmaalampi",
    "Untuvainen",
    "Pihlajakoto",
    "Haapasuo",
    "Ruislaakso",
    "Kuutamolahti",
    "Närhinen",
    "Orvokkila",
    "Sammalsilta",
    "Tikankolo",
    "Viherkoski",
    "Jänönen",
    "Satumäki",
    "Poutapilvi",
    "Kaislaranta",
    "Honkakoto",
    "Nuotiolampi",
    "Valkovuokko",
    "Mäyränpesä",
    "Hirvikumpu",
    "Sudenkorento",
    "Kultapalko",
    "Apilapelto",
    "Rinkeli",
    "Aurinkokulma",
    "Vuorijärvi",
    "Iltarusko",
)

# trade, field code, kind, legal form
_TRADES = (
    ("Metallipaja", "engineering", "company", "Oy"),
    ("Hoivakoti", "health", "company", "Oy"),
    ("Kiinteistöpalvelu", "services", "company", "Oy"),
    ("Leipomo", "services", "company", "Ky"),
    ("Puurakentajat", "engineering", "company", "Oy"),
    ("Autohuolto", "engineering", "company", "Oy"),
    ("Ratsutila", "agriculture", "company", "Tmi"),
    ("Metsäpalvelu", "agriculture", "company", "Oy"),
    ("Ravintola", "services", "company", "Oy"),
    ("Päiväkoti", "education", "company", "Oy"),
    ("Logistiikka", "services", "company", "Oy"),
    ("Sähköasennus", "engineering", "company", "Oy"),
    ("Taitaja", "business", "company", "Oy"),
    ("Tilitoimisto", "business", "company", "Oy"),
    ("Ohjelmistotalo", "ict", "company", "Oy"),
    ("Kampaamo", "services", "company", "Tmi"),
    ("Urheiluseura", "services", "association", "ry"),
    ("Nuorisoyhdistys", "social", "association", "ry"),
    ("Hyvinvointipalvelut", "health", "company", "Oy"),
    ("Puutarha", "agriculture", "company", "Ky"),
    ("Mediapaja", "arts", "company", "Osk"),
    ("Konepaja", "engineering", "company", "Oyj"),
    ("Matkailu", "services", "company", "Oy"),
    ("Kehitysyhtiö", "business", "company", "Oy"),
    ("Kiertotalous", "natural_sciences", "project", ""),
)

GIVEN_NAMES = (
    "Aino",
    "Eero",
    "Helmi",
    "Onni",
    "Sofia",
    "Leo",
    "Venla",
    "Väinö",
    "Lumi",
    "Toivo",
    "Saga",
    "Elias",
    "Siiri",
    "Oskar",
    "Iida",
    "Vilho",
    "Ellen",
    "Otso",
    "Kerttu",
    "Urho",
    "Linnea",
    "Nooa",
    "Hilla",
    "Aatos",
    "Freja",
    "Arvo",
    "Ilona",
    "Pyry",
    "Saara",
    "Taito",
)

MEETING_TITLES = (
    "Vuosikeskustelu",
    "Tapaaminen: opiskelijoiden työpaikkajaksot",
    "Suunnittelupalaveri",
    "Yhteisen hankkeen ohjausryhmä",
    "Osaamistarpeiden kartoitus",
    "Rekrytointipäivän valmistelu",
)
CALL_TITLES = (
    "Puhelu yhteyshenkilön kanssa",
    "Sovittiin seuraavista vaiheista",
    "Kuulumiset puhelimessa",
)
VISIT_TITLES = (
    "Vierailu työpaikalla",
    "Opintokäynti opiskelijaryhmän kanssa",
    "Tutustuminen uusiin tiloihin",
)
NOTE_TITLES = (
    "Palaute työpaikkaohjaajalta",
    "Yhteyshenkilö vaihtumassa",
    "Kiinnostus oppisopimukseen",
)
TASK_TITLES = (
    "Lähetä ehdotus yhteisestä koulutuksesta",
    "Sovi kevään tapaaminen",
    "Päivitä yhteystiedot",
    "Kysy palaute opiskelijoista",
)
TEXTS = (
    "Käytiin läpi kuluneen lukuvuoden kokemukset ja sovittiin, mitä ensi vuonna tehdään toisin.",
    "Työpaikalla on tilaa kolmelle opiskelijalle. Ohjaajat toivovat kertausta arvioinnista.",
    "Kumppani etsii syksyksi tekijöitä ja on valmis kouluttamaan heitä yhdessä meidän kanssamme.",
    "Keskusteltiin uuden laitteiston yhteiskäytöstä ja opettajien työelämäjaksoista.",
    "Sovittiin, että opiskelijat esittelevät projektinsa työpaikan väelle keväällä.",
)

# place, country, latitude, longitude
ABROAD = (
    ("Umeå", "SE", 63.83, 20.26),
    ("Stockholm", "SE", 59.33, 18.07),
    ("Göteborg", "SE", 57.71, 11.97),
    ("Tallinn", "EE", 59.44, 24.75),
    ("Tartu", "EE", 58.38, 26.72),
    ("Pärnu", "EE", 58.39, 24.50),
    ("Riga", "LV", 56.95, 24.11),
    ("Kaunas", "LT", 54.90, 23.90),
    ("Oslo", "NO", 59.91, 10.75),
    ("Trondheim", "NO", 63.43, 10.40),
    ("Aarhus", "DK", 56.16, 10.20),
    ("Reykjavík", "IS", 64.15, -21.94),
    ("Hamburg", "DE", 53.55, 9.99),
    ("Leipzig", "DE", 51.34, 12.37),
    ("Utrecht", "NL", 52.09, 5.12),
    ("Gent", "BE", 51.05, 3.72),
    ("Graz", "AT", 47.07, 15.44),
    ("Bilbao", "ES", 43.26, -2.93),
    ("Porto", "PT", 41.15, -8.61),
    ("Bologna", "IT", 44.49, 11.34),
    ("Dublin", "IE", 53.35, -6.26),
    ("Sapporo", "JP", 43.06, 141.35),
    ("Halifax", "CA", 44.65, -63.58),
)
_ABROAD_WORDS = {
    "company": ("Craft Works", "Care Homes", "Robotics"),
    "education_provider": ("Vocational Centre", "Skills Academy", "Training Alliance"),
}


@dataclass(frozen=True, slots=True)
class FictionalOrganisation:
    """What a fictional organisation is called and what it does."""

    name: str
    kind: str
    field: str
    business_id: str


def business_id(number: int) -> str:
    """Return the Finnish business ID with this number, or "" where the number can't have one."""
    total = sum(
        int(digit) * weight
        for digit, weight in zip(f"{number:07d}", (7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    rest = total % 11
    if rest == 1:
        return ""
    return f"{number:07d}-{11 - rest if rest else 0}"


def finnish_organisation(number: int) -> FictionalOrganisation:
    """Return the nth fictional organisation in Finland; after 1,250 names get a number."""
    trade, field, kind, form = _TRADES[number % len(_TRADES)]
    stem = FAMILY_NAMES[(number * 7 + number // len(_TRADES)) % len(FAMILY_NAMES)]
    lap = number // (len(_TRADES) * len(FAMILY_NAMES))
    name = " ".join(part for part in (trade, stem, str(lap + 1) if lap else "", form) if part)
    return FictionalOrganisation(name, kind, field, business_id(FIRST_BUSINESS_NUMBER + number))


def foreign_organisation(
    number: int,
) -> tuple[FictionalOrganisation, tuple[str, str, float, float]]:
    """Return the nth fictional organisation abroad, and where it is."""
    lap, at = divmod(number, len(ABROAD))
    kind = "education_provider" if number % 3 else "company"
    words = _ABROAD_WORDS[kind]
    # In three laps a place gets each kind's words once; then the names get a number.
    name = f"{ABROAD[at][0]} Imaginary {words[(at + lap) % len(words)]}"
    if lap >= len(words):
        name += f" {lap // len(words) + 1}"
    return FictionalOrganisation(name, kind, "education", ""), ABROAD[at]


def person_name(random: Random) -> tuple[str, str]:
    """Return a given name and an invented family name."""
    return random.choice(GIVEN_NAMES), random.choice(FAMILY_NAMES)
