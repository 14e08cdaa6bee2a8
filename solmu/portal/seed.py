"""`solmu seed`: a database full of synthetic, clearly fictional data, for trying out size and speed."""

import argparse
import time
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import connection, transaction

from solmu.accounts.models import ApiToken, User
from solmu.installation import demo
from solmu.lib import clock, names
from solmu.lib.periods import period
from solmu.lib.tokens import token_hash
from solmu.organisations import places
from solmu.organisations.models import Affiliation, Institution, Municipality, Organisation
from solmu.partnerships import ladder
from solmu.people.models import Person
from solmu.portal import fiction, rebuilding


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything."""

    organisations: int
    institutions: int
    partners_each: int  # the first institution has all organisations as partners
    entries_each_partner: int
    contacts_each_partner: int


SCALES = {
    "small": Scale(1_000, 3, 50, 3, 1),
    "region": Scale(10_000, 12, 400, 4, 2),
    "nation": Scale(100_000, 150, 500, 4, 2),
}

_ORGANISATIONS = """
INSERT INTO organisations_organisation
    (uuid, slug, name_fi, name_sv, name_en, name_key, kind, business_id, oid, country, region_id,
     municipality_id, postal_code, lat, lon, website, fields, public, fact_sources, created_at)
SELECT gen_random_uuid(), 'seed-' || n, t.name, '', '', t.key, t.kind, '', '', t.country,
    CASE WHEN t.country = 'FI' THEN m.region_id END, CASE WHEN t.country = 'FI' THEN m.code END,
    '', t.lat, t.lon, '', ARRAY[t.field]::varchar[], true, '{}', now()
FROM unnest(%(n)s::int[], %(name)s::text[], %(key)s::text[], %(kind)s::text[], %(field)s::text[],
    %(country)s::text[], %(place)s::text[], %(lat)s::float[], %(lon)s::float[])
    AS t(n, name, key, kind, field, country, place, lat, lon)
LEFT JOIN organisations_municipality m ON m.code = t.place
"""

_STAKEHOLDERS = """
INSERT INTO partnerships_stakeholder
    (uuid, institution_id, organisation_id, roles, next_step, notes, extra, created_at)
SELECT gen_random_uuid(), %(institution)s, o.id, ARRAY['employer']::varchar[], '', '', '{}', now()
FROM organisations_organisation o
WHERE o.slug LIKE 'seed-%%' AND o.id %% %(of)s = %(rest)s
ORDER BY o.id LIMIT %(limit)s
"""

# Two periods each: half of the partners rose a level in the middle of the last two years.
_STANDINGS = """
INSERT INTO partnerships_standing
    (stakeholder_id, valid, state, level_id, contents, themes, scope_override, form, owner_id, goals, reason)
SELECT s.id,
    CASE half WHEN 0 THEN daterange(NULL, %(today)s::date - 400) ELSE daterange(%(today)s::date - 400, NULL) END,
    CASE WHEN s.id %% 29 = 0 AND half = 1 THEN 'paused' WHEN s.id %% 17 = 0 THEN 'potential' ELSE 'active' END,
    CASE WHEN s.id %% 17 = 0 THEN NULL
         ELSE (SELECT id FROM partnerships_level l WHERE l.institution_id = s.institution_id
               AND l.rank = 1 + least(3, (abs(hashint8(s.id)) %% 10) / 4 + half * (s.id %% 2)::int)) END,
    ARRAY(SELECT id FROM partnerships_facet f WHERE f.institution_id = s.institution_id
          AND f.kind = 'content' AND f.rank %% 5 = s.id %% 5),
    '{}', '', 'bilateral',
    (SELECT a.person_id FROM organisations_affiliation a WHERE a.institution_id = s.institution_id LIMIT 1),
    '', CASE half WHEN 1 THEN 'Synteettinen muutos' ELSE '' END
FROM partnerships_stakeholder s, generate_series(0, 1) half
"""

_PEOPLE = """
INSERT INTO people_person
    (uuid, given_name, family_name, email, other_emails, phone, language, legal_basis, created_at)
SELECT gen_random_uuid(), (%(given)s::text[])[1 + n %% %(givens)s], (%(family)s::text[])[1 + n / 7 %% %(families)s],
    'seed-' || n || '@posti.example', '[]', '', 'fi', 'public_task', now()
FROM generate_series(0, %(count)s - 1) n
"""

_CONTACTS = """
INSERT INTO partnerships_contact (stakeholder_id, person_id, title, note, valid)
SELECT s.id, p.id, 'yhteyshenkilö', '', daterange(%(today)s::date - 500, NULL)
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM partnerships_stakeholder) s
CROSS JOIN generate_series(0, %(each)s - 1) k
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM people_person WHERE email LIKE 'seed-%%') p
    ON p.n = (s.n - 1) * %(each)s + k + 1
"""

_DIALOGUE = """
INSERT INTO partnerships_dialogueentry
    (uuid, stakeholder_id, kind, "on", title, text, language, author_id, limited, created_at, due_on)
SELECT gen_random_uuid(), s.id, (ARRAY['meeting','call','visit','note'])[1 + (s.id + k) %% 4],
    %(today)s::date - (abs(hashint8(s.id * 31 + k)) %% 730)::int,
    (%(titles)s::text[])[1 + (s.id + k) %% %(title_count)s], (%(texts)s::text[])[1 + (s.id * 3 + k) %% %(text_count)s],
    'fi', a.person_id, false, now(), NULL
FROM partnerships_stakeholder s
CROSS JOIN generate_series(1, %(each)s) k
JOIN LATERAL (SELECT person_id FROM organisations_affiliation a WHERE a.institution_id = s.institution_id LIMIT 1) a ON true
"""


def main(argv: list[str]) -> int:
    """Fill the database; refuses one that already has partners."""
    parser = argparse.ArgumentParser("solmu seed", description=__doc__)
    parser.add_argument("--scale", choices=sorted(SCALES), default="small")
    arguments = parser.parse_args(argv)
    if Institution.objects.exists():
        parser.error("the database has institutions already; seed an empty one")
    started = time.monotonic()
    seed(SCALES[arguments.scale])
    print(f"seeded {arguments.scale} in {time.monotonic() - started:.0f} s")
    return 0


@transaction.atomic
def seed(scale: Scale) -> None:
    """Write everything; history is not kept of synthetic data."""
    demo.mark()  # synthetic content is a demo's content: nobody's real mail may ever leave it
    places.load_places()
    with pgtrigger.ignore():
        _organisations(scale)
        _institutions(scale)
        _partners(scale)
    rebuilding.rebuild_derived()


def analyze() -> None:
    """Tell the planner how much there is."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _run(sql: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _organisations(scale: Scale) -> None:
    homes = list(Municipality.objects.order_by("code").values_list("code", "lat", "lon"))
    columns: dict[str, list[Any]] = {
        key: [] for key in ("n", "name", "key", "kind", "field", "country", "place", "lat", "lon")
    }
    for number in range(scale.organisations):
        if number % 20 == 19:
            fact, (_place, country, lat, lon) = fiction.foreign_organisation(number)
            code = None
        else:
            fact = fiction.finnish_organisation(number)
            # Larger codes of a crowded list: a third of all partners share thirty municipalities.
            code, lat, lon = homes[number * 37 % (30 if number % 3 == 0 else len(homes))]
            country = "FI"
        row = (
            number,
            fact.name,
            names.key(fact.name),
            fact.kind,
            fact.field,
            country,
            code,
            round(lat + (number % 97 - 48) / 1200, 5),
            round(lon + (number % 89 - 44) / 600, 5),
        )
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    _run(_ORGANISATIONS, **columns)


def _institutions(scale: Scale) -> None:
    homes = list(Municipality.objects.select_related("region").order_by("code"))
    for number in range(scale.institutions):
        home = homes[number * 2 % len(homes)]
        name = f"Kuvitteellinen ammattiopisto {number + 1}"
        organisation = Organisation.objects.create(
            slug=f"oppilaitos-{number + 1}",
            name_fi=name,
            name_key=names.key(name),
            kind=Organisation.Kind.EDUCATION_PROVIDER,
            region=home.region,
            municipality=home,
            lat=home.lat,
            lon=home.lon,
            public=True,
        )
        institution = Institution.objects.create(organisation=organisation, fields=["engineering", "health"])
        institution.regions.add(home.region)
        ladder.create_defaults(institution)
        user = User.objects.create_user(f"leader-{number + 1}@solmu.example")
        person = Person.objects.create(given_name="Johtaja", family_name=str(number + 1), email=user.email, user=user)
        Affiliation.objects.create(
            person=person, institution=institution, role=Affiliation.Role.LEADER, valid=period(clock.today())
        )
        ApiToken.objects.create(user=user, name="seed", token_hash=token_hash(f"seed-{number + 1}"))


def _partners(scale: Scale) -> None:
    today = clock.today()
    ids = list(Institution.objects.order_by("pk").values_list("pk", flat=True))
    for number, institution in enumerate(ids):
        everything = number == 0
        _run(
            _STAKEHOLDERS,
            institution=institution,
            of=1 if everything else max(1, scale.organisations // scale.partners_each),
            rest=0 if everything else number % max(1, scale.organisations // scale.partners_each),
            limit=scale.organisations if everything else scale.partners_each,
        )
    analyze()
    _run(_STANDINGS, today=today)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM partnerships_stakeholder")
        (stakeholders,) = cursor.fetchone()
    _run(
        _PEOPLE,
        given=list(fiction.GIVEN_NAMES),
        givens=len(fiction.GIVEN_NAMES),
        family=list(fiction.FAMILY_NAMES),
        families=len(fiction.FAMILY_NAMES),
        count=stakeholders * scale.contacts_each_partner,
    )
    analyze()
    _run(_CONTACTS, today=today, each=scale.contacts_each_partner)
    titles = (*fiction.MEETING_TITLES, *fiction.CALL_TITLES, *fiction.VISIT_TITLES, *fiction.NOTE_TITLES)
    _run(
        _DIALOGUE,
        today=today,
        titles=list(titles),
        title_count=len(titles),
        texts=list(fiction.TEXTS),
        text_count=len(fiction.TEXTS),
        each=scale.entries_each_partner,
    )
    analyze()
