"""The demo's content: real names of institutions and networks, everything else fictional."""

from datetime import date, timedelta
from random import Random

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_noop

from solmu.accounts.models import ApiToken, User
from solmu.audit import history
from solmu.installation import demo
from solmu.lib import clock, names
from solmu.lib.periods import period
from solmu.lib.tokens import token_hash
from solmu.networks.models import Membership
from solmu.organisations import places
from solmu.organisations.models import (
    Affiliation,
    Figure,
    Institution,
    Municipality,
    Organisation,
    OrganisationSource,
    Relation,
)
from solmu.partnerships.founding import ladder
from solmu.partnerships.growing import growing, registering
from solmu.partnerships.models import (
    Confirmation,
    Contact,
    DialogueEntry,
    Facet,
    Level,
    Stakeholder,
    Standing,
    ValueAssessment,
)
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.portal import (
    demo_agreements,
    demo_autopilot,
    demo_bases,
    demo_certificates,
    demo_costs,
    demo_exam,
    demo_networks,
    demo_plans,
    demo_training,
    fiction,
    rebuilding,
)
from solmu.portal.personas import PERSONAS

INSTITUTIONS = (
    # slug, name fi, name sv, municipality, students, staff (the figures are examples)
    ("tavastia", "Ammattiopisto Tavastia", "Yrkesinstitutet Tavastia", "109", 2900, 410),
    ("eerikkila", "Eerikkilän Urheiluopisto", "Eerikkilä idrottsinstitut", "834", 420, 90),
    (
        "lhkk",
        "Lounais-Hämeen koulutuskuntayhtymä",
        "Sydvästra Tavastlands utbildningssamkommun",
        "061",
        1450,
        190,
    ),
    ("hevosopisto", "Hevosopisto", "Hästinstitutet", "981", 520, 95),
    ("hyria", "Hyria koulutus", "Hyria koulutus", "106", 3300, 400),
    ("hami", "Hämeen ammatti-instituutti", "Tavastlands yrkesinstitut", "109", 700, 120),
    ("kiipula", "Kiipulan ammattiopisto", "Kiipula yrkesinstitut", "165", 800, 210),
    ("vaao", "Valkeakosken ammattiopisto", "Valkeakoski yrkesinstitut", "908", 1150, 130),
    ("tuakk", "Turun Aikuiskoulutuskeskus", "Åbo vuxenutbildningscenter", "853", 2400, 180),
)
PARTNERS_IN_FINLAND = 300
PARTNERS_ABROAD = 46
# How Tavastia's partners spread over regions: share in percent, by the region's Finnish name.
SPREAD = {
    "Kanta-Häme": 46,
    "Pirkanmaa": 14,
    "Uusimaa": 13,
    "Päijät-Häme": 6,
    "Varsinais-Suomi": 5,
    "Keski-Suomi": 3,
    "Satakunta": 3,
    "Kymenlaakso": 2,
    "Etelä-Karjala": 1,
    "Pohjois-Savo": 2,
    "Pohjanmaa": 1,
    "Etelä-Pohjanmaa": 1,
    "Pohjois-Pohjanmaa": 2,
    "Lappi": 1,
}
GAINS = (
    (
        "Opiskelijoita harjoitteluun ja opettajien työelämäjaksoja",
        "Ajantasaista tietoa alan tarpeista",
    ),
    ("Täydennyskoulutusta henkilöstölle", "Työpaikkoja valmistuville"),
    ("Tilat ja laitteet iltakäyttöön", "Asiantuntijat näyttöjen arviointiin"),
)
GOALS = (
    "Kymmenen opiskelijaa vuodessa, jokaisella koulutettu työpaikkaohjaaja.",
    "Yhteinen hanke osaamistarpeiden ennakoinnista.",
    "Yksi yhteinen avoin ovi -päivä lukuvuodessa.",
)
REASONS = (
    "Yhteistyö on vakiintunut ja sille on nimetty vastuuhenkilöt.",
    "Johtoryhmän päätös: kumppani on strategian painopistealalla.",
    "Yhteisiä opiskelijoita on jo useita.",
)


@transaction.atomic
def fill() -> None:
    """Fill an empty, migrated database with the demo; the same content on every machine."""
    if User.objects.exists() or Organisation.objects.exists():
        raise RuntimeError("The database is in use: nothing turns it into a demo.")
    demo.mark()
    places.load_places()
    by = Viewer.system(gettext_noop("demo content"))
    with history.acting(by):
        institutions = _institutions()
        people = _personas(institutions)
        for institution in institutions.values():
            ladder.create_defaults(institution)
        _partners(institutions["tavastia"], people)
        _small_picture(institutions["hyria"], people["network-lead"])
        _relations(institutions)
        networks = demo_networks.fill(institutions, people)
        demo_plans.fill(networks, institutions, people)
        demo_costs.fill(networks, institutions, people)
        demo_bases.fill(institutions, networks, people)
        demo_agreements.fill(institutions, networks, people)
        training = demo_training.fill(institutions, people)
        demo_exam.fill(training)
        demo_certificates.fill(training, institutions)
        demo_autopilot.fill(training)
        registering.follow_memberships(Membership.objects.values_list("pk", flat=True))
        _networks_on_the_picture(institutions["tavastia"], people)
        _grown(institutions["tavastia"])
    rebuilding.rebuild_derived()


def _institutions() -> dict[str, Institution]:
    municipalities = Municipality.objects.in_bulk()
    made: dict[str, Institution] = {}
    year = clock.today().year
    fictional = (
        "esimerkkila",
        "Esimerkkilän ammattiopisto",
        "Exempelby yrkesinstitut",
        "297",
        900,
        110,
    )
    for slug, fi, sv, code, students, staff in (*INSTITUTIONS, fictional):
        home = municipalities[code]
        organisation = Organisation.objects.create(
            slug=slug,
            name_fi=fi,
            name_sv=sv,
            name_key=names.key(fi),
            kind=Organisation.Kind.EDUCATION_PROVIDER,
            region=home.region,
            municipality=home,
            lat=home.lat,
            lon=home.lon,
            fields=["education"],
            public=True,
            fact_sources={"name_fi": "register", "municipality": "register"},
        )
        institution = Institution.objects.create(
            organisation=organisation,
            fields=["engineering", "health", "services", "business", "agriculture"],
        )
        institution.regions.add(home.region)
        for back in range(year - 2010, -1, -1):
            Figure.objects.create(
                organisation=organisation,
                year=year - back,
                students=round(students * (1 - 0.02 * back)),
                staff=staff,
                source="Esimerkkiluku",
            )
        made[slug] = institution
    return made


def _personas(institutions: dict[str, Institution]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for persona in PERSONAS:
        user = User.objects.create_user(
            f"{persona.slug}@solmu.example", is_admin=persona.slug == "admin"
        )
        person = Person.objects.create(
            given_name=persona.given_name,
            family_name=persona.family_name,
            email=user.email,
            user=user,
        )
        ApiToken.objects.create(
            user=user, name="demo", token_hash=token_hash(f"demo-{persona.slug}")
        )
        if persona.institution:
            Affiliation.objects.create(
                person=person,
                institution=institutions[persona.institution],
                role=persona.role,
                title=persona.title,
                valid=period(clock.today() - timedelta(days=900)),
            )
        people[persona.slug] = person
    return people


def _owners(institution: Institution, random: Random) -> list[Person]:
    """Colleagues who own partnerships; fictional, with accounts of their own."""
    owners = []
    for number in range(6):
        given, family = fiction.person_name(random)
        user = User.objects.create_user(f"vastuu{number + 1}@solmu.example")
        person = Person.objects.create(
            given_name=given, family_name=family, email=user.email, user=user
        )
        Affiliation.objects.create(
            person=person,
            institution=institution,
            role=Affiliation.Role.CONTRIBUTOR,
            valid=period(clock.today() - timedelta(days=800)),
        )
        owners.append(person)
    return owners


def _partner_organisations(random: Random) -> list[Organisation]:
    by_region: dict[str, list[Municipality]] = {}
    for municipality in Municipality.objects.select_related("region").order_by("code"):
        by_region.setdefault(municipality.region.name_fi, []).append(municipality)
    regions = [name for name in SPREAD if name in by_region]
    weights = [SPREAD[name] for name in regions]
    organisations: list[Organisation] = []
    number = 0
    while len(organisations) < PARTNERS_IN_FINLAND:
        number += 1
        fact = fiction.finnish_organisation(number)
        if not fact.business_id:
            continue
        candidates = by_region[random.choices(regions, weights)[0]]
        # Most partners are in the region's larger places, which come up first by their names here.
        home = random.choice(candidates)
        if home.region.name_fi == "Kanta-Häme" and random.random() < 0.5:
            home = next(m for m in candidates if m.code == "109")
        organisations.append(
            Organisation(
                slug=f"esittely-{number}",
                name_fi=fact.name,
                name_key=names.key(fact.name),
                kind=fact.kind,
                business_id=fact.business_id,
                region=home.region,
                municipality=home,
                lat=round(home.lat + random.uniform(-0.035, 0.035), 5),
                lon=round(home.lon + random.uniform(-0.06, 0.06), 5),
                website="https://example.org/" if number % 3 == 0 else "",
                fields=[fact.field],
                public=number % 2 == 0,
            )
        )
    for number in range(PARTNERS_ABROAD):
        fact, (_place, country, lat, lon) = fiction.foreign_organisation(number)
        organisations.append(
            Organisation(
                slug=f"demo-abroad-{number + 1}",
                name_en=fact.name,
                name_key=names.key(fact.name),
                kind=fact.kind,
                country=country,
                lat=round(lat + random.uniform(-0.05, 0.05), 5),
                lon=round(lon + random.uniform(-0.08, 0.08), 5),
                fields=[fact.field],
                public=True,
            )
        )
    return Organisation.objects.bulk_create(organisations)


def _partners(institution: Institution, people: dict[str, Person]) -> None:
    random = Random(2010)
    today = clock.today()
    organisations = _partner_organisations(random)
    OrganisationSource.objects.bulk_create(
        OrganisationSource(
            organisation=organisation,
            institution=institution,
            origin=OrganisationSource.Origin.IMPORT,
        )
        for organisation in organisations
    )
    others = (
        Organisation.objects.filter(institution__isnull=False)
        .exclude(pk=institution.pk)
        .order_by("pk")
    )
    organisations = [*organisations, *others]
    owners = [people["coordinator"], *_owners(institution, random)]
    levels = list(Level.objects.filter(institution=institution).order_by("rank"))
    contents = list(Facet.objects.filter(institution=institution, kind=Facet.Kind.CONTENT))
    themes = list(Facet.objects.filter(institution=institution, kind=Facet.Kind.THEME))

    stakeholders = Stakeholder.objects.bulk_create(
        Stakeholder(
            institution=institution, organisation=organisation, roles=_roles(organisation, random)
        )
        for organisation in organisations
    )
    standings: list[Standing] = []
    ranks: dict[int, int] = {}
    for stakeholder in stakeholders:
        path = _path(stakeholder, levels, random, today)
        owner = random.choice(owners)
        facts = {
            "contents": sorted(
                {random.choice(contents).pk for _ in range(random.choice((1, 1, 2)))}
            ),
            "themes": sorted({random.choice(themes).pk for _ in range(random.choice((0, 1, 1, 2)))})
            if themes
            else [],
            "owner": owner,
        }
        for number, (start, level, state, reason) in enumerate(path):
            end = path[number + 1][0] if number + 1 < len(path) else None
            standings.append(
                Standing(
                    stakeholder=stakeholder,
                    valid=DateRange(start, end, "[)"),
                    level=level,
                    state=state,
                    reason=reason,
                    goals=random.choice(GOALS) if level and level.rank >= 3 else "",
                    decided_by=people["rector"]
                    if level and level.rank == 4
                    else people["coordinator"],
                    **facts,
                )
            )
            ranks[stakeholder.pk] = level.rank if level and state == "active" else 0
    Standing.objects.bulk_create(standings)
    contacts = _contacts(stakeholders, random, today)
    _dialogue(stakeholders, contacts, ranks, [people["rector"], *owners], random, today)
    _values(stakeholders, ranks, people["coordinator"], random, today)
    _confirmations(stakeholders, contacts, ranks, people["coordinator"], today)


def _roles(organisation: Organisation, random: Random) -> list[str]:
    if organisation.kind == "education_provider":
        return ["education_provider", "partner"]
    if organisation.kind == "project":
        return ["partner", "funder"]
    return random.choice(
        (["employer"], ["employer", "customer"], ["customer"], ["employer", "partner"])
    )


def _path(
    stakeholder: Stakeholder, levels: list[Level], random: Random, today: date
) -> list[tuple[date | None, Level | None, str, str]]:
    """The stakeholder's standings: start, level, state, reason; each lasts until the next."""
    first = today - timedelta(days=random.randint(60, 2600))
    draw = random.random()
    if draw < 0.09:
        return [(first, None, "potential", "")]
    target = random.choices((1, 2, 3, 4), (34, 38, 22, 6))[0]
    start: date | None = first if draw > 0.3 else None
    path: list[tuple[date | None, Level | None, str, str]] = []
    rank = max(1, target - random.choice((0, 0, 1, 1, 2)))
    path.append((start, levels[rank - 1], "active", ""))
    day = first
    while rank < target:
        day += (today - day) * random.uniform(0.25, 0.7)
        rank += 1
        path.append((day, levels[rank - 1], "active", random.choice(REASONS)))
    rest = (today - day).days
    if draw > 0.94 and rest > 30:
        end = day + timedelta(days=rest * 2 // 3)
        path.append((end, levels[rank - 1], "ended", "Toiminta paikkakunnalla loppui."))
    elif draw > 0.91 and rest > 30:
        path.append((day + timedelta(days=rest // 2), levels[rank - 1], "paused", "Sovittu tauko."))
    return path


def _contacts(
    stakeholders: list[Stakeholder], random: Random, today: date
) -> dict[int, list[Contact]]:
    people, contacts = [], []
    titles = (
        "toimitusjohtaja",
        "henkilöstöpäällikkö",
        "palveluesihenkilö",
        "koulutuspäällikkö",
        "työpaikkaohjaaja",
    )
    for stakeholder in stakeholders:
        for number in range(random.choice((1, 1, 1, 2, 3))):
            given, family = fiction.person_name(random)
            people.append(
                Person(
                    given_name=given,
                    family_name=family,
                    email=f"{names.key(given)}.{stakeholder.pk}.{number}@posti.example",
                    phone=f"+358 457 000 {random.randint(1000, 9999)}",
                    language="fi",
                    retention_until=today + timedelta(days=random.randint(200, 1400)),
                )
            )
            contacts.append(
                Contact(
                    stakeholder=stakeholder,
                    title=random.choice(titles),
                    valid=DateRange(today - timedelta(days=random.randint(30, 1500)), None, "[)"),
                )
            )
    for contact, person in zip(contacts, Person.objects.bulk_create(people), strict=True):
        contact.person = person
    by_stakeholder: dict[int, list[Contact]] = {}
    for contact in Contact.objects.bulk_create(contacts):
        by_stakeholder.setdefault(contact.stakeholder_id, []).append(contact)
    return by_stakeholder


def _dialogue(
    stakeholders: list[Stakeholder],
    contacts: dict[int, list[Contact]],
    ranks: dict[int, int],
    authors: list[Person],
    random: Random,
    today: date,
) -> None:
    """Two years of meetings, calls, visits, notes and tasks, more of them the higher the level."""
    titles = {
        "meeting": fiction.MEETING_TITLES,
        "call": fiction.CALL_TITLES,
        "visit": fiction.VISIT_TITLES,
        "note": fiction.NOTE_TITLES,
    }
    entries = []
    for stakeholder in stakeholders:
        rank = ranks[stakeholder.pk]
        # One in eight has no dialogue at all: a claimed level with nothing behind it.
        quiet = stakeholder.pk % 8 == 0
        how_many = 0 if quiet else random.randint(rank, 2 + rank * 3)
        for _number in range(how_many):
            kind = random.choices(tuple(titles), (4, 4, 2, 1))[0]
            entries.append(
                DialogueEntry(
                    stakeholder=stakeholder,
                    kind=kind,
                    on=today - timedelta(days=int(730 * random.random() ** 1.3) + 1),
                    title=random.choice(titles[kind]),
                    text=random.choice(fiction.TEXTS) if random.random() < 0.7 else "",
                    author=random.choice(authors),
                    contact=random.choice(contacts[stakeholder.pk]),
                )
            )
        if rank >= 2 and random.random() < 0.22:
            entries.append(
                DialogueEntry(
                    stakeholder=stakeholder,
                    kind="task",
                    on=today - timedelta(days=random.randint(5, 60)),
                    title=random.choice(fiction.TASK_TITLES),
                    author=authors[1],
                    due_on=today + timedelta(days=random.randint(-20, 60)),
                    done_on=today - timedelta(days=2) if random.random() < 0.4 else None,
                )
            )
    entries.append(
        DialogueEntry(
            stakeholder=stakeholders[0],
            kind="note",
            on=today - timedelta(days=12),
            title="Luottamuksellinen: neuvottelu jatkosta",
            text="Vain johdolle: kumppani harkitsee toiminnan laajentamista alueelle.",
            author=authors[0],
            limited=True,
        )
    )
    DialogueEntry.objects.bulk_create(entries)


def _values(
    stakeholders: list[Stakeholder], ranks: dict[int, int], by: Person, random: Random, today: date
) -> None:
    rows = []
    for stakeholder in stakeholders:
        if ranks[stakeholder.pk] < 3:
            continue
        give, get = random.choice(GAINS)
        base = random.randint(2, 3)
        for back in (700, 340, 20):
            rows.append(
                ValueAssessment(
                    stakeholder=stakeholder,
                    on=today - timedelta(days=back + stakeholder.pk % 15),
                    we_give=give,
                    we_get=get,
                    they_give=get,
                    they_get=give,
                    student="Oikeita työtehtäviä ja ohjaaja, joka tuntee tutkinnon.",
                    we_give_score=min(4, base + (back < 400) * (stakeholder.pk % 3 == 0)),
                    we_get_score=max(0, base - (back < 400) * (stakeholder.pk % 3 == 0)),
                    they_give_score=base,
                    they_get_score=random.randint(1, 4),
                    student_score=random.randint(2, 4),
                    by=by,
                )
            )
    ValueAssessment.objects.bulk_create(rows)


def _confirmations(
    stakeholders: list[Stakeholder],
    contacts: dict[int, list[Contact]],
    ranks: dict[int, int],
    by: Person,
    today: date,
) -> None:
    high = [s for s in stakeholders if ranks[s.pk] >= 3 and s.pk % 8]
    Confirmation.objects.bulk_create(
        Confirmation(
            stakeholder=stakeholder,
            contact=contacts[stakeholder.pk][0],
            shows=["contents", "goals"],
            state=Confirmation.State.CONFIRMED,
            asked_by=by,
            asked_on=today - timedelta(days=90 + stakeholder.pk % 200),
            answered_on=today - timedelta(days=60 + stakeholder.pk % 200),
        )
        for stakeholder in high[::2]
    )


def _small_picture(institution: Institution, owner: Person) -> None:
    """A few partners of another institution, so that two pictures can be told apart."""
    levels = list(Level.objects.filter(institution=institution).order_by("rank"))
    shared = Organisation.objects.filter(slug__startswith="esittely-", public=True).order_by("pk")[
        :12
    ]
    OrganisationSource.objects.bulk_create(
        OrganisationSource(organisation=o, institution=institution, origin="person") for o in shared
    )
    stakeholders = Stakeholder.objects.bulk_create(
        Stakeholder(institution=institution, organisation=o, roles=["employer"]) for o in shared
    )
    Standing.objects.bulk_create(
        Standing(
            stakeholder=stakeholder,
            valid=period(clock.today() - timedelta(days=400)),
            level=levels[number % 3],
            owner=owner,
        )
        for number, stakeholder in enumerate(stakeholders)
    )


def _networks_on_the_picture(institution: Institution, people: dict[str, Person]) -> None:
    """What Tavastia says of the networks that it belongs to: level, owner, value both ways."""
    levels = {level.rank: level for level in Level.objects.filter(institution=institution)}
    contents = list(Facet.objects.filter(institution=institution, kind=Facet.Kind.CONTENT))
    today = clock.today()
    for slug, rank, owner, scope, give, get in (
        (
            "valkky",
            4,
            "rector",
            "",
            "Johtoryhmän varapuheenjohtaja ja jäsen viidessä ryhmässä",
            "Yhteiset mallit, vertailutieto ja kahdeksan oppilaitoksen verkosto",
        ),
        (
            "tyopaikkaohjaajakouluttajat",
            2,
            "coordinator",
            "national",
            "Kaksi kouluttajaa tapaamisissa",
            "Koulutustuotteita ja käytäntöjä muilta",
        ),
        (
            "mewet",
            3,
            "coordinator",
            "national",
            "Opiskelijaryhmiä simulaatioihin",
            "Aito älykoti oppimisympäristönä",
        ),
        ("hameen-ruokaketju", 2, "coordinator", "", "Tilat vuosikokoukseen", "Työpaikkoja"),
        (
            "pohjoinen-taitoverkosto",
            2,
            "coordinator",
            "international",
            "Opettajavaihtoa",
            "Taitokilpailuja ja vertailua",
        ),
    ):
        stakeholder = Stakeholder.objects.get(institution=institution, organisation__slug=slug)
        Standing.objects.filter(stakeholder=stakeholder).update(
            level=levels[rank],
            owner=people[owner],
            scope_override=scope,
            contents=[contents[rank % len(contents)].pk],
        )
        ValueAssessment.objects.create(
            stakeholder=stakeholder,
            on=today - timedelta(days=120),
            we_give=give,
            we_get=get,
            they_give=get,
            they_get=give,
            student="Laajempi valikoima, yhteisiä ohjaajia ja kokeiluja.",
            we_give_score=3,
            we_get_score=3 if rank > 2 else 2,
            they_give_score=3,
            they_get_score=3,
            student_score=rank,
            by=people[owner],
        )


def _grown(institution: Institution) -> None:
    """Half of the partnerships in common networks have got their form; the others wait for it."""
    by = Viewer.system(gettext_noop("demo content"))
    for proposal in growing.proposals(institution.pk, clock.today())[::2]:
        growing.accept(proposal, on=date(2023, 1, 1), by=by)


def _relations(institutions: dict[str, Institution]) -> None:
    tavastia = institutions["tavastia"].organisation
    first = Organisation.objects.filter(slug__startswith="esittely-").order_by("pk")[:4]
    kinds = ("supplier", "supplier", "funder", "supplier")
    Relation.objects.bulk_create(
        Relation(
            source=organisation,
            target=tavastia,
            kind=kind,
            valid=period(clock.today() - timedelta(days=500)),
            institution=institutions["tavastia"],
        )
        for organisation, kind in zip(first, kinds, strict=True)
    )
