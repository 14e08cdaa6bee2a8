"""The least rows that tests of signing need: an agreement of two, with people who may sign."""

from datetime import date
from typing import Any

from django.test import Client

from solmu.agreements.models import Agreement, Clause, Mandate, Party, Signature
from solmu.agreements.signing import signing
from solmu.agreements.signing.signing import Signer
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.notifications.models import Message
from solmu.organisations.models import Institution, Organisation
from solmu.organisations.tests import factories
from solmu.people.models import Person
from solmu.people.viewer import Viewer

SYSTEM = Viewer.system("a test")


def person(name: str, **facts: Any) -> Person:
    """Somebody with an address and no account."""
    email = f"{name.lower()}@kokeilu.example"
    return Person.objects.create(**{"given_name": name, "email": email, **facts})


def mandate(
    organisation: Organisation,
    who: Person,
    *,
    known_to: Institution,
    first: date = date(2020, 1, 1),
    last: date | None = None,
) -> Mandate:
    """That somebody may sign."""
    return Mandate.objects.create(
        organisation=organisation,
        person=who,
        institution=known_to,
        basis="kaupparekisteri",
        valid=period(first, last),
    )


def agreement(
    institution: Institution | None = None,
    organisations: list[Organisation] | None = None,
    **facts: Any,
) -> Agreement:
    """A draft with a text between the institution and others (a company)."""
    institution = institution or factories.institution("Kokeilun ammattiopisto")
    others = organisations if organisations is not None else [factories.organisation("Kumppani Oy")]
    made = Agreement.objects.create(
        **{
            "institution": institution,
            "title": "Kokeilusopimus",
            "languages": ["fi"],
            "prevailing": "fi",
            **facts,
        }
    )
    for position, one in enumerate([institution.organisation, *others]):
        Party.objects.create(agreement=made, organisation=one, position=position)
    Clause.objects.create(
        agreement=made, key="tarkoitus", position=1, title_fi="Tarkoitus", text_fi="Teemme yhdessä."
    )
    return made


def signers(of: Agreement, *, turns: bool = False) -> list[Signer]:
    """One for each party, with a mandate."""
    found = []
    for party in of.parties.select_related("organisation").order_by("position"):
        who = person(f"Allekirjoittaja{party.position}-{of.pk}")
        mandate(party.organisation, who, known_to=of.institution)
        found.append(Signer(party, who, "johtaja", party.position + 1 if turns else 1))
    return found


def asked(of: Agreement | None = None, **facts: Any) -> list[Signature]:
    """The signatures of an agreement that has been sent for signing."""
    of = of or agreement(**facts)
    version = signing.ask(of, signers(of, turns=of.in_order), by=SYSTEM)
    return list(version.signatures.order_by("position", "pk"))


def in_force(of: Agreement | None = None, **facts: Any) -> Agreement:
    """An agreement that all have signed."""
    rows = asked(of, **facts)
    for row in rows:
        signing.sign(row, digest=row.subject.digest, by=SYSTEM)
    return Agreement.objects.get(pk=rows[0].party.agreement_id)


def link(signature: Signature) -> str:
    """The path of the link in the signer's last message."""
    message = Message.objects.filter(to=signature.email, text__contains="/sign/").latest("pk")
    token = message.text.split("/sign/")[1].split("/")[0]
    return f"/sign/{token}/"


def code(signature: Signature) -> str:
    """The code in the signer's last message."""
    message = Message.objects.filter(to=signature.email, kind="agreement-code").latest("pk")
    return next(word for word in message.subject.split() if word.isdigit())


def sign_by_link(client: Client, signature: Signature) -> Any:
    """Sign as a person does: open, ask for the code, give it."""
    path = link(signature)
    client.post(f"{path}code/")
    return client.post(
        path, {"code": code(signature), "read": "on", "digest": signature.subject.digest}
    )


def today() -> date:
    """The business day."""
    return clock.today()
