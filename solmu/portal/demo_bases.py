"""The demo's templates: Tavastia's own work-life template in two versions, Välkky's network one."""

from __future__ import annotations

from collections.abc import Mapping

from solmu.agreements.bases import copying, shipping, writing
from solmu.agreements.models import Base, BaseClause
from solmu.networks.models import Network
from solmu.organisations.models import Institution
from solmu.people.models import Person
from solmu.people.viewer import Viewer

# What Tavastia says in its own words: the clause, and its text in each language.
OWN_WORDS = {
    "coordination": {
        "text_fi": "Oppilaitoksen yhteyshenkilö on {institution.contact} ja kumppanin yhteyshenkilö"
        " {partner.contact}. Yhteyshenkilöt tapaavat vähintään neljä kertaa vuodessa, kerran"
        " kummankin luona. Osapuoli voi vaihtaa yhteyshenkilönsä ilmoittamalla siitä toiselle"
        " kirjallisesti.",
        "text_sv": "Läroanstaltens kontaktperson är {institution.contact} och partnerns"
        " kontaktperson {partner.contact}. Kontaktpersonerna träffas minst fyra gånger om året,"
        " en gång hos vardera parten. En part kan byta kontaktperson genom att skriftligen"
        " meddela den andra parten.",
        "text_en": "The institution's contact person is {institution.contact} and the partner's is"
        " {partner.contact}. They meet at least four times a year, once at each other's place. A"
        " party may change its contact person by telling the other in writing.",
    },
}
# What the second version added.
SUSTAINABLE = {
    "title_fi": "Kestävä tulevaisuus",
    "title_sv": "En hållbar framtid",
    "title_en": "A sustainable future",
    "text_fi": "Osapuolet ottavat kestävän kehityksen huomioon kaikessa yhteistyössä. Ne valitsevat"
    " vuosittain yhden yhteisen teon, jolla ne pienentävät toimintansa ympäristövaikutuksia, ja"
    " kertovat siitä opiskelijoille.",
    "text_sv": "Parterna beaktar hållbar utveckling i allt samarbete. De väljer årligen en gemensam"
    " handling som minskar verksamhetens miljöpåverkan och berättar om den för de studerande.",
    "text_en": "The parties take sustainable development into account in all that they do together."
    " Every year they choose one joint act that reduces their impact on the environment, and tell"
    " the students of it.",
    "optional": True,
}


def fill(
    institutions: Mapping[str, Institution],
    networks: Mapping[str, Network],
    people: Mapping[str, Person],
) -> None:
    """Load Solmu's own templates; make Tavastia's and Välkky's of them."""
    shipping.load_shipped()
    _tavastia(institutions, _viewer(people["rector"]), _viewer(people["network-lead"]))
    _valkky(networks["valkky"], _viewer(people["network-lead"]))


def _tavastia(institutions: Mapping[str, Institution], leader: Viewer, elsewhere: Viewer) -> None:
    base = copying.copy(
        shipping.shipped_base("work_life"), by=leader, institution=institutions["tavastia"]
    )
    writing.change_details(
        base,
        {
            "name_fi": "Tavastian työelämäkumppanuus",
            "name_sv": "Tavastias partnerskap med arbetslivet",
            "name_en": "Tavastia’s work-life partnership",
        },
        by=leader,
    )
    for key, texts in OWN_WORDS.items():
        _rewrite(base, key, texts, leader)
    writing.approve(base, by=leader)
    writing.publish(base, by=leader)
    # Hyria copied the first version, and is told of the second.
    hyria = copying.copy(base, by=elsewhere, institution=institutions["hyria"])
    writing.change_details(
        hyria,
        {
            "name_fi": "Hyrian työelämäkumppanuus",
            "name_sv": "Hyrias partnerskap med arbetslivet",
            "name_en": "Hyria’s work-life partnership",
        },
        by=elsewhere,
    )
    draft = writing.start_draft(base, by=leader)
    after = draft.clauses.get(key="duties")
    writing.add_clause(draft, SUSTAINABLE, after=after, by=leader)
    writing.approve(base, by=leader, note="Uusi kohta kestävästä tulevaisuudesta.")
    writing.publish(base, by=leader)


def _valkky(network: Network, leader: Viewer) -> None:
    base = copying.copy(shipping.shipped_base("network"), by=leader, network=network)
    writing.change_details(
        base,
        {
            "name_fi": "Välkyn verkostosopimus",
            "name_sv": "Välkkys nätverksavtal",
            "name_en": "Välkky’s network agreement",
        },
        by=leader,
    )
    draft = writing.start_draft(base, by=leader)
    # How costs are shared has always been agreed case by case.
    writing.remove_clause(draft.clauses.get(key="costs-fee"), by=leader)
    only = draft.clauses.get(key="costs-by-case")
    writing.write_clause(only, {"alternatives": ""}, edition=only.edition, by=leader)
    writing.approve(base, by=leader)


def _rewrite(base: Base, key: str, texts: Mapping[str, str], by: Viewer) -> None:
    row = BaseClause.objects.select_related("version").get(
        version__base=base, version__state="draft", key=key
    )
    writing.write_clause(row, texts, edition=row.edition, by=by)


def _viewer(person: Person) -> Viewer:
    return Viewer(person_id=person.pk, name=person.name)
