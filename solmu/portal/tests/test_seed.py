from collections.abc import Iterator

import pytest
from django.db.models import Count

from solmu.installation import demo
from solmu.lib.composed import composed
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder, Standing
from solmu.people.models import Person
from solmu.portal import demo as filling
from solmu.portal import seed
from solmu.search.models import Entry
from solmu.ties import writing

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TINY = seed.Scale(organisations=200, institutions=3, partners_each=20, colleagues=3, networks=2)


@pytest.fixture(autouse=True)
def _unmarked() -> Iterator[None]:
    demo.forget()
    yield
    demo.forget()


@pytest.fixture
def seeded(db: None) -> None:
    seed.seed(TINY)


def test_database_in_use_becomes_no_demo(django_user_model: type) -> None:
    django_user_model.objects.create_user("aino@solmu.example")

    with pytest.raises(SystemExit):
        seed.main([])
    with pytest.raises(RuntimeError):
        filling.fill()

    assert not demo.is_demo()


def test_seed_writes_what_the_scale_says(seeded: None) -> None:
    institutions = Institution.objects.order_by("pk").annotate(n=Count("stakeholders"))

    assert Organisation.objects.filter(slug__startswith="seed-").count() == 200
    # Each has also the two networks on its register.
    assert [institution.n for institution in institutions] == [202, 22, 22]
    assert Standing.objects.count() == 2 * 240 + 2 * 3
    assert Contact.objects.count() == 2 * 240
    assert DialogueEntry.objects.count() > 3 * 240


def test_seed_gives_the_first_institution_no_partner_twice(seeded: None) -> None:
    pairs = Stakeholder.objects.values_list("institution", "organisation")

    assert len(set(pairs)) == len(pairs)


def test_seed_writes_the_evidence_that_records_tell(seeded: None) -> None:
    assert not list(writing.differences(composed("EVIDENCE")))


def test_seed_fills_the_index(seeded: None) -> None:
    kinds = Entry.objects.values_list("kind", flat=True).distinct()

    assert set(kinds) >= {"organisation", "partnership", "contact", "dialogue"}


def test_seed_is_marked_as_fiction(seeded: None) -> None:
    addresses = Person.objects.values_list("email", flat=True)

    assert demo.is_demo()
    assert {address.rpartition(".")[2] for address in addresses} == {"example"}


def test_seed_refuses_a_database_in_use(db: None) -> None:
    home = Organisation.objects.create(slug="oikea", name_fi="Oikea")
    Institution.objects.create(organisation=home)

    with pytest.raises(SystemExit):
        seed.main(["--scale", "small"])


def test_seed_refuses_a_second_time(seeded: None) -> None:
    with pytest.raises(SystemExit):
        seed.main([])


def test_nation_has_a_million_contacts_and_entries() -> None:
    nation = seed.SCALES["nation"]
    partners = nation.organisations + (nation.institutions - 1) * nation.partners_each

    assert partners * (2 + 4) >= 1_000_000
