"""The columns that a spreadsheet of partners may have, with the headings that people give them."""

from django.utils.translation import gettext_lazy as _

from solmu.imports import guessing
from solmu.imports.guessing import Field, share

FIELDS: tuple[Field, ...] = (
    Field(
        "organisation",
        _("organisation"),
        (
            "organisaatio", "organisaation nimi", "kumppani", "kumppanin nimi",
            "kumppaniorganisaatio", "yritys", "yrityksen nimi", "yritys/organisaatio",
            "sidosryhmä", "sidosryhmän nimi", "toimija", "asiakas", "asiakkaan nimi", "työnantaja",
            "työpaikka", "yhteisö", "firma", "yhteistyökumppani", "yhteistyötaho", "taho",
            "virallinen nimi", "toiminimi", "organisation", "organisationens namn", "företag",
            "företagets namn", "företagsnamn", "partner", "samarbetspartner", "intressent", "kund",
            "arbetsgivare", "arbetsplats", "organization", "organisation name",
            "organization name", "company", "company name", "partner name", "stakeholder",
            "customer", "employer", "business name", "account name",
        ),
        weak=("nimi", "namn", "name", "title"),
        looks=share(guessing.is_organisation),
        alone=True,
    ),
    Field(
        "business_id",
        _("business ID"),
        (
            "y-tunnus", "ytunnus", "y tunnus", "yritystunnus", "yrityksen y-tunnus", "lytunnus",
            "ly-tunnus", "alv-tunnus", "alv-numero", "rekisterinumero", "fo-nummer", "fo nummer",
            "org.nr", "orgnr", "organisationsnummer", "företagsnummer", "momsnummer",
            "business id", "company id", "vat id", "vat number", "registration number", "vat",
            "business identity code", "registrikood", "register code",
        ),
        weak=("tunnus", "id"),
        looks=share(guessing.is_business_id),
        alone=True,
    ),
    Field(
        "place",
        _("municipality"),
        (
            "kunta", "kotikunta", "paikkakunta", "postitoimipaikka", "kaupunki", "sijainti",
            "toimipaikka", "toimipaikan kunta", "sijaintikunta", "kotipaikka", "kotipaikkakunta",
            "kommun", "ort", "hemkommun", "stad", "postort", "hemort", "verksamhetsort",
            "placering", "municipality", "city", "town", "place", "location", "post office",
            "domicile",
        ),
        alone=True,
    ),
    Field(
        "postal_code",
        _("postal code"),
        (
            "postinumero", "postinro", "postnummer", "postnr", "postal code", "zip", "zip code",
            "postcode", "postal",
        ),
        looks=share(guessing.is_postal_code),
    ),
    Field(
        "region",
        _("region"),
        ("maakunta", "alue", "landskap", "region", "county", "province", "seutukunta", "seutu"),
        alone=True,
    ),
    Field(
        "country",
        _("country"),
        ("maa", "valtio", "maakoodi", "land", "landskod", "country", "country code", "nation"),
        alone=True,
    ),
    Field(
        "address",
        _("street address"),
        (
            "osoite", "katuosoite", "postiosoite", "käyntiosoite", "lähiosoite", "adress",
            "gatuadress", "postadress", "besöksadress", "address", "street", "street address",
            "visiting address",
        ),
    ),
    Field(
        "kind",
        _("kind of organisation"),
        (
            "organisaation tyyppi", "organisaatiotyyppi", "yhteisömuoto", "yritysmuoto",
            "toimijatyyppi", "sektori", "organisaatiomuoto", "tyyppi", "organisationstyp",
            "organisationsform", "bolagsform", "sektor", "typ", "kind", "type",
            "organisation type", "sector", "organization type", "company form",
        ),
    ),
    Field(
        "role",
        _("role"),
        (
            "rooli", "roolit", "suhde", "sidosryhmärooli", "kumppanin rooli", "sidosryhmän rooli",
            "sidosryhmätyyppi", "asiakkuus", "roll", "roller", "relation", "intressentroll",
            "role", "roles", "relationship", "stakeholder role",
        ),
        many=True,
    ),
    Field(
        "level",
        _("level"),
        (
            "taso", "kumppanuustaso", "kumppanuuden taso", "yhteistyön taso", "luokka", "luokitus",
            "kumppanuusluokka", "kumppanuuden luokka", "segmentti", "strateginen taso", "porras",
            "nivå", "partnerskapsnivå", "samarbetsnivå", "klass", "klassificering", "level",
            "partnership level", "tier", "class", "segment", "classification", "category",
        ),
    ),
    Field(
        "content",
        _("content"),
        (
            "sisältö", "kumppanuuden sisältö", "yhteistyön sisältö", "yhteistyömuoto",
            "yhteistyömuodot", "yhteistyön muoto", "yhteistyöalue", "innehåll", "samarbetsform",
            "samarbetsformer", "samarbetets innehåll", "content", "contents", "cooperation",
            "form of cooperation", "type of cooperation", "cooperation forms",
        ),
        many=True,
    ),
    Field(
        "theme",
        _("theme"),
        (
            "teema", "teemat", "aihe", "painopiste", "tema", "teman", "theme", "themes", "topic",
            "focus",
        ),
        many=True,
    ),
    Field(
        "field",
        _("field"),
        (
            "ala", "toimiala", "koulutusala", "alat", "toimialat", "bransch", "utbildningsområde",
            "område", "field", "fields", "industry", "line of business", "field of study",
            "branch",
        ),
        many=True,
    ),
    Field(
        "owner",
        _("our own contact"),
        (
            "vastuuhenkilö", "vastuuhenkilömme", "omistaja", "kumppanuuden omistaja", "vastaava",
            "vastuuhlö", "oma yhteyshenkilö", "meidän yhteyshenkilö", "yhteyshenkilömme",
            "oppilaitoksen yhteyshenkilö", "oppilaitoksen vastuuhenkilö", "yhteyshenkilö meillä",
            "asiakasvastaava", "vastuuopettaja", "kumppanuusvastaava", "ansvarig", "ansvarsperson",
            "ägare", "vår kontaktperson", "ansvarig person", "kontaktperson hos oss", "owner",
            "responsible", "responsible person", "account manager", "our contact",
            "our contact person",
        ),
        looks=share(guessing.is_person),
    ),
    Field(
        "contact",
        _("contact person"),
        (
            "yhteyshenkilö", "yhteyshlö", "kontaktihenkilö", "yhteyshenkilön nimi",
            "yhteyshenkilö nimi", "kumppanin yhteyshenkilö", "yrityksen yhteyshenkilö", "kontakti",
            "yhteystieto", "kontaktperson", "kontakt", "kontaktpersonens namn",
            "kontaktperson namn", "kontakt namn", "contact", "contact person", "contact name",
            "person", "henkilö", "yhteyshenkilöt",
        ),
        weak=("nimi", "namn", "name"),
        looks=share(guessing.is_person),
    ),
    Field(
        "given_name",
        _("given name"),
        ("etunimi", "förnamn", "first name", "given name", "yhteyshenkilö etunimi"),
    ),
    Field(
        "family_name",
        _("family name"),
        ("sukunimi", "efternamn", "last name", "surname", "family name"),
    ),
    Field(
        "contact_title",
        _("contact's title"),
        (
            "titteli", "tehtävänimike", "nimike", "asema", "ammattinimike",
            "yhteyshenkilön titteli", "tehtävä", "titel", "befattning", "tjänstetitel",
            "job title", "position", "title", "contact title",
        ),
    ),
    Field(
        "email",
        _("e-mail"),
        (
            "sähköposti", "sähköpostiosoite", "sposti", "s-posti", "email", "e-mail", "e-post",
            "epost", "mejl", "mail", "meili", "maili", "e-postadress", "email address",
            "sähköpostit",
        ),
        looks=share(guessing.is_email),
        alone=True,
        many=True,
    ),
    Field(
        "phone",
        _("phone"),
        (
            "puhelin", "puh", "puhelinnumero", "puh.", "gsm", "matkapuhelin", "puhnro", "telefon",
            "tel", "telefonnummer", "mobil", "phone", "phone number", "mobile", "telephone",
        ),
        looks=share(guessing.is_phone),
        alone=True,
        many=True,
    ),
    Field(
        "start",
        _("start"),
        (
            "alku", "alkupvm", "alkaen", "alkupäivä", "aloitus", "aloituspvm", "alkanut",
            "aloitettu", "kumppanuus alkanut", "yhteistyö alkanut", "yhteistyö alkoi",
            "alkamispäivä", "alkaa", "voimassa alkaen", "start", "startdatum", "början", "från",
            "inledd", "inlett", "samarbetet började", "start date", "started", "since", "from",
            "valid from", "begin", "partner since", "kumppani vuodesta", "vuodesta",
        ),
        looks=share(guessing.is_day),
    ),
    Field(
        "end",
        _("end"),
        (
            "loppu", "loppupvm", "päättyy", "päättymispäivä", "päättynyt", "loppuu", "loppupäivä",
            "voimassa asti", "saakka", "slut", "slutdatum", "till", "avslutad", "upphör", "end",
            "end date", "ends", "until", "valid to", "valid until", "expires", "ended",
        ),
        looks=share(guessing.is_day),
    ),
    Field(
        "last_contact",
        _("last contact"),
        (
            "viimeisin yhteydenotto", "viimeisin kontakti", "viimeinen kontakti", "viim. kontakti",
            "viimeksi yhteydessä", "edellinen yhteydenotto", "viimeisin tapaaminen",
            "edellinen tapaaminen", "viim. yhteydenotto", "yhteydenotto", "tavattu viimeksi",
            "viim yhteys", "senaste kontakt", "senast kontaktad", "senaste möte", "last contact",
            "last contacted", "last meeting", "latest contact", "last activity",
            "viimeisin yhteys", "kontaktoitu",
        ),
        looks=share(guessing.is_day),
    ),
    Field(
        "next_step",
        _("next step"),
        (
            "seuraava askel", "seuraava toimenpide", "jatkotoimet", "seuraavaksi", "nästa steg",
            "nästa åtgärd", "next step", "next action", "to do",
        ),
    ),
    Field(
        "state",
        _("state"),
        (
            "tila", "status", "tilanne", "kumppanuuden tila", "vaihe", "läge", "tillstånd",
            "state", "stage",
        ),
    ),
    Field(
        "notes",
        _("notes"),
        (
            "huomiot", "huomautukset", "huom", "lisätiedot", "muistiinpanot", "kommentit",
            "kommentti", "muuta", "lisätieto", "kuvaus", "anteckningar", "anmärkningar",
            "kommentar", "kommentarer", "övrigt", "beskrivning", "notes", "note", "comments",
            "remarks", "description", "other",
        ),
        many=True,
    ),
    Field(
        "website",
        _("website"),
        (
            "verkkosivu", "verkkosivut", "kotisivu", "kotisivut", "www", "web", "nettisivu",
            "nettisivut", "url", "webbplats", "hemsida", "website", "web site", "homepage",
            "verkko-osoite",
        ),
        looks=share(guessing.is_website),
        alone=True,
    ),
)  # fmt: skip

BY_KEY = {one.key: one for one in FIELDS}
