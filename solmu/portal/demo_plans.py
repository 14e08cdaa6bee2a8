# ruff: noqa: E501
"""The demo's action plans: Välkky's strategy, two years of measures, outputs, an annual report.

Texts are our own; every figure is an example, and says so.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from solmu.goals.models import Goal, Indicator, IndicatorValue
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks.models import Group, Network, Term
from solmu.organisations.models import Institution
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.plans import outputs, reporting
from solmu.plans.goal_holder import NETWORK
from solmu.plans.models import (
    Measure,
    Output,
    Plan,
    PlanGoal,
    Proof,
    StatusChange,
    Strategy,
    TakingPart,
    Theme,
)
from solmu.portal.demo_networks import THEMES

EXAMPLE = "Esimerkkiluku"
DONE, HALF, STARTED, PLANNED, LATE = "done", "half", "started", "planned", "late"


@dataclass(frozen=True)
class _M:
    """A measure of the demo: months are of the plan's year."""

    title: str
    group: str
    status: str
    first: int = 1
    last: int = 12
    who: str = ""
    others: tuple[str, ...] = ()
    text: str = ""


# Each theme: goals with the group that answers, an indicator (name, unit, baseline, target, values)
# or None, and measures.
VALKKY: tuple[tuple[str, str, tuple[tuple[str, str, tuple | None, tuple[_M, ...]], ...]], ...] = (
    (
        THEMES[0],
        "Työikäinen löytää alueelta koulutuksen, joka sopii hänen arkeensa.",
        (
            (
                "Lyhyet koulutukset löytyvät yhdestä paikasta",
                "pedagoginen-kehittaminen",
                ("Yhteisessä tarjottimessa olevat koulutukset", "kpl", 40, 120, (40, 66, 91, 108)),
                (
                    _M(
                        "Kootaan jäsenten osaamismerkit yhteiseen luetteloon",
                        "pedagoginen-kehittaminen",
                        DONE,
                        1,
                        5,
                        "tavastia",
                        ("hyria", "kiipula"),
                        "Jokainen jäsen tuo luetteloon omat merkkinsä; kuvaukset kirjoitetaan samalla "
                        "kaavalla, jotta työnantaja ymmärtää ne lukematta opasta.",
                    ),
                    _M(
                        "Julkaistaan alueen koulutustarjotin työikäisille",
                        "viestinta",
                        DONE,
                        2,
                        8,
                        "hyria",
                        ("tavastia", "hami", "vaao"),
                    ),
                    _M(
                        "Sovitaan, miten opiskelija siirtyy kesken opintojen oppilaitoksesta toiseen",
                        "pedagoginen-kehittaminen",
                        HALF,
                        3,
                        12,
                        "lhkk",
                        ("tavastia",),
                    ),
                ),
            ),
            (
                "Ohjaus on samanlaista jokaisella ovella",
                "erityinen-tuki",
                None,
                (
                    _M(
                        "Laaditaan yhteinen ohjauksen vuosikello",
                        "erityinen-tuki",
                        DONE,
                        1,
                        4,
                        "kiipula",
                        ("lhkk", "eerikkila"),
                    ),
                    _M(
                        "Järjestetään uraohjaajien yhteinen koulutuspäivä",
                        "erityinen-tuki",
                        DONE,
                        4,
                        9,
                        "hami",
                        ("kiipula", "vaao"),
                    ),
                    _M(
                        "Kokeillaan etäohjausta iltaisin",
                        "erityinen-tuki",
                        STARTED,
                        8,
                        12,
                        "kiipula",
                        ("hyria",),
                    ),
                ),
            ),
        ),
    ),
    (
        THEMES[1],
        "Digitaaliset välineet auttavat oppimaan, eivät vie aikaa siltä.",
        (
            (
                "Opettaja saa digitaidot arkeen",
                "digipedagogiikka",
                ("Simulaatiota kokeilleet opettajat", "henkilöä", 12, 80, (12, 25, 41, 52)),
                (
                    _M(
                        "Pidetään neljä avointa digityöpajaa",
                        "digipedagogiikka",
                        DONE,
                        2,
                        11,
                        "kiipula",
                        ("tavastia", "hyria", "lhkk"),
                        "Työpajan vetää joka kerta eri oppilaitos. Tallenne ja tehtävät jäävät kaikkien "
                        "käyttöön.",
                    ),
                    _M(
                        "Kootaan tekoälyn käytön pelisäännöt opiskelijalle",
                        "digipedagogiikka",
                        DONE,
                        1,
                        6,
                        "tavastia",
                        ("hami", "vaao"),
                    ),
                    _M(
                        "Tehdään opettajan digipolku, jota voi kulkea omaan tahtiin",
                        "digipedagogiikka",
                        HALF,
                        3,
                        12,
                        "hyria",
                        ("kiipula", "eerikkila"),
                    ),
                    _M(
                        "Arvioidaan saavutettavuus kolmessa verkkokurssissa",
                        "digipedagogiikka",
                        LATE,
                    ),
                ),
            ),
            (
                "Oppimisympäristöt ovat yhteisessä käytössä",
                "teknologia",
                None,
                (
                    _M(
                        "Avataan simulaatiotilat toisten jäsenten opiskelijoille",
                        "teknologia",
                        HALF,
                        2,
                        12,
                        "tavastia",
                        ("hevosopisto", "lhkk"),
                    ),
                    _M(
                        "Kartoitetaan laitteet, jotka kannattaa hankkia yhdessä",
                        "teknologia",
                        DONE,
                        1,
                        5,
                        "vaao",
                        ("hami",),
                    ),
                    _M(
                        "Kokeillaan lisättyä todellisuutta koneopetuksessa",
                        "teknologia",
                        STARTED,
                        9,
                        12,
                        "lhkk",
                        ("tavastia",),
                    ),
                ),
            ),
        ),
    ),
    (
        THEMES[2],
        "Opimme ja teemme työtä niin, että resursseja riittää myös seuraaville.",
        (
            (
                "Kestävyys näkyy jokaisessa tutkinnossa",
                "pedagoginen-kehittaminen",
                ("Tutkinnot, joissa on kestävyystehtävä", "kpl", 6, 30, (6, 9, 14, 17)),
                (
                    _M(
                        "Kirjoitetaan kestävyystehtävien pankki",
                        "pedagoginen-kehittaminen",
                        HALF,
                        2,
                        12,
                        "hami",
                        ("lhkk", "hevosopisto"),
                    ),
                    _M(
                        "Lasketaan hiilijalanjälki yhteisillä perusteilla",
                        "talous-ja-henkilosto",
                        STARTED,
                        5,
                        12,
                        "hyria",
                        ("tavastia", "vaao"),
                    ),
                    _M(
                        "Kierrätetään opetusvälineitä jäseneltä toiselle",
                        "talous-ja-henkilosto",
                        LATE,
                    ),
                ),
            ),
            (
                "Henkilöstö jaksaa ja oppii",
                "talous-ja-henkilosto",
                None,
                (
                    _M(
                        "Avataan työnkierto jäsenten välillä",
                        "talous-ja-henkilosto",
                        STARTED,
                        3,
                        12,
                        "vaao",
                        ("tavastia", "kiipula"),
                    ),
                    _M(
                        "Vertaillaan tukipalvelujen tapoja tehdä työtä",
                        "talous-ja-henkilosto",
                        DONE,
                        1,
                        6,
                        "hami",
                        ("hyria", "eerikkila"),
                    ),
                    _M(
                        "Suunnitellaan yhteinen esihenkilövalmennus",
                        "talous-ja-henkilosto",
                        PLANNED,
                        9,
                        12,
                    ),
                ),
            ),
        ),
    ),
    (
        THEMES[3],
        "Yritys asioi yhden alueen kanssa, vaikka oppilaitoksia on kahdeksan.",
        (
            (
                "Työpaikkaohjaaja saa tukea läheltä",
                "pedagoginen-kehittaminen",
                (
                    "Koulutetut työpaikkaohjaajat vuodessa",
                    "henkilöä",
                    210,
                    400,
                    (210, 268, 331, 362),
                ),
                (
                    _M(
                        "Yhdenmukaistetaan työpaikkaohjaajien koulutus",
                        "pedagoginen-kehittaminen",
                        DONE,
                        1,
                        6,
                        "tavastia",
                        ("hyria", "kiipula", "lhkk"),
                        "Sama runko, omat esimerkit: osaaminen tunnustetaan kaikissa jäsenissä.",
                    ),
                    _M(
                        "Tehdään ohjaajan pikaopas viidellä kielellä",
                        "kansainvalisyys",
                        DONE,
                        3,
                        9,
                        "hyria",
                        ("kiipula",),
                    ),
                    _M(
                        "Järjestetään ohjaajien kiitospäivä",
                        "viestinta",
                        DONE,
                        8,
                        10,
                        "vaao",
                        ("tavastia", "hami", "eerikkila"),
                    ),
                ),
            ),
            (
                "Ennakoimme osaamistarpeet yhdessä",
                "johtoryhma",
                None,
                (
                    _M(
                        "Kysytään osaamistarpeista alueen työnantajilta",
                        "johtoryhma",
                        DONE,
                        2,
                        5,
                        "hami",
                        ("tavastia", "hyria", "vaao"),
                    ),
                    _M(
                        "Pidetään ennakointi-iltapäivä kolmella paikkakunnalla",
                        "johtoryhma",
                        HALF,
                        4,
                        12,
                        "lhkk",
                        ("hevosopisto", "kiipula"),
                    ),
                    _M(
                        "Sovitaan yhteisestä yhteydenpidosta suuriin työnantajiin",
                        "johtoryhma",
                        STARTED,
                        6,
                        12,
                        "tavastia",
                        ("hyria",),
                    ),
                ),
            ),
        ),
    ),
    (
        THEMES[4],
        "Ammatillinen koulutus on ylpeä valinta.",
        (
            (
                "Nuori näkee, mitä ammattilainen tekee",
                "viestinta",
                (
                    "Kouluvierailuissa tavatut yhdeksäsluokkalaiset",
                    "nuorta",
                    300,
                    1500,
                    (300, 620, 905, 1120),
                ),
                (
                    _M(
                        "Kuvataan kymmenen ammattilaisen päivää",
                        "viestinta",
                        DONE,
                        1,
                        8,
                        "eerikkila",
                        ("hevosopisto", "vaao"),
                    ),
                    _M(
                        "Kierretään yläkouluissa yhteisellä esittelyllä",
                        "viestinta",
                        HALF,
                        2,
                        12,
                        "vaao",
                        ("tavastia", "hyria", "lhkk"),
                    ),
                    _M("Uudistetaan verkoston yhteinen ilme", "viestinta", LATE),
                ),
            ),
            (
                "Maailma tulee mukaan opintoihin",
                "kansainvalisyys",
                None,
                (
                    _M(
                        "Haetaan yhteistä liikkuvuusrahoitusta",
                        "kansainvalisyys",
                        DONE,
                        1,
                        3,
                        "hyria",
                        ("tavastia", "kiipula", "hami"),
                    ),
                    _M(
                        "Lähetetään ensimmäinen yhteinen opiskelijaryhmä",
                        "kansainvalisyys",
                        STARTED,
                        8,
                        12,
                        "hevosopisto",
                        ("eerikkila", "hyria"),
                    ),
                    _M(
                        "Kerätään kotikansainvälisyyden hyvät tavat",
                        "kansainvalisyys",
                        PLANNED,
                        10,
                        12,
                    ),
                ),
            ),
        ),
    ),
)
OUTPUTS = (
    # kind, title, text, institutions, group, theme, licence, public, months ago
    ("publication", "Ohjaajan pikaopas", "Kaksisivuinen opas työpaikkaohjaajalle viidellä kielellä.",
     ("hyria", "kiipula"), "kansainvalisyys", 3, "CC-BY-4.0", True, 2),
    ("way", "Ohjauksen vuosikello", "Yhteinen kuvaus siitä, mitä ohjauksessa tapahtuu milloinkin.",
     ("kiipula", "lhkk", "eerikkila"), "erityinen-tuki", 0, "CC-BY-SA-4.0", True, 7),
    ("publication", "Tekoälyn pelisäännöt opiskelijalle", "Yksi sivu: mitä saa, mitä ei, ja miksi.",
     ("tavastia", "hami", "vaao"), "digipedagogiikka", 1, "CC-BY-4.0", True, 5),
    ("tool", "Kestävyystehtävien pankki", "Tehtäviä eri aloille; jokainen voi lisätä omansa.",
     ("hami", "lhkk"), "pedagoginen-kehittaminen", 2, "CC-BY-SA-4.0", False, 1),
    ("project", "Yhteinen liikkuvuus", "Hankehakemus ja toimintatapa opiskelijoiden liikkuvuuteen.",
     ("hyria", "tavastia", "kiipula", "hami"), "kansainvalisyys", 4, "", False, 8),
    ("way", "Työpaikkaohjaajien koulutuksen runko", "Sama runko kaikissa jäsenissä, omat esimerkit.",
     ("tavastia", "hyria", "kiipula", "lhkk"), "pedagoginen-kehittaminen", 3, "CC-BY-4.0", True, 14),
    ("publication", "Ennakointikyselyn yhteenveto", "Mitä työnantajat kertoivat tarvitsevansa.",
     ("hami", "tavastia"), "johtoryhma", 3, "CC-BY-4.0", True, 16),
    ("tool", "Digityöpajojen tallenteet", "Työpajat ja tehtävät verkoston käyttöön.",
     ("kiipula", "tavastia"), "digipedagogiikka", 1, "CC-BY-NC-SA-4.0", False, 3),
)  # fmt: skip
FOREWORD = (
    "Vuosi oli yhteisen tekemisen vuosi. Ryhmät kokoontuivat säännöllisesti, ja moni asia, jota"
    " ennen teimme kahdeksaan kertaan, tehtiin nyt kerran ja hyvin.\n\n"
    "Kiitos jokaiselle, joka jakoi omansa muiden käyttöön."
)


def fill(
    networks: dict[str, Network], institutions: dict[str, Institution], people: dict[str, Person]
) -> None:
    """Write the plans of the demo's three networks."""
    _valkky(networks["valkky"], institutions, people)
    _thin(
        networks["peer"], "Vertaisverkoston suunta", "Yhteiset koulutustuotteet",
        "Koulutustuotteet löytyvät ja leviävät", "tuakk", institutions,
        (
            ("Kootaan koulutustuotteet yhteiseen luetteloon", DONE, ("tavastia", "hyria")),
            ("Vertaillaan aikatauluja alueittain", HALF, ("kiipula",)),
            ("Pidetään pienryhmiä joka toinen kuukausi", STARTED, ("tavastia",)),
        ),
    )  # fmt: skip
    _thin(
        networks["mewet"], "MeWeT oppii kokeilemalla", "Aito ympäristö",
        "Älykoti on oppimispaikka kaikille", "tuakk", institutions,
        (
            ("Kuvataan älykodin laitteet ja niiden käyttö", DONE, ("tavastia",)),
            ("Rakennetaan uusi simulaatio kotihoitoon", HALF, ("tavastia",)),
            ("Kerätään osallistujien palaute joka kerralta", STARTED, ()),
        ),
    )  # fmt: skip


def _valkky(
    network: Network, institutions: dict[str, Institution], people: dict[str, Person]
) -> None:
    today = clock.today()
    lead = people["network-lead"]
    by = Viewer(user_id=lead.user_id, person_id=lead.pk, name=lead.name)
    groups = {group.slug: group for group in Group.objects.filter(network=network)}
    strategy = Strategy.objects.create(
        network=network,
        title=f"Välkyn suunta {today.year - 1}–{today.year + 2}",
        text="Viisi teemaa, joissa kahdeksan oppilaitosta saa yhdessä aikaan enemmän kuin yksin.",
        valid=period(date(today.year - 1, 1, 1), date(today.year + 2, 12, 31)),
    )
    last_year = _plan(network, strategy, today.year - 1)
    this_year = _plan(network, strategy, today.year)
    goals: list[PlanGoal] = []
    texts: dict[str, str] = {}
    for place, (name, text, parts) in enumerate(VALKKY, 1):
        theme = Theme.objects.create(strategy=strategy, title=name, text=text, place=place)
        texts[str(theme.uuid)] = text
        for at, (title, group, indicator, measures) in enumerate(parts, 1):
            planned = _goal(theme, title, at, groups[group])
            goals.append(planned)
            measured = _indicator(planned, indicator) if indicator else None
            for order, one in enumerate(measures, 1):
                earlier = None
                if order == 1 or one.status in {HALF, STARTED}:
                    before = DONE if order == 1 else HALF
                    earlier = _measure(
                        _M(
                            f"{one.title}: valmistelu" if order == 1 else one.title,
                            one.group, before, 1, 11, one.who, one.others[:2],
                        ),
                        last_year, planned, groups, institutions, order,
                    )  # fmt: skip
                measure = _measure(
                    one, this_year, planned, groups, institutions, order,
                    indicator=measured if order == 1 else None,
                    continues=earlier if earlier and earlier.status != DONE else None,
                )  # fmt: skip
                _proof(measure, lead)
    _answering(this_year, people)
    _outputs(network, goals, groups, institutions, by)
    report = reporting.report_of(network, today.year - 1)
    reporting.write(report, by=by, foreword=FOREWORD, theme_texts=texts, language="fi")
    with_day = reporting.publish(report, by=by)
    with_day.published_on = min(today, date(today.year, 2, 10))
    with_day.save(update_fields=["published_on"])


def _plan(network: Network, strategy: Strategy, year: int) -> Plan:
    plan = Plan.objects.create(
        network=network,
        strategy=strategy,
        year=year,
        state=Plan.State.ADOPTED,
        adopted_on=date(year - 1, 12, 9),
    )
    plan.network = network
    return plan


def _goal(theme: Theme, title: str, place: int, group: Group | None) -> PlanGoal:
    strategy = theme.strategy
    goal = Goal.objects.create(
        holder_kind=NETWORK,
        holder_id=strategy.network_id,
        title=title,
        valid=strategy.valid,
        next_check_on=clock.today() + timedelta(days=40),
    )
    return PlanGoal.objects.create(theme=theme, goal=goal, group=group, place=place)


def _indicator(planned: PlanGoal, facts: tuple) -> Indicator:
    name, unit, baseline, target, values = facts
    indicator = Indicator.objects.create(
        goal=planned.goal,
        name=name,
        unit=unit,
        baseline=Decimal(baseline),
        target=Decimal(target),
        source=EXAMPLE,
    )
    today = clock.today()
    for at, value in enumerate(values):
        IndicatorValue.objects.create(
            indicator=indicator,
            on=today - timedelta(days=150 * (len(values) - 1 - at) + 12),
            value=Decimal(value),
            note=EXAMPLE,
        )
    return indicator


def _measure(
    one: _M,
    plan: Plan,
    planned: PlanGoal,
    groups: dict[str, Group],
    institutions: dict[str, Institution],
    place: int,
    *,
    indicator: Indicator | None = None,
    continues: Measure | None = None,
) -> Measure:
    today = clock.today()
    first = date(plan.year, one.first, 1)
    last = date(plan.year, one.last, 28)
    if one.status == LATE:
        last = today - timedelta(days=25 + 10 * place)
        first = min(first, last - timedelta(days=120))
    status = STARTED if one.status == LATE else one.status
    measure = Measure.objects.create(
        plan=plan,
        goal=planned,
        title=one.title,
        text=one.text,
        group=groups.get(one.group),
        organisation=institutions[one.who].organisation if one.who else None,
        starts_on=first,
        ends_on=last,
        indicator=indicator,
        status=status,
        continues=continues,
        place=place,
    )
    TakingPart.objects.bulk_create(
        TakingPart(measure=measure, organisation=institutions[slug].organisation)
        for slug in one.others
    )
    steps = {PLANNED: (), STARTED: (STARTED,), HALF: (STARTED, HALF), DONE: (STARTED, HALF, DONE)}
    for at, step in enumerate(steps[status]):
        on = min(first + (last - first) * at / 2, today)
        StatusChange.objects.create(measure=measure, status=step, on=on)
    return measure


def _proof(measure: Measure, person: Person) -> None:
    if measure.status == DONE:
        Proof.objects.create(
            measure=measure,
            on=min(measure.ends_on, clock.today()),
            text="Ryhmän muistio ja valmis aineisto",
            url="https://example.org/aineisto",
            by=person,
        )


def _answering(plan: Plan, people: dict[str, Person]) -> None:
    """Somebody answers for each measure: a person of the group, personas where they sit."""
    today = clock.today()
    holders: dict[int, list[Person]] = {}
    terms = Term.objects.on(today).filter(seat__group__network=plan.network, deputy=False)
    for term in terms.select_related("seat", "person").order_by("pk"):
        holders.setdefault(term.seat.group_id, []).append(term.person)
    for number, measure in enumerate(plan.measures.order_by("pk")):
        own = holders.get(measure.group_id or 0)
        if own:
            measure.person = own[number % len(own)]
            measure.save(update_fields=["person"])
    for persona, title in (
        ("member", "Tehdään opettajan digipolku, jota voi kulkea omaan tahtiin"),
        ("network-lead", "Kierretään yläkouluissa yhteisellä esittelyllä"),
        ("rector", "Sovitaan yhteisestä yhteydenpidosta suuriin työnantajiin"),
    ):
        plan.measures.filter(title=title).update(person=people[persona])


def _outputs(
    network: Network,
    goals: list[PlanGoal],
    groups: dict[str, Group],
    institutions: dict[str, Institution],
    by: Viewer,
) -> None:
    today = clock.today()
    for kind, title, text, who, group, theme, licence, public, months in OUTPUTS:
        outputs.write(
            Output(network=network),
            by=by,
            kind=kind,
            title=title,
            text=text,
            organisations=[institutions[slug].organisation for slug in who],
            authors_text=f"Välkyn ryhmä {groups[group].name_fi}",
            group=groups[group],
            goal=goals[theme * 2],
            licence=licence,
            links=["https://example.org/tuotos"],
            public=public,
            published_on=today - timedelta(days=30 * months + 5),
        )


def _thin(
    network: Network,
    strategy_title: str,
    theme_title: str,
    goal_title: str,
    who: str,
    institutions: dict[str, Institution],
    measures: tuple[tuple[str, str, tuple[str, ...]], ...],
) -> None:
    """A plan of a few measures."""
    year = clock.today().year
    strategy = Strategy.objects.create(
        network=network,
        title=strategy_title,
        valid=period(date(year, 1, 1), date(year + 1, 12, 31)),
    )
    planned = _goal(
        Theme.objects.create(strategy=strategy, title=theme_title, place=1), goal_title, 1, None
    )
    plan = _plan(network, strategy, year)
    for place, (title, status, others) in enumerate(measures, 1):
        one = _M(title, "", status, 1, 12, who, others)
        _measure(one, plan, planned, {}, institutions, place)
