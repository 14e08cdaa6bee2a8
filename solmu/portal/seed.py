"""`solmu seed`: a database full of synthetic, fictional data, for trying out size and speed.

Enrolments are seeded once Solmu has them.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection, transaction

from solmu.accounts.models import ApiToken, User
from solmu.installation import demo
from solmu.lib import clock, names
from solmu.lib.composed import composed
from solmu.lib.periods import period
from solmu.lib.tokens import token_hash
from solmu.organisations import places
from solmu.organisations.models import Affiliation, Institution, Municipality, Organisation
from solmu.partnerships.founding import ladder
from solmu.people.models import Person
from solmu.portal import fiction, seed_agreements, seed_networks
from solmu.ties import writing


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything; the first institution has all organisations as partners."""

    organisations: int
    institutions: int
    partners_each: int
    colleagues: int
    networks: int


SCALES = {
    "small": Scale(1_000, 3, 50, 3, 3),
    "region": Scale(10_000, 12, 400, 6, 30),
    "nation": Scale(100_000, 150, 500, 12, 300),
}
FIRST_SLUG = "oppilaitos-1"
DESCRIPTION = """\
Fill an empty database, or a demo's, with synthetic, clearly fictional data. The first institution
has all organisations as partners, so that its list is as long as lists can be, and the
first network all institutions. Enrolments are not seeded yet.

  small    1,000 organisations, 3 institutions, 3 networks
  region   10,000 organisations, 12 institutions, 30 networks
  nation   100,000 organisations, 150 institutions, 300 networks,
           100,000 agreements, 1,000,000 contacts and dialogue entries

The database becomes a demo: no mail ever leaves it. Look at it with `make demo DATA=…`.
"""

_ORGANISATIONS = """
INSERT INTO organisations_organisation
    (uuid, slug, name_fi, name_sv, name_en, name_key, kind, business_id, oid, country, region_id,
     municipality_id, postal_code, lat, lon, website, fields, public, fact_sources, created_at)
SELECT gen_random_uuid(), 'seed-' || n, t.name, '', '', t.key, t.kind, t.business_id, '', t.country,
    m.region_id, m.code, '', t.lat, t.lon, '', ARRAY[t.field]::varchar[], true, '{}', now()
FROM unnest(%(n)s::int[], %(name)s::text[], %(key)s::text[], %(kind)s::text[], %(field)s::text[],
    %(business_id)s::text[], %(country)s::text[], %(place)s::text[], %(lat)s::float[],
    %(lon)s::float[]) AS t(n, name, key, kind, field, business_id, country, place, lat, lon)
LEFT JOIN organisations_municipality m ON m.code = t.place
ORDER BY n
"""

# The first institution has all as partners; the others share none with each other.
_STAKEHOLDERS = """
WITH institution AS (
    SELECT id, n - 1 AS n FROM unnest(%(institutions)s::bigint[]) WITH ORDINALITY AS t(id, n)
), organisation AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM organisations_organisation
    WHERE slug LIKE 'seed-%%'
), pair AS (
    SELECT i.id AS institution_id, o.id AS organisation_id, o.n FROM institution i, organisation o
    WHERE i.n = 0
    UNION ALL
    SELECT i.id, o.id, o.n FROM institution i JOIN organisation o ON o.n / %(each)s = i.n
    WHERE i.n > 0
)
INSERT INTO partnerships_stakeholder
    (uuid, institution_id, organisation_id, roles, next_step, next_step_on, notes, extra,
     created_at)
SELECT gen_random_uuid(), institution_id, organisation_id,
    ARRAY[(ARRAY['employer', 'customer', 'partner', 'education_provider'])[1 + n %% 4]]::varchar[],
    CASE WHEN n %% 6 = 0 THEN (%(steps)s::text[])[1 + n / 6 %% %(step_count)s] ELSE '' END,
    CASE WHEN n %% 6 = 0 THEN %(today)s::date + (n %% 97)::int - 10 END, '', '{}', now()
FROM pair ORDER BY institution_id, n
"""

# What standings, contacts and dialogue are made for: partners with a running number.
_SEEDED = """
CREATE TEMP TABLE seeded ON COMMIT DROP AS
SELECT s.id, s.institution_id, s.organisation_id, row_number() OVER (ORDER BY s.id) AS number
FROM partnerships_stakeholder s
JOIN organisations_organisation o ON o.id = s.organisation_id
WHERE o.slug LIKE 'seed-%%' AND s.institution_id = ANY(%(institutions)s)
"""

_WHO = """
CREATE TEMP TABLE who ON COMMIT DROP AS
SELECT institution_id, array_agg(person_id ORDER BY id) AS people
FROM organisations_affiliation WHERE institution_id = ANY(%(institutions)s) GROUP BY 1
"""

# Two periods each: a third of the partners rose a level more than a year ago.
_STANDINGS = """
INSERT INTO partnerships_standing (stakeholder_id, valid, state, level_id, contents, themes,
    scope_override, form, owner_id, goals, reason)
SELECT s.id,
    CASE half WHEN 0 THEN daterange(NULL, %(today)s::date - (400 + s.number %% 200)::int)
        ELSE daterange(%(today)s::date - (400 + s.number %% 200)::int, NULL) END,
    CASE WHEN s.number %% 17 = 0 THEN 'potential' WHEN half = 1 AND s.number %% 29 = 0 THEN 'paused'
        WHEN half = 1 AND s.number %% 41 = 0 THEN 'ended' ELSE 'active' END,
    CASE WHEN s.number %% 17 > 0 THEN
        levels.ids[least(4, 1 + (s.number %% 10 >= 5)::int + (s.number %% 20 = 19)::int
            + half * (s.number %% 3 = 0)::int)] END,
    CASE WHEN s.number %% 7 = 0 THEN ARRAY[contents.ids[1], contents.ids[2 + s.number %% 4]]
        ELSE ARRAY[contents.ids[1 + s.number %% 5]] END,
    CASE WHEN s.number %% 4 = 0 THEN ARRAY[themes.ids[1 + s.number %% 5]] ELSE '{}' END,
    CASE WHEN half = 1 AND s.number %% 500 = 499 THEN 'national' ELSE '' END, 'bilateral',
    who.people[1 + s.number %% cardinality(who.people)], '',
    CASE half WHEN 1 THEN 'Synteettinen muutos' ELSE '' END
FROM seeded s
JOIN who USING (institution_id)
JOIN (SELECT institution_id, array_agg(id ORDER BY rank) AS ids FROM partnerships_level
    GROUP BY 1) levels USING (institution_id)
JOIN (SELECT institution_id, array_agg(id ORDER BY rank) AS ids FROM partnerships_facet
    WHERE kind = 'content' GROUP BY 1) contents USING (institution_id)
JOIN (SELECT institution_id, array_agg(id ORDER BY rank) AS ids FROM partnerships_facet
    WHERE kind = 'theme' GROUP BY 1) themes USING (institution_id)
CROSS JOIN generate_series(0, 1) half
"""

_VALUES = """
INSERT INTO partnerships_valueassessment
    (stakeholder_id, "on", we_give, we_get, they_give, they_get,
    student, we_give_score, we_get_score, they_give_score, they_get_score, student_score, language,
    by_id)
SELECT s.id, %(today)s::date - 500 * (1 - half) - (s.number %% 90)::int,
    '', 'Synteettinen arvio', '',
    '', '', s.number %% 5, (s.number / 5 + half) %% 5, s.number / 25 %% 5,
    (s.number / 7 + half) %% 5,
    2 + s.number %% 3, 'fi', who.people[1]
FROM seeded s JOIN who USING (institution_id) CROSS JOIN generate_series(0, 1) half
WHERE s.number %% 8 = 0
"""

_PEOPLE = """
INSERT INTO people_person (uuid, given_name, family_name, email, other_emails, phone, language,
    legal_basis, created_at)
SELECT gen_random_uuid(), (%(given)s::text[])[1 + n %% %(givens)s],
    (%(family)s::text[])[1 + n / 7 %% %(families)s],
    'seed-' || n || '@posti.example', '[]', '', 'fi',
    'public_task', now()
FROM generate_series(0, 2 * (SELECT count(*) FROM seeded) - 1) n
"""

_CONTACTS = """
INSERT INTO partnerships_contact (stakeholder_id, person_id, title, note, valid)
SELECT s.id, p.id, (ARRAY['yhteyshenkilö', 'toimitusjohtaja'])[k], '',
    daterange(%(today)s::date - 500, NULL)
FROM seeded s CROSS JOIN generate_series(1, 2) k
JOIN (
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM people_person WHERE email LIKE 'seed-%%'
) p
    ON p.n = 2 * s.number - 2 + k
"""

# One to seven entries, and with every thousandth partner two hundred; some are tasks not yet done.
_DIALOGUE = """
INSERT INTO partnerships_dialogueentry (uuid, stakeholder_id, kind, "on", title, text, language,
    author_id, contact_id, due_on, done_on, limited, created_at)
SELECT gen_random_uuid(), s.id, what.kind, day.day, what.title,
    (%(texts)s::text[])[1 + (s.number * 3 + k) %% %(text_count)s], 'fi',
    who.people[1 + (s.number + k) %% cardinality(who.people)],
    CASE WHEN what.kind IN ('meeting', 'call', 'visit') THEN c.id END,
    CASE WHEN what.kind = 'task' THEN day.day + 30 END,
    CASE WHEN what.kind = 'task' AND day.day < %(today)s::date - 40 THEN day.day + 20 END,
    (s.number + k) %% 97 = 0, now()
FROM seeded s
JOIN who USING (institution_id)
JOIN (SELECT stakeholder_id, min(id) AS id FROM partnerships_contact GROUP BY 1) c
    ON c.stakeholder_id = s.id
CROSS JOIN LATERAL generate_series(1,
    CASE WHEN s.number %% 1000 = 1 THEN 200 ELSE 1 + s.number %% 7 END) k
CROSS JOIN LATERAL (SELECT 1 + (s.number * 5 + k) %% %(count)s AS at) pick
CROSS JOIN LATERAL (SELECT (%(kinds)s::text[])[at] AS kind, (%(titles)s::text[])[at] AS title) what
CROSS JOIN LATERAL (
    SELECT %(today)s::date - (abs(hashint8(s.number * 31 + k)) %% 730)::int AS day
) day
"""

_CONFIRMATIONS = """
INSERT INTO partnerships_confirmation (stakeholder_id, contact_id, shows, shown, state, answer,
    language, asked_by_id, asked_on, answered_on)
SELECT s.id, c.id, '["content"]', '{}', 'confirmed', '', 'fi', who.people[1],
    %(today)s::date - 60, %(today)s::date - 50
FROM seeded s JOIN who USING (institution_id)
JOIN (SELECT stakeholder_id, min(id) AS id FROM partnerships_contact GROUP BY 1) c
    ON c.stakeholder_id = s.id
WHERE s.number %% 50 = 0
"""

# The same ties as the rebuilders tell, which a test compares; a million rows one by one would
# take long.
_EVIDENCE = """
INSERT INTO ties_evidence (a_id, b_id, kind, valid, source_kind, source_id, institution_id)
SELECT least(s.institution_id, s.organisation_id), greatest(s.institution_id, s.organisation_id),
    'dialogue', daterange(d.on, d.on + 1), 'dialogue', d.id, s.institution_id
FROM seeded s JOIN partnerships_dialogueentry d ON d.stakeholder_id = s.id
WHERE d.kind IN ('meeting', 'call', 'visit', 'contact') AND NOT d.limited
UNION ALL
SELECT least(s.institution_id, s.organisation_id), greatest(s.institution_id, s.organisation_id),
    'confirmation', daterange(c.answered_on, c.answered_on + 1), 'confirmation', c.id, NULL
FROM seeded s JOIN partnerships_confirmation c ON c.stakeholder_id = s.id
"""

_STEPS: dict[str, tuple[Any, ...]] = {
    "partners": (_STAKEHOLDERS, _SEEDED, "ANALYZE seeded", _WHO),
    "standings": (_STANDINGS,),
    "value": (_VALUES,),
    "people": (_PEOPLE,),
    "contacts": (_CONTACTS,),
    "dialogue": (_DIALOGUE,),
    "confirmations": (_CONFIRMATIONS,),
    "evidence": (_EVIDENCE,),
    **seed_networks.STEPS,
    **seed_agreements.STEPS,
}
# Whose ties _EVIDENCE writes; those of other kinds are told by their rebuilders.
_WRITTEN = frozenset({"dialogue", "confirmation"})


def main(argv: list[str]) -> int:
    """Fill the database; refuses one that is in use or has been seeded."""
    parser = argparse.ArgumentParser(
        "solmu seed", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", choices=list(SCALES), default="small")
    arguments = parser.parse_args(argv)
    if (Institution.objects.exists() or User.objects.exists()) and not demo.is_demo():
        parser.error("the database is in use; seed an empty one or a demo's")
    if Organisation.objects.filter(slug=FIRST_SLUG).exists():
        parser.error("the database has been seeded already")
    started = time.monotonic()
    seed(SCALES[arguments.scale], say=lambda text: print(text, file=sys.stderr, flush=True))
    print(f"Seeded {arguments.scale} in {time.monotonic() - started:.0f} s.")
    print("Who sees most: leader-1@solmu.example, by a sign-in link or with the API token seed-1.")
    return 0


@transaction.atomic
def seed(scale: Scale, say: Callable[[str], None] = lambda _text: None) -> None:
    """Write everything, in one transaction."""
    demo.mark()  # synthetic content is a demo's content: nobody's real mail may ever leave it
    places.load_places()
    say("organisations")
    _organisations(scale)
    institutions = _institutions(scale)
    values = _values(scale, institutions)
    for name, statements in _STEPS.items():
        say(name)
        for statement in statements:
            if callable(statement):
                statement(values)
            else:
                _run(statement, **values)
    say("evidence of networks")
    writing.rebuild(
        {kind: told for kind, told in composed("EVIDENCE").items() if kind not in _WRITTEN}
    )
    say("search index")
    _run("ANALYZE")
    for index in composed("INDEXES"):
        index()
    _run("ANALYZE search_entry")


def _values(scale: Scale, institutions: list[int]) -> dict[str, Any]:
    said = [
        (kind, title)
        for kind, titles in (
            ("meeting", fiction.MEETING_TITLES),
            ("call", fiction.CALL_TITLES),
            ("visit", fiction.VISIT_TITLES),
            ("note", fiction.NOTE_TITLES),
            ("task", fiction.TASK_TITLES[:1]),
        )
        for title in titles
    ]
    return {
        "today": clock.today(),
        "institutions": institutions,
        "each": scale.partners_each,
        "networks": scale.networks,
        "steps": list(fiction.TASK_TITLES),
        "step_count": len(fiction.TASK_TITLES),
        "given": list(fiction.GIVEN_NAMES),
        "givens": len(fiction.GIVEN_NAMES),
        "family": list(fiction.FAMILY_NAMES),
        "families": len(fiction.FAMILY_NAMES),
        "kinds": [kind for kind, _title in said],
        "titles": [title for _kind, title in said],
        "count": len(said),
        "texts": list(fiction.TEXTS),
        "text_count": len(fiction.TEXTS),
    }


def _run(sql: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def _organisations(scale: Scale) -> None:
    homes = list(Municipality.objects.order_by("code").values_list("code", "lat", "lon"))
    columns: dict[str, list[Any]] = {
        key: []
        for key in (
            *("n", "name", "key", "kind", "field", "business_id", "country", "place", "lat", "lon"),
        )
    }
    for number in range(scale.organisations):
        if number % 20 == 19:
            fact, (_place, country, lat, lon) = fiction.foreign_organisation(number)
            code = None
        else:
            fact = fiction.finnish_organisation(number)
            # A third of all share thirty municipalities.
            code, lat, lon = homes[number * 37 % (30 if number % 3 == 0 else len(homes))]
            country = "FI"
        row = (
            number,
            fact.name,
            names.key(fact.name),
            fact.kind,
            fact.field,
            fact.business_id,
            country,
            code,
            round(lat + (number % 97 - 48) / 1200, 5),
            round(lon + (number % 89 - 44) / 600, 5),
        )
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    _run(_ORGANISATIONS, **columns)


def _institutions(scale: Scale) -> list[int]:
    homes = list(Municipality.objects.select_related("region").order_by("code"))
    random = Random(scale.institutions)
    made = []
    for number in range(1, scale.institutions + 1):
        home = homes[number * 2 % len(homes)]
        name = f"Kuvitteellinen ammattiopisto {number}"
        organisation = Organisation.objects.create(
            slug=f"oppilaitos-{number}",
            name_fi=name,
            name_key=names.key(name),
            kind=Organisation.Kind.EDUCATION_PROVIDER,
            region=home.region,
            municipality=home,
            lat=home.lat,
            lon=home.lon,
            public=True,
        )
        institution = Institution.objects.create(
            organisation=organisation, fields=["engineering", "health"]
        )
        institution.regions.add(home.region)
        ladder.create_defaults(institution)
        _people(institution, number, scale.colleagues, random)
        made.append(institution.pk)
    return made


def _people(institution: Institution, number: int, colleagues: int, random: Random) -> None:
    roles = [Affiliation.Role.LEADER, Affiliation.Role.COORDINATOR]
    roles += [Affiliation.Role.CONTRIBUTOR] * (colleagues - len(roles))
    for at, role in enumerate(roles, start=1):
        email = (
            f"{role}-{number}@solmu.example" if at < 3 else f"{role}-{number}-{at}@solmu.example"
        )
        user = User.objects.create_user(email)
        given, family = fiction.person_name(random)
        person = Person.objects.create(given_name=given, family_name=family, email=email, user=user)
        Affiliation.objects.create(
            person=person, institution=institution, role=role, valid=period(clock.today())
        )
        if role == Affiliation.Role.LEADER:
            ApiToken.objects.create(user=user, name="seed", token_hash=token_hash(f"seed-{number}"))
