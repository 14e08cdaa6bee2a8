"""The demo's networks: Välkky from 2010 on, the trainers' peer network, MeWeT, two run elsewhere.

Real: the networks' and institutions' names, the numbers and the years that are public. Which
institutions founded Välkky and how nine members became eight is not known: the years of single
members are examples, and the one that left is called a former member.
"""

from datetime import date, timedelta
from random import Random

from solmu.accounts.models import User
from solmu.lib import clock, names
from solmu.lib.periods import period
from solmu.networks.models import (
    Group,
    Membership,
    Network,
    Participant,
    Representative,
    Seat,
    Succession,
    Term,
)
from solmu.organisations.models import (
    Affiliation,
    Institution,
    Organisation,
    OrganisationSource,
    Region,
)
from solmu.people.models import Person
from solmu.portal import fiction

FOUNDED = date(2010, 8, 3)
# The seven that signed first; who they were is an example.
FOUNDERS = ("tavastia", "lhkk", "hyria", "hami", "kiipula", "vaao")
LATER = (("eerikkila", date(2014, 1, 1)), ("hevosopisto", date(2014, 8, 1)))
FORMER_UNTIL = date(2018, 12, 31)
GROUPS = (
    # slug, fi, sv, en, meetings a year, from, task
    (
        "digipedagogiikka", "Digipedagogiikka", "Digital pedagogik", "Digital pedagogy", 4, 2012,
        "Jakaa toimivat digipedagogiikan tavat ja kokeilee uusia yhdessä.",
    ),
    (
        "erityinen-tuki", "Erityinen tuki, ohjaus", "Särskilt stöd, handledning",
        "Special support and guidance", 4, 2011,
        "Kehittää erityistä tukea ja ohjausta jäsenten yhteisin mallein.",
    ),
    (
        "kansainvalisyys", "Kansainvälisyys", "Internationalisering", "International affairs", 3,
        2010, "Sopii yhteisistä liikkuvuuksista ja kumppaneista maailmalla.",
    ),
    (
        "pedagoginen-kehittaminen", "Pedagoginen kehittäminen", "Pedagogisk utveckling",
        "Pedagogical development", 5, 2010, "Vertailee toteutuksia ja kehittää opetusta.",
    ),
    (
        "talous-ja-henkilosto", "Talous- ja henkilöstöhallinto", "Ekonomi- och personalförvaltning",
        "Finance and staff administration", 2, 2010,
        "Valmistelee kustannusten jaon ja vertailee tukipalveluja.",
    ),
    (
        "teknologia", "Teknologian hyödyntäminen", "Att utnyttja teknik",
        "Making use of technology", 4, 2015, "Etsii ja kokeilee oppimisen uutta teknologiaa.",
    ),
    (
        "viestinta", "Viestintä", "Kommunikation", "Communication", 4, 2013,
        "Tekee ammatillista koulutusta näkyväksi alueella.",
    ),
)  # fmt: skip
THEMES = (
    "Jatkuva oppiminen",
    "Digitalisaatio",
    "Kestävä tulevaisuus",
    "Alueellinen työelämäyhteistyö",
    "Ammatillisen koulutuksen imago ja näkyvyys",
)


def fill(institutions: dict[str, Institution], people: dict[str, Person]) -> dict[str, Network]:
    """Write the demo's networks, their members, groups, seats and people."""
    valkky = _valkky(institutions, people)
    peer = _peer_network(institutions, people)
    mewet = _mewet(institutions, people)
    _elsewhere(institutions["tavastia"], people)
    return {"valkky": valkky, "peer": peer, "mewet": mewet}


def _organisation(
    slug: str, fi: str, sv: str, en: str, region: str, *, public: bool
) -> Organisation:
    return Organisation.objects.create(
        slug=slug,
        name_fi=fi,
        name_sv=sv,
        name_en=en,
        name_key=names.key(fi),
        kind=Organisation.Kind.NETWORK,
        region=Region.objects.filter(name_fi=region).first(),
        public=public,
        fact_sources={"name_fi": "self"} if public else {},
    )


def _valkky(institutions: dict[str, Institution], people: dict[str, Person]) -> Network:
    organisation = _organisation("valkky", "Välkky", "Välkky", "Välkky", "Kanta-Häme", public=True)
    hyria = institutions["hyria"].organisation
    organisation.lat, organisation.lon = 60.9, 24.4
    organisation.save(update_fields=["lat", "lon"])
    network = Network.objects.create(
        organisation=organisation,
        kind=Network.Kind.PARTNERSHIP,
        purpose=(
            "Alueellinen kumppanuusverkosto, jossa kahdeksan oppilaitosta kehittää ammatillista"
            " koulutusta yhdessä ja palvelee työelämää joustavasti."
        ),
        vision="Alueen työelämä saa osaajansa läheltä, ja opiskelija näkee yhden koulutuskentän.",
        coordination=Network.Coordination.LED,
        led_by=hyria,
        led_until=date(clock.today().year + 1, 12, 31),
        funding="Jäsenten oma työpanos; yhteiset hankinnat jaetaan tapaus kerrallaan.",
        funding_source="Jäsenoppilaitokset",
        themes=list(THEMES),
        languages=["fi"],
        valid=period(FOUNDED),
        hue=Network.Hue.LAKE,
        motto="Yhdessä osaamme enemmän",
    )
    former = Organisation.objects.create(
        slug="aiempi-jasen",
        name_fi="Aiempi jäsen",
        name_sv="Tidigare medlem",
        name_en="Former member",
        name_key=names.key("Aiempi jäsen"),
        kind=Organisation.Kind.EDUCATION_PROVIDER,
        public=True,
    )
    founder, member = Membership.Role.FOUNDER, Membership.Role.MEMBER
    rows: list[tuple[Organisation, str, date, date | None]] = [
        (institutions[slug].organisation, founder, FOUNDED, None) for slug in FOUNDERS
    ]
    rows.append((former, founder, FOUNDED, FORMER_UNTIL))
    rows += [(institutions[slug].organisation, member, first, None) for slug, first in LATER]
    for one, role, first, last in rows:
        Membership.objects.create(
            network=network, organisation=one, role=role, valid=period(first, last)
        )
    cast = _Cast(network, institutions, people)
    cast.represent("tavastia", people["coordinator"], "contact")
    cast.represent("tavastia", people["rector"], "deputy")
    cast.represent("hyria", people["network-lead"], "contact")
    for slug in (*FOUNDERS, *(slug for slug, _first in LATER)):
        if slug not in {"tavastia", "hyria"}:
            cast.represent(slug, cast.somebody(slug), "contact")
    Participant.objects.create(
        network=network,
        person=people["network-lead"],
        organisation=hyria,
        way=Participant.Way.LEAD,
        valid=period(date(2019, 1, 1)),
    )
    cast.steering()
    cast.working_groups()
    return network


class _Cast:
    """Fills Välkky's seats with fictional people over the years; personas sit where they should."""

    def __init__(
        self, network: Network, institutions: dict[str, Institution], people: dict[str, Person]
    ) -> None:
        self.network = network
        self.institutions = institutions
        self.people = people
        self.random = Random(1608)
        self.today = clock.today()
        self.number = 0
        self.staff: dict[str, list[Person]] = {}

    def somebody(self, slug: str, *, new: bool = True) -> Person:
        """A fictional person on an institution's staff, with an account."""
        if not new and self.staff.get(slug):
            return self.random.choice(self.staff[slug])
        self.number += 1
        given, family = fiction.person_name(self.random)
        user = User.objects.create_user(f"verkosto{self.number}@solmu.example")
        person = Person.objects.create(
            given_name=given, family_name=family, email=user.email, user=user
        )
        if slug in self.institutions:
            Affiliation.objects.create(
                person=person,
                institution=self.institutions[slug],
                role=Affiliation.Role.CONTRIBUTOR,
                valid=period(self.today - timedelta(days=1500)),
            )
        self.staff.setdefault(slug, []).append(person)
        return person

    def represent(self, slug: str, person: Person, kind: str) -> None:
        """Name an institution's contact person or deputy."""
        Representative.objects.create(
            network=self.network,
            organisation=self.institutions[slug].organisation,
            person=person,
            kind=kind,
            valid=period(date(2022, 1, 1)),
        )
        self.staff.setdefault(slug, []).append(person)

    def seat(
        self, group: Group, slug: str, first: date, holders: list[tuple[Person, str, date | None]]
    ) -> Seat:
        """A seat from its first day, with its holders one after another, each to a last day."""
        seat = Seat.objects.create(
            group=group,
            organisation=self.institutions[slug].organisation,
            valid=period(first, group_last(group)),
        )
        for person, role, last in holders:
            Term.objects.create(seat=seat, person=person, role=role, valid=period(first, last))
            if last is not None:
                first = last + timedelta(days=1)
        return seat

    def steering(self) -> None:
        """The steering group since the start: a seat for each member, the chair going round."""
        group = Group.objects.create(
            network=self.network,
            slug="johtoryhma",
            name_fi="Johtoryhmä",
            name_sv="Ledningsgruppen",
            name_en="Steering group",
            kind=Group.Kind.STEERING,
            task="Päättää toimintasuunnitelmasta, ryhmistä ja yhteisistä kustannuksista.",
            meetings_a_year=4,
            valid=period(FOUNDED),
        )
        year = self.today.year
        starts = {**dict.fromkeys(FOUNDERS, FOUNDED), **dict(LATER)}
        for slug, first in starts.items():
            last = date(year + 1, 12, 31)
            earlier = [
                (self.somebody(slug), "member", date(2015, 12, 31)),
                (self.somebody(slug), "member", date(2020, 12, 31)),
            ]
            if slug == "tavastia":
                now = (self.people["rector"], "vice", last)
            elif slug == "hami":
                now = (self.somebody(slug), "chair", last)
            elif slug == "vaao":  # a term that is about to end
                now = (self.somebody(slug), "member", self.today + timedelta(days=36))
            else:
                now = (self.somebody(slug), "member", last)
            seat = self.seat(group, slug, first, [*earlier, now])
            if slug in {"tavastia", "hyria", "kiipula"}:
                Term.objects.create(
                    seat=seat,
                    person=self.somebody(slug),
                    role="member",
                    deputy=True,
                    valid=period(date(2021, 1, 1), last),
                )

    def working_groups(self) -> None:
        """The seven groups of today, and two that were merged into one of them."""
        members = (*FOUNDERS, *(slug for slug, _first in LATER))
        for number, (slug, fi, sv, en, rhythm, since, task) in enumerate(GROUPS):
            first = date(since, 9, 1)
            group = Group.objects.create(
                network=self.network,
                slug=slug,
                name_fi=fi,
                name_sv=sv,
                name_en=en,
                task=task,
                meetings_a_year=rhythm,
                valid=period(first),
            )
            seated = self.random.sample(members, 5 + number % 3)
            if slug == "digipedagogiikka" and "kiipula" not in seated:
                seated[0] = "kiipula"
            joined = dict(LATER)
            for place, home in enumerate(seated):
                start = max(first, joined.get(home, first))
                change = date(min(start.year + 4 + place % 3, self.today.year - 2), 7, 31)
                role = "chair" if place == 1 else "secretary" if place == 2 else "member"
                if slug == "digipedagogiikka" and home == "kiipula":
                    person = self.people["member"]
                else:
                    person = self.somebody(home, new=place % 2 == 0)
                last: date | None = date(self.today.year + 1, 7, 31)
                self.seat(
                    group,
                    home,
                    start,
                    [(self.somebody(home, new=False), "member", change), (person, role, last)],
                )
        # A personal seat whose term has ended: nobody follows yet.
        pedagogy = Group.objects.get(network=self.network, slug="pedagoginen-kehittaminen")
        seat = Seat.objects.create(
            group=pedagogy, title="Työelämän asiantuntija", valid=period(date(2022, 9, 1))
        )
        Term.objects.create(
            seat=seat,
            person=self.somebody(""),
            role="expert",
            valid=period(date(2022, 9, 1), self.today - timedelta(days=70)),
        )
        technology = Group.objects.get(network=self.network, slug="teknologia")
        for slug, fi in (("verkko-opetus", "Verkko-opetus"), ("simulaatiot", "Simulaatiot")):
            last = technology.valid.lower - timedelta(days=1)
            earlier = Group.objects.create(
                network=self.network,
                slug=slug,
                name_fi=fi,
                task="Työ jatkuu teknologian ryhmässä.",
                meetings_a_year=3,
                valid=period(date(2010, 9, 1), last),
                closing_note="Yhdistettiin teknologian ryhmään.",
            )
            Succession.objects.create(earlier=earlier, later=technology, on=technology.valid.lower)
            for home in ("tavastia", "hyria", "lhkk"):
                self.seat(
                    earlier,
                    home,
                    date(2010, 9, 1),
                    [(self.somebody(home, new=False), "member", last)],
                )


def group_last(group: Group) -> date | None:
    """The last day of a group's life."""
    upper = group.valid.upper
    return upper - timedelta(days=1) if upper else None


def _peer_network(institutions: dict[str, Institution], people: dict[str, Person]) -> Network:
    organisation = _organisation(
        "tyopaikkaohjaajakouluttajat",
        "Työpaikkaohjaajakouluttajien vertaisverkosto",
        "Kollegialt nätverk för utbildare av arbetsplatshandledare",
        "Peer network of trainers of workplace instructors",
        "Varsinais-Suomi",
        public=True,
    )
    tuakk = institutions["tuakk"].organisation
    network = Network.objects.create(
        organisation=organisation,
        kind=Network.Kind.PEER,
        purpose=(
            "Valtakunnallinen verkosto, jossa työpaikkaohjaajien kouluttajat jakavat"
            " koulutustuotteita, käytäntöjä ja kokemuksia."
        ),
        coordination=Network.Coordination.LED,
        led_by=tuakk,
        themes=["Työpaikkaohjaaminen", "Koulutustuotteet", "Yhteiset aikataulut"],
        languages=["fi", "sv"],
        valid=period(date(2017, 9, 1)),
        hue=Network.Hue.FOREST,
        motto="Mestari ja noviisi kohtaavat",
    )
    for slug, first in (
        ("tuakk", date(2017, 9, 1)),
        ("tavastia", date(2018, 1, 15)),
        ("hyria", date(2018, 8, 1)),
        ("kiipula", date(2020, 1, 1)),
    ):
        Membership.objects.create(
            network=network, organisation=institutions[slug].organisation, valid=period(first)
        )
    for persona, way in (("trainer", "lead"), ("assistant", "own")):
        Participant.objects.create(
            network=network,
            person=people[persona],
            organisation=tuakk,
            way=way,
            valid=period(date(2021, 1, 1)),
        )
    Representative.objects.create(
        network=network,
        organisation=tuakk,
        person=people["trainer"],
        kind="contact",
        valid=period(date(2021, 1, 1)),
    )
    return network


def _mewet(institutions: dict[str, Institution], people: dict[str, Person]) -> Network:
    organisation = _organisation("mewet", "MeWeT", "MeWeT", "MeWeT", "Varsinais-Suomi", public=True)
    tuakk = institutions["tuakk"].organisation
    network = Network.objects.create(
        organisation=organisation,
        kind=Network.Kind.INNOVATION,
        purpose="Hyvinvointiteknologian verkosto, joka oppii ja kokeilee aidossa älykodissa.",
        coordination=Network.Coordination.LED,
        led_by=tuakk,
        themes=["Hyvinvointiteknologia", "Moniammatillinen oppiminen"],
        languages=["fi", "sv", "en"],
        valid=period(date(2020, 1, 1)),
        hue=Network.Hue.HEATHER,
    )
    for slug in ("tuakk", "tavastia"):
        Membership.objects.create(
            network=network,
            organisation=institutions[slug].organisation,
            valid=period(date(2020, 1, 1)),
        )
    companies = Organisation.objects.filter(slug__startswith="esittely-", public=True)
    for company in companies.order_by("pk")[:3]:
        Membership.objects.create(
            network=network,
            organisation=company,
            role=Membership.Role.SUPPORTER,
            valid=period(date(2022, 3, 1)),
        )
    Participant.objects.create(
        network=network,
        person=people["facilitator"],
        organisation=tuakk,
        way=Participant.Way.LEAD,
        valid=period(date(2021, 1, 1)),
    )
    return network


def _elsewhere(tavastia: Institution, people: dict[str, Person]) -> None:
    """Two fictional networks that Tavastia belongs to and that are run outside Solmu."""
    for slug, fi, need, way, led_by, since in (
        (
            "hameen-ruokaketju",
            "Hämeen ruokaketjun kehittäjät",
            "Ruoka-alan työpaikat ja koulutus löytävät toisensa.",
            "Kokoontuu kahdesti vuodessa yrityksissä; sähköpostilista.",
            "Hämeen ruokaseura ry (keksitty)",
            2019,
        ),
        (
            "pohjoinen-taitoverkosto",
            "Pohjoinen taitoverkosto",
            "Opettajavaihtoa ja yhteisiä taitokilpailuja Pohjoismaissa.",
            "Kuukausittainen etäkokous, vuosikokous vuorotellen eri maissa.",
            "Nordic Imaginary Skills Network",
            2021,
        ),
    ):
        organisation = _organisation(slug, fi, "", "", "Kanta-Häme", public=False)
        organisation.website = f"https://{slug}.example/"
        organisation.save(update_fields=["website"])
        OrganisationSource.objects.create(
            organisation=organisation,
            institution=tavastia,
            origin=OrganisationSource.Origin.PERSON,
        )
        network = Network.objects.create(
            organisation=organisation,
            elsewhere_of=tavastia,
            need=need,
            way_of_working=way,
            groups_elsewhere="Ohjausryhmä ja kaksi teemaryhmää.",
            led_by_name=led_by,
            funding="Jäsenmaksu",
            valid=period(date(since, 1, 1)),
        )
        Membership.objects.create(
            network=network, organisation=tavastia.organisation, valid=period(date(since, 1, 1))
        )
        Representative.objects.create(
            network=network,
            organisation=tavastia.organisation,
            person=people["coordinator"],
            kind=Representative.Kind.OTHER,
            valid=period(date(since, 1, 1)),
        )
