"""Every address and API operation of Solmu, each asked as one persona about sample records."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from solmu.accounts.models import ApiToken, User
from solmu.agreements.bases import writing as templates
from solmu.agreements.drafting import commenting, promising
from solmu.agreements.drafting import drafting as agreements
from solmu.agreements.models import (
    Base,
    Bulk,
    Joinder,
    LevelProposal,
    Mandate,
    Party,
    Review,
    Signature,
)
from solmu.api import api
from solmu.costs.models import KIND as COST_CASE
from solmu.costs.models import CostCase
from solmu.files.models import File
from solmu.goals.models import IndicatorValue
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.lib.tokens import token_hash
from solmu.networks.models import (
    Group,
    MemberInvitation,
    Membership,
    Network,
    Participant,
    Representative,
    Seat,
    Term,
)
from solmu.notifications.models import Message
from solmu.organisations.models import (
    Affiliation,
    FactProposal,
    Institution,
    Invitation,
    Merge,
    Organisation,
    Relation,
)
from solmu.partnerships.importing import batches as importing
from solmu.partnerships.models import (
    Confirmation,
    Contact,
    DialogueEntry,
    Level,
    Stakeholder,
    Standing,
)
from solmu.people.models import Person, PersonMerge
from solmu.people.viewer import Viewer
from solmu.plans.models import Measure, Output
from solmu.sealing.models import Seal, SigningCertificate
from solmu.training.certificates.models import Certificate
from solmu.training.exam.models import Attempt, Question
from solmu.training.models import Cohort, Enrolment, Programme, StartException

PAGE_METHODS = ("GET", "POST")
API = "/api/v1/"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
# What follows this names another sample record for the same address.
VARIANT = " · "
# What an address has to be asked with.
QUERIES = {"/api/v1/search": "?q=oy", "/search/": "?q=oy", "/search/palette": "?q=oy"}
# Networks of the demo, by what follows VARIANT.
NETWORK_SLUGS = {
    "": "valkky",
    "peer": "tyopaikkaohjaajakouluttajat",
    "mewet": "mewet",
    "elsewhere": "hameen-ruokaketju",
}
NO_TOKEN = "no-such-token-" + "0" * 30


@dataclass(frozen=True)
class Address:
    """A method on an address, as the table writes it."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def addresses() -> list[Address]:
    """All there are: pages by GET and POST, and the operations of the API."""
    pages = {
        Address(method, path)
        for path, _ in _patterns(get_resolver())
        if not path.startswith(API)
        for method in PAGE_METHODS
    }
    operations = {
        Address(method.upper(), path)
        for path, item in api.get_openapi_schema()["paths"].items()
        for method in item
    }
    about = {Address("GET", f"{API}{path}") for path in ("", "docs", "openapi.json")}
    return sorted(pages | operations | about, key=lambda one: (one.path, one.method))


def _patterns(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        part = str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield _PARAMETER.sub(lambda found: f"<{found[1] or found[2]}>", before + part), pattern
        else:
            yield from _patterns(pattern, before + part)


class Samples:
    """Records that Tavastia sees, for the addresses' parameters."""

    def __init__(self) -> None:
        self.institution = Institution.objects.get(organisation__slug="tavastia")
        self._plans()
        own = Stakeholder.objects.filter(institution=self.institution)
        asked = Confirmation.objects.filter(stakeholder__in=own).earliest("pk")
        self.partner = asked.stakeholder
        self.confirmation = asked
        self.contact = Contact.objects.filter(stakeholder=self.partner).earliest("pk")
        self.entry = DialogueEntry.objects.filter(stakeholder=self.partner, limited=False).earliest(
            "pk"
        )
        self.limited = DialogueEntry.objects.filter(stakeholder__in=own, limited=True).earliest(
            "pk"
        )
        self.standing = Standing.objects.filter(stakeholder=self.partner).latest("pk")
        self.organisation = Organisation.objects.filter(stakeholders__in=own, public=True).earliest(
            "pk"
        )
        other = (
            Organisation.objects.filter(public=True).exclude(pk=self.organisation.pk).latest("pk")
        )
        self.hidden = Organisation.objects.filter(stakeholders__in=own, public=False).first()
        if self.hidden is None:
            self.hidden = self.partner.organisation
            Organisation.objects.filter(pk=self.hidden.pk).update(public=False)
        self.relation = Relation.objects.filter(institution=self.institution).earliest("pk")
        colleague = Person.objects.create(given_name="Tuuli", family_name="Kokeilu")
        self.affiliation = Affiliation.objects.create(
            person=colleague,
            institution=self.institution,
            role=Affiliation.Role.READER,
            valid=self.standing.valid,
        )
        self.invitation = Invitation.objects.create(
            institution=self.institution, email="kutsuttu@solmu.example", role="reader"
        )
        self.proposal = FactProposal.objects.create(
            organisation=self.organisation,
            institution=Institution.objects.exclude(pk=self.institution.pk).earliest("pk"),
            field="website",
            value="https://kokeilu.example",
        )
        self.merge = Merge.objects.create(
            kept=self.organisation, gone=other, institution=self.institution
        )
        self.person_merge = PersonMerge.objects.create(
            kept=self.contact.person, gone=colleague, institution_id=self.institution.pk
        )
        coordinator = User.objects.get(email="coordinator@solmu.example")
        self.token = ApiToken.objects.create(
            user=coordinator, name="kokeilu", token_hash=token_hash("kokeilu")
        )
        self.batch = importing.upload(
            b"Organisaatio;Taso\nKokeilu Oy;Kumppani\n",
            "kokeilu.csv",
            institution_id=self.institution.pk,
            by=Viewer.system("a sample"),
        )
        importing.start_plan(self.batch, by=Viewer.system("a sample"))
        self.line = self.batch.lines.earliest("pk")
        self._network()
        self.cost = CostCase.objects.get(state="agreed")
        self.template = Base.objects.get(institution=self.institution, kind="work_life")
        draft = templates.start_draft(self.template, by=Viewer.system("a sample"))
        self.template_clause = draft.clauses.earliest("position")
        self._agreement()
        self._signing()
        self._training()
        self.file = File.objects.create(
            name="kokeilu.txt", size=1, sha256="0" * 64, holder_kind=COST_CASE,
            holder_id=self.cost.pk,
        )  # fmt: skip
        # Tavastia's seat in the steering group, held by its rector; and a group of others.
        self.seat = Seat.objects.get(group__slug="johtoryhma", organisation=self.institution.pk)
        self.term = Term.objects.on(clock.today()).get(seat=self.seat, deputy=False)
        self.group = Group.objects.get(slug="digipedagogiikka")
        self.certificate = SigningCertificate.objects.create(
            institution=self.institution, name="Kokeilu", issuer="Kokeilu", fingerprint="0" * 64,
            file_name="kokeilu.p12", own=False, valid=period(clock.today()),
        )  # fmt: skip
        self.seal = Seal.objects.create(
            institution=self.institution, subject_kind="sample", subject_id=1,
            code="AAAA-BBBB-CCCC-DDDD", state="failed",
        )  # fmt: skip
        self.mail = Message.objects.create(
            to="kokeilu@solmu.example", subject="Kokeilu", text="Kokeilu", state="failed"
        )

    def _plans(self) -> None:
        """A measure of Välkky with an indicator, answered for by the member; a public output."""
        self.measure = Measure.objects.select_related(
            "plan__strategy", "goal__theme", "goal__goal", "indicator"
        ).get(
            plan__network__organisation__slug="valkky",
            plan__year=clock.today().year,
            title="Pidetään neljä avointa digityöpajaa",
        )
        Measure.objects.filter(pk=self.measure.pk).update(
            person=Person.objects.get(user__email="member@solmu.example")
        )
        self.value = IndicatorValue.objects.filter(indicator=self.measure.indicator).earliest("pk")
        self.output = Output.objects.filter(
            network=self.measure.plan.network_id, public=True, group__slug="kansainvalisyys"
        ).earliest("pk")

    def _network(self) -> None:
        """Of Välkky: a member and its deputy, somebody who asks to join, a guest, an invitation."""
        network = Network.objects.get(organisation__slug="valkky")
        of = {"network": network, "organisation": self.institution.organisation}
        self.member = Membership.objects.get(**of)
        self.elsewhere = Membership.objects.get(
            network__organisation__slug=NETWORK_SLUGS["elsewhere"]
        )
        self.named = Representative.objects.get(kind="deputy", **of)
        today = clock.today()
        leader = Person.objects.get(email="rector@solmu.example")
        self.asked = Participant.objects.create(
            person=Person.objects.create(given_name="Kysyjä"),
            way="joined",
            state="asked",
            valid=period(today),
            **of,
        )
        self.guest = Participant.objects.create(
            person=Person.objects.create(given_name="Vieras"),
            way="guest",
            sponsor=leader,
            valid=period(today, today),
            **of,
        )
        self.question = MemberInvitation.objects.create(email="kutsuttu@solmu.example", **of)

    def _agreement(self) -> None:
        """Tavastia's agreement with Hyria, out for comments; Hyria has said something."""
        by = Viewer.system("a sample")
        hyria = Organisation.objects.get(slug="hyria")
        self.agreement = agreements.start(
            self.template.versions.get(state="approved"),
            institution=self.institution,
            organisations=[hyria],
            title="Kokeilu",
            by=by,
        )
        self.clause = self.agreement.clauses.earliest("position")
        self.goal = promising.set_goal(
            self.agreement, None, title="Kokeilu", indicator="Kokeilu", by=by
        )
        self.duty = promising.set_duty(
            self.agreement, None, organisation_id=hyria.pk, text="Kokeilu", by=by
        )
        self.party = self.agreement.parties.get(organisation=hyria)
        asked = Person.objects.get(user__email="network-lead@solmu.example")
        commenting.send(self.agreement, [commenting.Receiver(self.party, asked)], by=by)
        self.comment = commenting.say(
            self.party, key=self.clause.key, text="Kokeilu", language="fi", by=by
        )

    def _signing(self) -> None:
        """Hyria's coordinator is to sign; a former member asks to join; who may sign."""
        version = self.agreement.versions.latest("number")
        today = clock.today()
        Party.objects.filter(pk=self.party.pk).update(bound=period(today))
        self.mandate = Mandate.objects.create(
            organisation=self.institution.organisation,
            person=Person.objects.create(given_name="Nimenkirjoittaja"),
            institution=self.institution,
            basis="Kokeilu",
            valid=period(today),
        )
        self.signature = Signature.objects.create(
            version=version,
            party=self.party,
            person=Person.objects.get(user__email="network-lead@solmu.example"),
            name="Kokeilu",
            email="kokeilu@solmu.example",
            means="code",
        )
        joining = Party.objects.create(
            agreement=self.agreement,
            organisation=Organisation.objects.get(slug="aiempi-jasen"),
            state="joining",
            position=9,
        )
        self.joinder = Joinder.objects.create(
            agreement=self.agreement, party=joining, version=version, from_on=today,
            content=version.content, digest=version.digest, rule="all",
        )  # fmt: skip
        self.review = Review.objects.create(
            agreement=self.agreement, on=today, decision="raise", reason="Kokeilu"
        )
        top = Level.objects.filter(institution=self.institution, decided_by="leader").latest("rank")
        LevelProposal.objects.create(review=self.review, level=top)
        self.bulk = Bulk.objects.create(
            institution=self.institution,
            version=self.template.versions.get(state="approved"),
            title="Kokeilu",
            signer=self.mandate.person,
        )

    def _training(self) -> None:
        """The demo's programme: its next start, the learner, an exception, its trainer."""
        self.programme = Programme.objects.get(slug="tyopaikkaohjaaja")
        self.cohort = Cohort.objects.filter(
            programme=self.programme, state="planned", starts_on__gt=clock.today()
        ).earliest("starts_on")
        self.enrolment = Enrolment.objects.get(person__user__email="learner@solmu.example")
        self.exception = StartException.objects.create(
            programme=self.programme, day=self.cohort.starts_on
        )
        self.staff = self.programme.staff.get(role="trainer")
        self.question_of_test = Question.objects.filter(programme=self.programme).earliest("pk")
        self.certificate_of_training = Certificate.objects.create(
            enrolment=self.enrolment, name="Kokeilu", language="fi"
        )
        self.attempt = Attempt.objects.create(
            enrolment=self.enrolment, number=1, paper=[], started_on=clock.today(),
            submitted_on=clock.today(), submitted_at=clock.real_now(), right_answers=0, score=0,
            passed=False,
        )  # fmt: skip

    def fill(self, path: str) -> str:
        """The path with its parameters filled in."""
        path, _, variant = path.partition(VARIANT)
        facts = self._facts(path, variant)
        path += QUERIES.get(path, "")
        return re.sub(r"[<{](\w+)[>}]", lambda found: str(facts[found[1]]), path)

    def _facts(self, path: str, variant: str) -> dict[str, object]:
        facts: dict[str, object] = {
            "token": NO_TOKEN,
            "code": self.seal.code if path.startswith(("/verify/", "/institutions/")) else "none",
            "uidb36": "0",
            "provider_id": "none",
            "key": "none",
            "to": "paused",
            "contact_pk": self.contact.pk,
            "entry_pk": (self.limited if variant else self.entry).pk,
            "confirmation_pk": self.confirmation.pk,
            "standing_pk": self.standing.pk,
            "relation_pk": self.relation.pk,
            "merge_pk": self.person_merge.pk,
            "number": self.line.number,
        }
        firsts: tuple[tuple[str, str, object], ...] = (
            ("/networks/<slug>/members/<pk>/contact/<named>/", "named", self.named.pk),
            ("/networks/<slug>/members/<pk>/", "pk", self.member.pk),
            ("/networks/<slug>/people/<pk>/answer/", "pk", self.asked.pk),
            ("/networks/<slug>/people/", "pk", self.guest.pk),
            ("/networks/<slug>/invitations/", "pk", self.question.pk),
            ("/networks/invitations/open/", "pk", self.question.pk),
            ("/api/v1/memberships/", "id", (self.elsewhere if variant else self.member).pk),
            ("/networks/<slug>/plan/strategy/", "uuid", self.measure.plan.strategy.uuid),
            ("/networks/<slug>/plan/themes/", "uuid", self.measure.goal.theme.uuid),
            ("/networks/<slug>/plan/goals/", "uuid", self.measure.goal.goal.uuid),
            ("/networks/<slug>/plan/indicators/", "uuid", self.measure.indicator.uuid),
            ("/networks/<slug>/plan/measures/", "uuid", self.measure.uuid),
            ("/networks/<slug>/plan/", "year", self.measure.plan.year),
            ("/networks/<slug>/outputs/", "uuid", self.output.uuid),
            ("/n/<slug>/outputs/", "uuid", self.output.uuid),
            ("/n/<slug>/report/", "year", self.measure.plan.year - 1),
            ("/api/v1/goals/", "id", self.measure.goal.goal_id),
            ("/api/v1/indicators/", "id", self.measure.indicator_id),
            ("/api/v1/indicator-values/", "id", self.value.pk),
            ("/agreements/templates/", "pk", self.template.pk),
            ("/agreements/templates/", "clause", self.template_clause.pk),
            ("/agreements/templates/", "act", "approve"),
            ("/api/v1/agreement-templates/", "id", self.template.pk),
            ("/agreements/organisations/", "pk", self.organisation.pk),
            ("/agreements/bulk/", "pk", self.bulk.pk),
            ("/agreements/<pk>/life/", "review", self.review.pk),
            ("/agreements/<pk>/comments/", "comment", self.comment.pk),
            ("/agreements/<pk>/duties/", "duty", self.duty.pk),
            ("/agreements/<pk>/goals/", "goal", self.goal.pk),
            ("/agreements/<pk>/text/", "clause", self.clause.pk),
            ("/agreements/<pk>/parties/<party>/", "party", self.party.pk),
            ("/agreements/mandates/", "pk", self.mandate.pk),
            ("/agreements/signatures/", "uuid", self.signature.uuid),
            ("/agreements/<pk>/signing/", "uuid", self.signature.uuid),
            ("/agreements/<pk>/parties/joining/", "joinder_pk", self.joinder.pk),
            ("/agreements/<pk>/", "party_pk", self.party.pk),
            ("/agreements/<pk>/", "pk", self.agreement.pk),
            ("/api/v1/agreements/", "id", self.agreement.pk),
            ("/training/<slug>/exceptions/", "pk", self.exception.pk),
            ("/training/<slug>/staff/", "pk", self.staff.pk),
            ("/training/<slug>/questions/", "pk", self.question_of_test.pk),
            ("/training/<slug>/contents/", "version_number", 1),
            ("/training/<slug>/contents/", "part_number", 1),
            ("/training/<slug>/contents/", "page_key", "p1-role"),
            ("/training/coverage/", "pk", self.organisation.pk),
            ("/training/<slug>/certificates/", "pk", self.certificate_of_training.pk),
            ("/badges/credentials/", "uuid", self.certificate_of_training.uuid),
            ("/badges/", "slug", "tuakk"),
            ("/badges/", "programme", self.programme.slug),
            ("/badges/", "kid", "none"),
            ("/api/v1/certificates/", "id", self.certificate_of_training.pk),
            ("/learn/", "uuid", self.enrolment.uuid),
            ("/learn/", "part_number", 1),
            ("/learn/", "page_key", "p1-role"),
            ("/api/v1/attempts/", "id", self.attempt.pk),
            ("/training/<slug>/systems/", "kind", "teams"),
            ("/training/<slug>/systems/works/", "pk", 0),
            ("/training/cohorts/", "pk", self.cohort.pk),
            ("/training/cohorts/<pk>/steps/", "kind", "pick"),
            ("/training/<slug>/autopilot/", "kind", "pick"),
            ("/training/", "uuid", self.enrolment.uuid),
            ("/training/", "slug", self.programme.slug),
            ("/api/v1/programmes/", "slug", self.programme.slug),
            ("/api/v1/cohorts/", "id", self.cohort.pk),
            ("/api/v1/enrolments/", "id", self.enrolment.pk),
            ("/networks/<slug>/costs/", "pk", self.cost.pk),
            ("/networks/<slug>/costs/", "transfer", self.cost.transfers.earliest("pk").pk),
            ("/networks/<slug>/costs/", "act", "withdraw"),
            ("/api/v1/costs/", "id", self.cost.pk),
            ("/files/", "uuid", self.file.uuid),
            ("/files/add/", "kind", COST_CASE),
            ("/files/add/", "holder_id", self.cost.pk),
            ("/networks/<slug>/groups/", "group_slug", "digipedagogiikka"),
            ("/networks/<slug>/seats/", "uuid", self.seat.uuid),
            ("/networks/<slug>/terms/", "uuid", self.term.uuid),
            ("/api/v1/groups/", "id", self.group.pk),
            ("/api/v1/group-memberships/", "id", self.term.pk),
            ("/networks/", "slug", NETWORK_SLUGS.get(variant, "valkky")),
            ("/api/v1/networks/", "slug", NETWORK_SLUGS.get(variant, "valkky")),
            ("/n/", "slug", NETWORK_SLUGS.get(variant, "valkky")),
            ("/partners/import/", "pk", self.batch.pk),
            ("/partners/organisation/", "pk", (self.hidden if variant else self.organisation).pk),
            ("/partners/standings/", "pk", self.standing.pk),
            ("/partners/people/", "pk", self.contact.person_id),
            ("/partners/", "pk", (self.limited.stakeholder if variant else self.partner).pk),
            ("/organisations/proposals/", "pk", self.proposal.pk),
            ("/organisations/merges/", "pk", self.merge.pk),
            ("/organisations/<pk>/relations/<relation_pk>/", "pk", self.relation.source_id),
            ("/organisations/", "pk", (self.hidden if variant else self.organisation).pk),
            ("/organisations/", "slug", (self.hidden if variant else self.organisation).slug),
            ("/institutions/<slug>/invitations/", "pk", self.invitation.pk),
            ("/institutions/<slug>/seal/certificate/", "pk", self.certificate.pk),
            ("/institutions/", "pk", self.affiliation.pk),
            ("/institutions/", "slug", "tavastia"),
            ("/accounts/me/tokens/", "pk", self.token.pk),
            ("/mail/", "pk", self.mail.pk),
            ("/demo/outbox/", "pk", self.mail.pk),
            ("/people/", "pk", self.affiliation.person_id),
            ("/api/v1/organisations/", "id", (self.hidden if variant else self.organisation).pk),
            ("/api/v1/partnerships/", "id", self.partner.pk),
            ("/api/v1/contacts/", "id", self.contact.pk),
            ("/api/v1/dialogue/", "id", (self.limited if variant else self.entry).pk),
        )
        for start, name, value in firsts:
            if path.startswith(start):
                facts.setdefault(name, value)
        return facts


@contextmanager
def _undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answer(client: Client, persona: str, address: Address, samples: Samples) -> str:
    """What an address answers to a persona: the status, or "login" where it sends to sign in.

    A POST or PATCH sends nothing: 422 (or a page with errors) tells that the persona may.
    """
    path = samples.fill(address.path)
    facts: dict[str, str] = {}
    if address.path.startswith(API) and persona:
        facts["HTTP_AUTHORIZATION"] = f"Bearer demo-{persona}"
    body = (
        {"content_type": "application/json", "data": "{}"} if address.path.startswith(API) else {}
    )
    cookies = client.cookies.copy()
    with _undone():
        ask = getattr(client, address.method.lower())
        got: HttpResponse = ask(path, **({} if address.method == "GET" else body), **facts)
    # Signing out was taken back too.
    client.cookies = cookies
    if got.status_code == 302 and got.headers["Location"].startswith("/accounts/login/?next="):
        return "login"
    return str(got.status_code)
