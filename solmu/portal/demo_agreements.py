"""The demo's agreements: Välkky's with its history, and twenty of Tavastia in every state.

Partners, signers and events are fictional. Of Välkky's agreement only what is public is told: seven
signatories in 2010, two more in 2014; the years of single members are examples.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.backends.postgresql.psycopg_any import DateRange

from solmu.agreements import document
from solmu.agreements.bases import shipping
from solmu.agreements.binding import joining
from solmu.agreements.drafting import commenting, drafting, promising
from solmu.agreements.living import duties, reviewing
from solmu.agreements.models import (
    Agreement,
    Base,
    BaseVersion,
    Joinder,
    Mandate,
    Party,
    Review,
    Signature,
    Version,
)
from solmu.agreements.signing import chain, elsewhere, record, signing
from solmu.agreements.signing.signing import Signer
from solmu.goals import setting
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks.models import Network, Representative
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.models import Contact, Stakeholder
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.portal.demo_networks import FORMER_UNTIL, FOUNDED, FOUNDERS, LATER
from solmu.sealing import sealing

State = Agreement.State
OLD = 365  # days; the template's second version is younger
SEALED = 3  # so many are sealed, by the worker
# With whom what is agreed on a field: by the title, how the partner's name begins, and the field.
TRADES = {
    "Kesätyöt ja osaajapolut": ("Mediapaja", "media-ala"),
    "Hoiva-alan työpaikkakumppanuus": ("Hoivakoti", "hoiva-ala"),
    "Rakentamisen työmaayhteistyö": ("Puurakentajat", "rakentaminen"),
    "Leipomoalan harjoittelupaikat": ("Leipomo", "leipomoala"),
    "Autoalan laitekumppanuus": ("Autohuolto", "autoala"),
    "Kiinteistöpalvelujen kumppanuus": ("Kiinteistöpalvelu", "kiinteistöpalvelut"),
    "Vihreä siirtymä metsäalalla": ("Metsäpalvelu", "metsäala"),
    "Ravintola-alan kilpailuyhteistyö": ("Ravintola", "ravintola-ala"),
    "Iltakäytön tilat ja laitteet": ("Metallipaja", "metalliala"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the twenty: what it is and how far it has come."""

    title: str
    state: str
    kind: str = Base.Kind.WORK_LIFE
    languages: tuple[str, ...] = ("fi",)
    days: int = 0  # how long ago it came into force, or was sent
    facts: Mapping[str, Any] = field(default_factory=dict)


SAMPLES = (
    Sample("Työssä oppimisen kumppanuus", "asked"),
    Sample("Kesätyöt ja osaajapolut", "draft"),
    Sample("Verstas 2030 -hanke", "draft", Base.Kind.PROJECT),
    Sample("Aiesopimus yhteisestä simulaatiotilasta", "draft", Base.Kind.INTENT),
    Sample("Ohjaajien yhteinen koulutuspolku", "sent"),
    Sample("Kampus työpaikalla", "commented"),
    Sample("Osaamistarpeiden ennakointi", "fine"),
    Sample("Oppisopimusten yhteinen tuki", "half"),
    Sample("Yrittäjyyskasvatuksen kumppanuus", "together"),
    Sample("Iltakäytön tilat ja laitteet", "declined"),
    Sample("Kansainvälisten osaajien polku", "expired"),
    Sample("Hoiva-alan työpaikkakumppanuus", "active", days=690, facts={"ends": 38}),
    Sample(
        "Rakentamisen työmaayhteistyö",
        "active",
        days=800,
        facts={"goals": True, "reviewed": True},
    ),
    Sample("Leipomoalan harjoittelupaikat", "active", days=400, facts={"renews_months": 12}),
    Sample("Partnerskap med arbetslivet", "active", languages=("sv", "fi"), days=300),
    Sample("Autoalan laitekumppanuus", "active", days=210, facts={"uploaded": True}),
    Sample("Kiinteistöpalvelujen kumppanuus", "active", days=150, facts={"goals": True}),
    Sample("Vihreä siirtymä metsäalalla", "active", days=60, facts={"goals": True}),
    Sample("Ravintola-alan kilpailuyhteistyö", "ended", days=1100),
    Sample("Aiesopimus yhteishankinnasta", "ended", Base.Kind.INTENT, days=900),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A goal of the samples: its indicator, and the values measured, each so many days ago."""

    title: str
    indicator: str
    unit: str
    baseline: int
    target: int
    check: int  # days until the next check
    values: tuple[tuple[int, int, str], ...]


GOALS = (
    Promise(
        "Jokaisella opiskelijalla on koulutettu työpaikkaohjaaja",
        "Koulutettuja ohjaajia",
        "hlö",
        2,
        6,
        60,
        (
            (140, 3, "Osallistujaluettelo, kevään koulutus"),
            (45, 5, "Osallistujaluettelo, syksyn koulutus"),
        ),
    ),
    Promise(
        "Opettajat tuntevat alan arjen",
        "Työelämäjaksoja vuodessa",
        "kpl",
        0,
        4,
        -6,
        ((120, 1, "Työelämäjakson päiväkirja"),),
    ),
    Promise(
        "Opiskelijat suosittelevat paikkaa",
        "Suosittelisi toiselle",
        "%",
        60,
        80,
        20,
        ((30, 84, "Palautekysely, 12 vastausta"),),
    ),
)
# Whether it is the institution's, what is promised, in how many days, every how many months.
DUTIES = (
    (True, "Kertoo lukuvuoden jaksojen aikataulun", -25, 12),
    (True, "Järjestää ohjaajien aamukahvit", 18, 6),
    (False, "Tarjoaa kuusi työssä oppimisen paikkaa lukuvuodessa", 45, 12),
    (False, "Päivittää perehdytysoppaan", -9, None),
)


def fill(
    institutions: Mapping[str, Institution],
    networks: Mapping[str, Network],
    people: Mapping[str, Person],
) -> None:
    """Write Välkky's agreement and twenty agreements of Tavastia."""
    _valkky(institutions, networks["valkky"], people)
    _Tavastia(institutions["tavastia"], people).fill()


def _valkky(
    institutions: Mapping[str, Institution], network: Network, people: Mapping[str, Person]
) -> None:
    """The network's agreement since 2010: who was bound when, and the two joinings."""
    lead = people["network-lead"]
    base = BaseVersion.objects.filter(
        base__network=network, state=BaseVersion.State.APPROVED
    ).latest("number")
    former = Organisation.objects.get(slug="aiempi-jasen")
    first = [institutions[slug].organisation for slug in FOUNDERS]
    agreement = drafting.start(
        base,
        institution=institutions["hyria"],
        organisations=[*(one for one in first if one.slug != "hyria"), former],
        title="Välkyn verkostosopimus",
        network=network,
        by=_viewer(lead),
    )
    Agreement.objects.filter(pk=agreement.pk).update(
        accession=Agreement.Accession.STEERING, notice_months=12, kind=Base.Kind.NETWORK
    )
    agreement.refresh_from_db()
    _fill_in(agreement, start=FOUNDED)
    agreement.refresh_from_db()
    version = drafting.freeze(agreement, by=_viewer(lead))
    Version.objects.filter(pk=version.pk).update(at=_at(FOUNDED))
    agreement.state, agreement.valid = State.ACTIVE, period(FOUNDED)
    agreement.next_review_on = clock.today() + timedelta(days=120)
    agreement.created_at = _at(FOUNDED)
    agreement.save()
    for party in agreement.parties.select_related("organisation"):
        gone = party.organisation_id == former.pk
        party.bound = period(FOUNDED, FORMER_UNTIL if gone else None)
        party.state = Party.State.FORMER if gone else Party.State.SIGNED
        party.version = version
        party.save()
    for slug, day in LATER:
        _joined(agreement, version, institutions[slug].organisation, day)
    for named in Representative.objects.filter(
        network=network, kind=Representative.Kind.CONTACT, valid__contains=clock.today()
    ):
        agreement.parties.filter(organisation=named.organisation_id).update(contact=named.person_id)
    # Whoever joins next signs one page: the fictional institution's people may.
    newcomer = institutions.get("esimerkkila")
    if newcomer is not None:
        Mandate.objects.create(
            organisation=newcomer.organisation,
            person=people["outsider"],
            institution=institutions["hyria"],
            title="koulutuspäällikkö",
            basis="Hallintosääntö (esimerkki)",
            valid=period(clock.today() - timedelta(days=400)),
        )


def _joined(agreement: Agreement, version: Version, who: Organisation, day: date) -> None:
    party = Party.objects.create(
        agreement=agreement,
        organisation=who,
        position=agreement.parties.count(),
        state=Party.State.JOINED,
        version=version,
        bound=period(day),
    )
    content = joining.page_of(agreement, party, version, day)
    Joinder.objects.create(
        agreement=agreement,
        party=party,
        version=version,
        from_on=day,
        content=content,
        digest=chain.digest_of(content),
        rule=Agreement.Accession.STEERING,
        state=Joinder.State.CONFIRMED,
        asked_at=_at(day - timedelta(days=40)),
        decided_at=_at(day - timedelta(days=10)),
    )


class _Tavastia:
    """Writes the twenty, each with a partner of its own."""

    def __init__(self, institution: Institution, people: Mapping[str, Person]) -> None:
        self.institution, self.people = institution, people
        self.today = clock.today()
        self.coordinator, self.rector = people["coordinator"], people["rector"]
        self.by = _viewer(self.coordinator)
        rows = Stakeholder.objects.filter(
            institution=institution,
            organisation__kind=Organisation.Kind.COMPANY,
            organisation__country="FI",
            standings__valid__contains=self.today,
            standings__state="active",
        )
        found = rows.select_related("organisation").prefetch_related("contacts__person")
        self.partners = list(found.order_by("pk").distinct())
        self.sealed = 0

    def fill(self) -> None:
        """Write them all."""
        self._mandate(self.institution.organisation, self.rector, "rehtori", "Johtosääntö 12 §")
        self._mandate(
            self.institution.organisation,
            self.coordinator,
            "kumppanuuskoordinaattori",
            "Rehtorin päätös: aiesopimukset",
            last=self.today + timedelta(days=200),
        )
        bases = self._bases()
        # Those whose field matters choose first.
        partners = {
            sample.title: self._partner(sample)
            for sample in sorted(SAMPLES, key=lambda one: one.title not in TRADES)
        }
        for sample in SAMPLES:
            self._one(sample, partners[sample.title], _then(bases[sample.kind], sample))

    def _partner(self, sample: Sample) -> Stakeholder:
        begins = TRADES.get(sample.title, ("", ""))[0]
        found = next(
            (one for one in self.partners if str(one.organisation).startswith(begins)),
            self.partners[0],
        )
        self.partners.remove(found)
        return found

    def _bases(self) -> dict[str, BaseVersion]:
        found = {}
        for kind in (Base.Kind.WORK_LIFE, Base.Kind.PROJECT, Base.Kind.INTENT):
            own = Base.objects.filter(institution=self.institution, kind=kind).first()
            base = own or shipping.shipped_base(kind)
            found[str(kind)] = BaseVersion.objects.filter(
                base=base, state=BaseVersion.State.APPROVED
            ).latest("number")
        return found

    def _one(self, sample: Sample, partner: Stakeholder, base: BaseVersion) -> None:
        signer = self._signer(partner, persona=sample.state == "asked")
        agreement = drafting.start(
            base,
            institution=self.institution,
            organisations=[partner.organisation],
            stakeholder=partner,
            title=sample.title,
            languages=sample.languages,
            contacts={
                partner.organisation_id: signer,
                self.institution.pk: self.coordinator,
            },
            by=self.by,
        )
        begins = self.today - timedelta(days=sample.days)
        self._terms(agreement, sample, begins)
        if sample.state == "draft":
            return
        _fill_in(agreement, start=begins, field=TRADES.get(sample.title, ("", ""))[1])
        agreement.refresh_from_db()
        if sample.facts.get("goals") or sample.state == "asked":
            self._promise(agreement, partner, ahead=sample.state == "asked")
        getattr(self, f"_{sample.state}")(agreement, signer, sample)

    def _terms(self, agreement: Agreement, sample: Sample, begins: date) -> None:
        facts = sample.facts
        agreement.renews_months = facts.get("renews_months")
        ends = self.today + timedelta(days=facts["ends"]) if "ends" in facts else None
        if sample.state in {"active", "ended"}:
            if ends is None and not agreement.renews_months:
                ends = begins + timedelta(days=1094)
            if sample.state == "ended":
                ends = begins + timedelta(days=729)
            agreement.valid = period(begins, ends or begins + timedelta(days=729))
            agreement.next_review_on = self.today + timedelta(days=30 + sample.days % 200)
            agreement.created_at = _at(begins - timedelta(days=30))
        agreement.case_number = f"TAV/{begins.year}/{100 + agreement.pk % 900}"
        agreement.retention_class, agreement.keep_years = "Kumppanuussopimukset", 10
        agreement.save()

    def _signer(self, partner: Stakeholder, *, persona: bool) -> Person:
        """Who signs for the partner: its first contact, or the persona."""
        if persona:
            person = self.people["company"]
            Contact.objects.create(
                stakeholder=partner,
                person=person,
                title="toimitusjohtaja",
                valid=period(self.today - timedelta(days=300)),
            )
        else:
            contacts = [one for one in partner.contacts.all() if one.person.email]
            person = contacts[0].person if contacts else self.people["company"]
        self._mandate(
            partner.organisation, person, "toimitusjohtaja", "Kaupparekisteri (esimerkki)"
        )
        return person

    def _mandate(
        self,
        organisation: Organisation,
        person: Person,
        title: str,
        basis: str,
        last: date | None = None,
    ) -> None:
        Mandate.objects.create(
            organisation=organisation,
            person=person,
            institution=self.institution,
            title=title,
            basis=basis,
            valid=period(date(2019, 8, 1), last),
        )

    def _promise(self, agreement: Agreement, partner: Stakeholder, *, ahead: bool) -> None:
        """Goals and duties; of one not signed yet, all of them `ahead`."""
        wait = 60 if ahead else 0
        contact = agreement.parties.get(organisation_id=partner.organisation_id).contact
        both = {self.institution.pk: self.coordinator}
        if contact is not None:
            both[partner.organisation_id] = contact
        for promise in GOALS:
            promising.set_goal(
                agreement,
                None,
                title=promise.title,
                organisation_id=self.institution.pk,
                until=self.today + timedelta(days=300),
                next_check_on=self.today + timedelta(days=promise.check + wait),
                indicator=promise.indicator,
                unit=promise.unit,
                baseline=Decimal(promise.baseline),
                target=Decimal(promise.target),
                owners=both,
                by=self.by,
            )
        for ours, text, due, every in DUTIES:
            promising.set_duty(
                agreement,
                None,
                organisation_id=self.institution.pk if ours else partner.organisation_id,
                person=self.coordinator if ours else contact,
                text=text,
                due_on=self.today + timedelta(days=due + wait),
                every_months=every,
                by=self.by,
            )

    def _signers(self, agreement: Agreement, signer: Person, *, first: str) -> list[Signer]:
        institution, company = agreement.parties.order_by("position")
        own = Signer(institution, self.rector, "rehtori", 2 if first == "company" else 1)
        theirs = Signer(company, signer, "toimitusjohtaja", 1 if first == "company" else 2)
        return [theirs, own]

    # One for each way that a sample says.
    def _asked(self, agreement: Agreement, signer: Person, _sample: Sample) -> None:
        """The company is asked first, the rector after it."""
        agreement.in_order = True
        agreement.save(update_fields=["in_order"])
        signing.ask(agreement, self._signers(agreement, signer, first="company"), by=self.by)

    def _half(self, agreement: Agreement, signer: Person, _sample: Sample) -> None:
        """The company has signed, the rector is waited for."""
        version = signing.ask(
            agreement, self._signers(agreement, signer, first="company"), by=self.by
        )
        row = version.signatures.get(person=signer)
        signing.sign(row, digest=version.digest, by=_viewer(signer))

    def _together(self, agreement: Agreement, signer: Person, _sample: Sample) -> None:
        """Two sign for the company; one of them has."""
        company = agreement.parties.get(position=1)
        company.signers_needed = 2
        company.save(update_fields=["signers_needed"])
        other = Person.objects.create(
            given_name="Helmi",
            family_name="Kaislaranta",
            email="helmi.kaislaranta@kumppani.example",
        )
        self._mandate(company.organisation, other, "hallituksen puheenjohtaja", "Kaupparekisteri")
        both = [
            *self._signers(agreement, signer, first="company"),
            Signer(company, other, "hallituksen puheenjohtaja"),
        ]
        version = signing.ask(agreement, both, by=self.by)
        signing.sign(version.signatures.get(person=other), digest=version.digest, by=_viewer(other))

    def _declined(self, agreement: Agreement, signer: Person, _sample: Sample) -> None:
        version = signing.ask(
            agreement, self._signers(agreement, signer, first="company"), by=self.by
        )
        signing.decline(
            version.signatures.get(person=signer),
            reason="Laitteiden vakuutus on vielä sopimatta. Palataan, kun vakuutusyhtiö vastaa.",
            by=_viewer(signer),
        )

    def _expired(self, agreement: Agreement, signer: Person, _sample: Sample) -> None:
        """Asked in the spring; nobody signed in time."""
        asked = self.today - timedelta(days=75)
        version = drafting.freeze(agreement, by=self.by)
        Version.objects.filter(pk=version.pk).update(at=_at(asked))
        for one in self._signers(agreement, signer, first="company"):
            self._row(version, one, asked, state=Signature.State.CANCELLED)
        until = asked + timedelta(days=30)
        self._line(
            agreement, "asked", {"version": version.number, "content": version.digest}, asked
        )
        self._line(agreement, "expired", {"sign_by": until.isoformat()}, until)
        agreement.state, agreement.sign_by = State.EXPIRED, until
        agreement.save(update_fields=["state", "sign_by"])

    def _sent(self, agreement: Agreement, signer: Person, _sample: Sample) -> None:
        """Sent for comments; nobody has said anything yet."""
        party = agreement.parties.get(position=1)
        commenting.send(agreement, [commenting.Receiver(party, signer)], by=self.by)

    def _commented(self, agreement: Agreement, signer: Person, sample: Sample) -> None:
        self._sent(agreement, signer, sample)
        party = agreement.parties.get(position=1)
        by = _viewer(signer)
        clauses = list(agreement.clauses.exclude(text_fi="")[:3])
        commenting.say(
            party,
            key=clauses[1].key,
            text="Voisiko tässä mainita myös kesätyöntekijät?",
            language="fi",
            by=by,
            author=signer,
        )
        last = clauses[-1]
        shown = agreement.versions.latest("number").content
        now = next(one for one in shown["clauses"] if one["key"] == last.key)["text"]["fi"]
        commenting.say(
            party,
            key=last.key,
            suggested=f"{now} Uusista ohjaajista ilmoitetaan kuukautta ennen.",
            text="Ehdotan lisäystä loppuun.",
            language="fi",
            by=by,
            author=signer,
        )
        commenting.finish(party, fine=False, by=by, name=signer.name)

    def _fine(self, agreement: Agreement, signer: Person, sample: Sample) -> None:
        self._sent(agreement, signer, sample)
        party = agreement.parties.get(position=1)
        commenting.finish(party, fine=True, by=_viewer(signer), name=signer.name)

    def _active(self, agreement: Agreement, signer: Person, sample: Sample) -> None:
        version = self._signed(agreement, signer, uploaded=bool(sample.facts.get("uploaded")))
        if sample.facts.get("goals"):
            self._lived(agreement, sample.days)
        if sample.facts.get("reviewed"):
            self._review(agreement)
        if self.sealed < SEALED and not sample.facts.get("uploaded"):
            self.sealed += 1
            sealing.ask(signing.SEALED, version.pk, institution=self.institution)

    def _ended(self, agreement: Agreement, signer: Person, _sample: Sample) -> None:
        self._signed(agreement, signer)
        agreement.state, agreement.end_reason = State.ENDED, "Määräaika päättyi."
        agreement.save(update_fields=["state", "end_reason"])

    def _lived(self, agreement: Agreement, days: int) -> None:
        """What both sides have told of the goals, and one duty done."""
        for goal, promise in zip(drafting.goals_of(agreement), GOALS, strict=True):
            for ago, value, note in promise.values:
                if ago > days:
                    continue
                setting.measure(
                    goal.indicators.get(),
                    on=self.today - timedelta(days=ago),
                    value=Decimal(value),
                    note=note,
                    by=self.by,
                )
        done = agreement.duties.filter(organisation=self.institution.organisation).earliest("pk")
        duties.tick(
            done,
            by=self.by,
            organisation=self.institution.organisation,
            done_on=self.today - timedelta(days=20),
            note="Aikataulu lähetetty ja käyty läpi.",
        )

    def _review(self, agreement: Agreement) -> None:
        Review.objects.create(
            agreement=agreement,
            on=self.today - timedelta(days=20),
            summary=reviewing.summary(agreement, self.today - timedelta(days=20)),
            decision=Review.Decision.GO_ON,
            reason="Tavoitteet ovat toteutuneet; jatketaan samoin ja katsotaan vuoden päästä.",
            by=self.coordinator,
        )

    def _signed(self, agreement: Agreement, signer: Person, *, uploaded: bool = False) -> Version:
        """Signed by both on the days before it came into force; nobody gets a message of it now."""
        valid: DateRange = agreement.valid
        begins = valid.lower
        version = drafting.freeze(agreement, by=self.by)
        asked = begins - timedelta(days=8)
        Version.objects.filter(pk=version.pk).update(at=_at(asked))
        signers = self._signers(agreement, signer, first="company")
        self._line(
            agreement,
            "asked",
            {
                "by": self.coordinator.name,
                "version": version.number,
                "content": version.digest,
                "signers": [
                    {"name": one.person.name, "party": str(one.party.organisation)}
                    for one in signers
                ],
            },
            asked,
        )
        for number, one in enumerate(signers):
            day = begins - timedelta(days=4 - 3 * number)
            row = self._row(version, one, asked, state=Signature.State.SIGNED, day=day)
            facts = record.facts_of(row)
            if uploaded and number == 0:
                facts |= self._paper(row, version, day)
            self._line(agreement, "signed", facts, day)
        self._line(
            agreement, "in force", {"version": version.number, "content": version.digest}, begins
        )
        agreement.parties.update(state=Party.State.SIGNED, bound=agreement.valid, version=version)
        agreement.state = State.ACTIVE
        agreement.save(update_fields=["state"])
        return version

    def _paper(self, row: Signature, version: Version, day: date) -> dict[str, Any]:
        """The company signed on paper; the scan and its proof are kept."""
        pdf = document.pdf(version.content, version=version.number)
        upload = SimpleUploadedFile("allekirjoitettu-sopimus.pdf", pdf, "application/pdf")
        upload.file = io.BytesIO(pdf)
        row.way, row.signed_on = Signature.Way.UPLOADED, day
        row.proof = "Allekirjoitettu paperille tapaamisessa; skannaus liitteenä."
        row.save(update_fields=["way", "signed_on", "proof"])
        file = elsewhere.storing.store(upload, kind=elsewhere.FILES, holder_id=row.pk, by=self.by)
        return record.facts_of(row) | {"file": file.name, "sha256": file.sha256}

    def _row(
        self, version: Version, one: Signer, asked: date, *, state: str, day: date | None = None
    ) -> Signature:
        return Signature.objects.create(
            version=version,
            party=one.party,
            person=one.person,
            position=one.turn,
            name=one.person.name,
            email=one.person.email,
            title=one.title,
            means=Agreement.Means.CODE,
            asked_at=_at(asked),
            asked_on=asked,
            state=state,
            digest=version.digest if day else "",
            done_at=_at(day) if day else None,
            identified=f"code sent to {one.person.email}" if day else "",
        )

    def _line(self, agreement: Agreement, kind: str, facts: dict[str, Any], day: date) -> None:
        record.add(agreement, kind, facts, at=_at(day))


def _fill_in(agreement: Agreement, *, start: date, field: str = "") -> None:
    """Give what the text still misses an example."""
    examples = {
        "start": f"{start.day}.{start.month}.{start.year}",
        "end": f"{start.day}.{start.month}.{start.year + 3}",
        "field": field or "ammatillinen koulutus",
        "region": "Kanta-Häme",
        "court": "Kanta-Hämeen käräjäoikeus",
        "project.name": agreement.title,
        "project.lead": "Oppilaitos",
        "project.funder": "Esimerkkirahoittaja",
    }
    missing = drafting.missing(agreement)
    by = Viewer.system("demo content")
    if missing:
        drafting.set_values(
            agreement, {name: examples.get(name, "yhteyshenkilö") for name in missing}, by=by
        )


def _then(base: BaseVersion, sample: Sample) -> BaseVersion:
    """The version in use when a sample was drafted: older ones are still on the first."""
    if sample.days < OLD:
        return base
    return BaseVersion.objects.filter(base=base.base_id).earliest("number")


def _viewer(person: Person) -> Viewer:
    return Viewer(user_id=person.user_id, person_id=person.pk, name=person.name)


def _at(day: date) -> datetime:
    """Ten in the morning of a day."""
    return datetime.combine(day, time(10), tzinfo=clock.HELSINKI)
