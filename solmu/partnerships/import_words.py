"""What the listed values of a spreadsheet mean: levels, contents, roles, states, places and people.

A value is known by the institution's own names for it, by usual words in Finnish, Swedish and
English, or because somebody once said what it means; else it is unknown, and kept as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from functools import cache

from django.utils.translation import get_language
from rapidfuzz import fuzz, process

from solmu.imports import cleaning
from solmu.imports.cleaning import value_key
from solmu.imports.models import ValueMapping
from solmu.lib import names
from solmu.organisations import places
from solmu.organisations.fields import FIELDS as FIELDS_OF_WORK
from solmu.organisations.models import (
    Affiliation,
    Municipality,
    Organisation,
    Region,
)
from solmu.partnerships.models import Facet, Level, Stakeholder, Standing

KIND = "organisations"
LEAVE = ValueMapping.LEAVE

# Fields whose values a person can map once and for all.
MAPPABLE = (
    "level",
    "content",
    "theme",
    "role",
    "state",
    "kind",
    "field",
    "owner",
    "place",
    "region",
    "country",
)

_ROLES = {
    "customer": "asiakas, asiakkuus, kund, customer, client",
    "employer": "työnantaja, työpaikka, työelämäkumppani työpaikka, arbetsgivare, arbetsplats, employer",
    "partner": "kumppani, yhteistyökumppani, partner, samarbetspartner, yhteistyötaho, verkostokumppani",
    "funder": "rahoittaja, finansiär, funder, sponsori, sponsor",
    "authority": "viranomainen, viranomaistaho, myndighet, authority",
    "education_provider": "koulutuksen järjestäjä, oppilaitos, oppilaitoskumppani, läroanstalt, "
    "utbildningsanordnare, education provider, school",
    "supplier": "toimittaja, palveluntuottaja, alihankkija, leverantör, supplier, vendor",
    "other": "muu, muut, muu sidosryhmä, annan, övriga, other",
}
_STATES = {
    "potential": "potentiaalinen, mahdollinen, prospekti, suunnitteilla, liidi, potentiell, möjlig, "
    "planerad, prospect, potential, lead, planned",
    "active": "aktiivinen, aktiivi, voimassa, käynnissä, nykyinen, aktiv, pågående, i kraft, active, "
    "ongoing, current",
    "paused": "tauolla, tauko, keskeytetty, lepää, pausad, vilande, paused, on hold, inactive, passiivinen",
    "ended": "päättynyt, loppunut, entinen, lopetettu, avslutad, upphört, tidigare, ended, closed, former",
}
_KINDS = {
    "education_provider": "koulutuksen järjestäjä, oppilaitos, ammattiopisto, lukio, koulu, "
    "utbildningsanordnare, läroanstalt, skola, education provider, school",
    "company": "yritys, osakeyhtiö, oy, toiminimi, företag, aktiebolag, company, enterprise, business, yksityinen",
    "municipality": "kunta, kaupunki, kommun, stad, municipality, city",
    "authority": "viranomainen, virasto, valtio, myndighet, authority, government, julkinen",
    "university": "yliopisto, korkeakoulu, ammattikorkeakoulu, amk, universitet, högskola, yrkeshögskola, "
    "university",
    "association": "yhdistys, järjestö, säätiö, ry, liitto, kolmas sektori, förening, organisation, "
    "stiftelse, association, ngo, foundation",
    "project": "hanke, projekti, projekt, project",
    "other": "muu, annan, other",
}
_FIELDS = {
    "education": "kasvatus, kasvatusala, kasvatusalat, koulutusala, pedagogik, utbildning, education",
    "arts": "taide, kulttuuri, taideala, humanistiset, humanistinen, media, konst, kultur, arts, culture",
    "social": "yhteiskuntatieteet, yhteiskunta, samhällsvetenskap, social sciences",
    "business": "liiketalous, kauppa, kaupan ala, liiketoiminta, hallinto, talous, företagsekonomi, handel, "
    "ekonomi, business, administration, retail, kauppa ja hallinto",
    "natural_sciences": "luonnontieteet, luonto, ympäristö, naturvetenskap, miljö, natural sciences",
    "ict": "ict, tieto- ja viestintätekniikka, tvt, it, ohjelmistot, ohjelmistoala, tietotekniikka, data",
    "engineering": "tekniikka, metalli, rakennus, rakentaminen, konetekniikka, teollisuus, kone, sähkö, "
    "logistiikka, teknik, bygg, industri, engineering, construction, manufacturing, kone ja tuotanto",
    "agriculture": "maatalous, metsä, maa- ja metsätalous, luonnonvara, lantbruk, skogsbruk, agriculture, "
    "forestry",
    "health": "terveys, sosiaali ja terveys, sote, hoiva, hyvinvointi, social och hälsovård, vård, health, care",
    "services": "palvelut, palveluala, matkailu, ravitsemus, ravintola, liikunta, turvallisuus, puhtaus, "
    "turism, tjänster, services, tourism, hospitality",
}
# Words that mean the same entry of an institution's own list, whatever it calls it.
_ALIKE = (
    "yhteystaho, kontakti, kontakt, contact, yhteystieto",
    "yhteistyö, samarbete, cooperation, collaboration, yhteistyössä",
    "kumppani, kumppanuus, partner, partnership, partnerskap",
    "strateginen kumppani, strateginen, strateginen kumppanuus, strategisk partner, strategisk, "
    "strategic partner, strategic, strategiskt partnerskap",
    "työelämä, työelämäyhteistyö, arbetsliv, arbetslivet, working life, work life, työssäoppiminen",
    "hankkeet, hanke, hankeyhteistyö, projekti, projektit, projekt, project, projects",
    "koulutus, koulutusyhteistyö, utbildning, education, training",
    "kansainvälisyys, kansainvälinen, kv, kv-toiminta, internationellt, internationell, "
    "internationalisering, international",
    "tutkimus ja kehittäminen, tki, t&k, tk, tki-toiminta, tutkimus, kehittäminen, forskning och utveckling, "
    "fou, research and development, r&d, rdi, research",
    "vihreä siirtymä, kestävä kehitys, grön omställning, hållbar utveckling, green transition, sustainability",
    "digitaaliset taidot, digitalisaatio, digi, digitalisering, digitala färdigheter, digital skills, "
    "digitalisation",
    "jatkuva oppiminen, kontinuerligt lärande, lifelong learning, elinikäinen oppiminen",
    "osallisuus ja hyvinvointi, hyvinvointi, työhyvinvointi, delaktighet och välbefinnande, "
    "inclusion and well-being, wellbeing",
    "yrittäjyys, företagsamhet, entrepreneurship",
)
# What in a name tells the kind, the surest first.
_KIND_SIGNS = (
    ("university", ("yliopisto", "universitet", "university", "ammattikorkeakoulu", "yrkeshogskola")),
    ("education_provider", ("ammattiopisto", "oppilaitos", "lukio", "koulu", "skola", "gymnasium",
                            "yrkesinstitut", "opisto", "koulutuskeskus", "college", "school")),
    ("municipality", ("kaupunki", "kunta", "stad", "kommun", "municipality")),
    ("authority", ("virasto", "ministerio", "ely keskus", "te toimisto", "hyvinvointialue", "ministeriet",
                   "liitto maakunta", "tyollisyysalue", "valfardsomrade")),
    ("project", ("hanke", "projekti", "projekt", "project")),
)  # fmt: skip
_ASSOCIATIONS = frozenset(
    [
        "ry",
        "rf",
        "rp",
        "sr",
        "saatio",
        "stiftelse",
        "mtu",
        "yhdistys",
        "forening",
        "liitto",
        "seura",
    ]
)
_JOINT_AUTHORITIES = frozenset(["kuntayhtyma", "samkommun", "kky"])


@cache
def usual_words(field: str) -> dict[str, str]:
    """The usual words of a field with a fixed list, each with its code."""
    lists = {"role": _ROLES, "state": _STATES, "kind": _KINDS, "field": _FIELDS}
    words = {
        value_key(word): code
        for code, text in lists.get(field, {}).items()
        for word in (code, *text.split(","))
    }
    return words


@cache
def _alike() -> dict[str, int]:
    return {value_key(word): n for n, text in enumerate(_ALIKE) for word in text.split(",")}


class _Understood:
    """The values that a function understands, asked like a set."""

    def __init__(self, function: Callable[[str], object]) -> None:
        self._function = function

    def __contains__(self, value: object) -> bool:
        return bool(self._function(str(value)))


class Vocabulary:
    """The words that one institution's spreadsheet may use, and what each means."""

    def __init__(self, institution_id: int) -> None:
        self.institution_id = institution_id
        self.levels = list(Level.objects.filter(institution_id=institution_id).order_by("rank"))
        self.facets = list(
            Facet.objects.filter(institution_id=institution_id).order_by("rank", "pk")
        )
        self._known: dict[str, dict[str, str]] = {
            "level": _own_names((level.pk, level) for level in self.levels),
            "content": _own_names((f.pk, f) for f in self.facets if f.kind == Facet.Kind.CONTENT),
            "theme": _own_names((f.pk, f) for f in self.facets if f.kind == Facet.Kind.THEME),
            "role": dict(usual_words("role")),
            "state": dict(usual_words("state")),
            "kind": dict(usual_words("kind")),
            "field": dict(usual_words("field")),
            "owner": self._owners(),
            "region": self._regions(),
        }
        remembered = ValueMapping.objects.filter(institution_id=institution_id, kind=KIND)
        self._remembered = {(one.field, value_key(one.value)): one.target for one in remembered}
        self._found: dict[tuple[str, str], str] = {}
        self.unknown: Counter[tuple[str, str]] = Counter()

    @property
    def known(self) -> Mapping[str, Container[str]]:
        """Each field's known values, for guessing columns by their content."""
        return {
            **self._known,
            "place": _Understood(places.locate),
            "country": _Understood(places.country_code),
        }

    def find(self, field: str, value: str) -> str:
        """Return what a value means ("" unknown, "leave": settled to stay as it is)."""
        place = (field, value)
        found = self._found.get(place)
        if found is None:
            found = self._found[place] = self._look(field, value)
        return found

    def _look(self, field: str, value: str) -> str:
        key = value_key(value)
        if not key:
            return ""
        if target := self._remembered.get((field, key)):
            return target
        if field == "country":
            return places.country_code(value) or ""
        if field == "place":
            return ""
        known = self._known[field]
        if target := known.get(key):
            return target
        if field == "owner":
            return self._owner(value)
        if len(key) >= 6 and field != "region":
            best = process.extractOne(key, known.keys(), scorer=fuzz.ratio, score_cutoff=90)
            if best:
                return known[best[0]]
        return ""

    def _owner(self, value: str) -> str:
        known = self._known["owner"]
        for person in cleaning.people(value):
            for name in (f"{person.given} {person.family}", f"{person.family} {person.given}"):
                if target := known.get(value_key(name)):
                    return target
        for email in cleaning.emails(value)[0]:
            if target := known.get(email):
                return target
        return ""

    def municipality_name(self, code: str) -> str:
        """The name of a municipality that a person chose."""
        return Municipality.objects.get(pk=code).name_fi

    def _owners(self) -> dict[str, str]:
        owners: dict[str, str] = {}
        people = Affiliation.objects.filter(institution_id=self.institution_id).select_related(
            "person"
        )
        for affiliation in people.order_by("pk"):
            person = affiliation.person
            for name in (
                f"{person.given_name} {person.family_name}",
                f"{person.family_name} {person.given_name}",
            ):
                owners[value_key(name)] = str(person.pk)
            if person.email:
                owners[person.email.lower()] = str(person.pk)
        return owners

    def _regions(self) -> dict[str, str]:
        regions: dict[str, str] = {}
        for region in Region.objects.all():
            for name in (region.name_fi, region.name_sv, region.name_en, region.iso_code):
                regions[value_key(name)] = region.code
        regions.pop("", None)
        return regions

    def choices(self, field: str) -> list[tuple[str, str]]:
        """What a person may choose for an unknown value of a field."""
        if field == "level":
            return [(str(level.pk), level.name) for level in self.levels]
        if field in ("content", "theme"):
            return [(str(facet.pk), facet.name) for facet in self.facets if facet.kind == field]
        if field == "owner":
            people = Affiliation.objects.filter(institution_id=self.institution_id)
            return sorted(
                {(str(one.person_id), str(one.person)) for one in people.select_related("person")},
                key=lambda choice: choice[1],
            )
        if field == "place":
            current = Municipality.objects.filter(merged_into=None)
            return sorted(((one.code, one.name) for one in current), key=lambda choice: choice[1])
        if field == "region":
            return [(region.code, region.name) for region in Region.objects.order_by("name_fi")]
        if field == "country":
            language = (get_language() or "fi")[:2]
            named = ((code, one.names[language]) for code, one in places.countries().items())
            return sorted(named, key=lambda choice: choice[1])
        lists = {
            "role": Stakeholder.Role.choices,
            "state": Standing.State.choices,
            "kind": Organisation.Kind.choices,
            "field": FIELDS_OF_WORK.items(),
        }
        return [(code, str(label)) for code, label in lists.get(field, ())]

    def suggestion(self, field: str, value: str) -> str:
        """What an unknown value most likely means, for a person to accept: never used by itself."""
        known = self._known.get(field, {})
        best = process.extractOne(
            value_key(value), known.keys(), scorer=fuzz.WRatio, score_cutoff=80
        )
        return known[best[0]] if best else ""


def _own_names(entries: Iterable[tuple[int, Level | Facet]]) -> dict[str, str]:
    """Names of an institution's own list in each language, and the usual words for the same."""
    listed = [
        (str(pk), value_key(name))
        for pk, entry in entries
        for name in (entry.name_fi, entry.name_sv, entry.name_en)
        if name
    ]
    own: dict[str, str] = {}
    for pk, key in listed:
        own.setdefault(key, pk)
    groups = {_alike()[key]: pk for pk, key in reversed(listed) if key in _alike()}
    for word, group in _alike().items():
        if group in groups:
            own.setdefault(word, groups[group])
    return own


def kind_by_name(name: str, name_key: str, business_id: str) -> str:
    """Guess what kind of organisation a name tells of."""
    words = names.folded(name).split()
    last, first = (words[-1], words[0]) if words else ("", "")
    if last in _JOINT_AUTHORITIES:
        return Organisation.Kind.AUTHORITY
    if last in _ASSOCIATIONS:
        return Organisation.Kind.ASSOCIATION
    if last in names.LEGAL_FORMS or first in names.LEGAL_FORMS:
        return Organisation.Kind.COMPANY
    for kind, signs in _KIND_SIGNS:
        if any(sign in name_key for sign in signs):
            return kind
    return Organisation.Kind.COMPANY if business_id else Organisation.Kind.OTHER
