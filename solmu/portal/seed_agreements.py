"""Agreements of a seeded database: one with each partner of an institution, in every state."""

from typing import Any

from solmu.agreements.bases import shipping

# Whoever drafts it: the first institution with each of its partners, the others with every tenth.
# The state follows from the number: of a hundred 60 are in force, 15 have ended, 10 are drafts.
_CHOSEN = """
CREATE TEMP TABLE agreed ON COMMIT DROP AS
SELECT s.id AS stakeholder_id, s.institution_id, s.organisation_id, s.number::int AS n,
    who.people[1 + (s.number %% cardinality(who.people))::int] AS owner_id,
    CASE WHEN s.number %% 100 < 60 THEN 'active' WHEN s.number %% 100 < 75 THEN 'ended'
        WHEN s.number %% 100 < 85 THEN 'draft' WHEN s.number %% 100 < 93 THEN 'negotiation'
        WHEN s.number %% 100 < 97 THEN 'signing' WHEN s.number %% 100 < 99 THEN 'declined'
        ELSE 'expired' END AS state,
    %(today)s::date - 30 - ((s.number * 37) %% 1500)::int AS begins
FROM seeded s JOIN who USING (institution_id)
WHERE s.institution_id = (%(institutions)s::bigint[])[1] OR s.number %% 10 = 0
"""

_AGREEMENTS = """
INSERT INTO agreements_agreement
    (uuid, institution_id, stakeholder_id, network_id, base_version_id, kind, title, summary, state,
     languages, prevailing, "values", owner_id, valid, notice_months, renews_months, next_review_on,
     accession, silence_days, in_order, means, sign_by, case_number, retention_class, amends_id,
     renews_id, end_reason, created_at)
SELECT gen_random_uuid(), a.institution_id, a.stakeholder_id, NULL,
    (SELECT v.id FROM agreements_baseversion v JOIN agreements_base b ON b.id = v.base_id
        WHERE b.kind = (ARRAY['work_life', 'project', 'intent'])[1 + a.n %% 3]
            AND b.institution_id IS NULL AND b.network_id IS NULL AND v.state = 'approved' LIMIT 1),
    (ARRAY['work_life', 'project', 'intent'])[1 + a.n %% 3],
    (ARRAY['Työelämäkumppanuus', 'Hankekumppanuus', 'Aiesopimus'])[1 + a.n %% 3] || ': '
        || o.name_fi,
    '', a.state, '{fi}', 'fi', '{}', a.owner_id,
    CASE WHEN a.state = 'active' THEN daterange(a.begins,
            CASE WHEN a.n %% 4 > 0 THEN %(today)s::date + 10 + (a.n * 13) %% 1000 END)
        WHEN a.state = 'ended' THEN daterange(a.begins - 800, a.begins) END,
    6, CASE WHEN a.state = 'active' AND a.n %% 8 = 1 THEN 12 END,
    CASE WHEN a.state = 'active' THEN %(today)s::date + (a.n * 7) %% 365 END,
    'closed', 30, false, 'code',
    CASE WHEN a.state = 'signing' THEN %(today)s::date + 14 END,
    'KEK/' || (2020 + a.n %% 7) || '/' || a.n, '10 v', NULL, NULL, '',
    %(today)s::date - 40 - (a.n * 37) %% 1500
FROM agreed a JOIN organisations_organisation o ON o.id = a.organisation_id
ORDER BY a.institution_id, a.n
"""

_PARTIES = """
INSERT INTO agreements_party
    (agreement_id, organisation_id, position, called, contact_id, signers_needed, state, voice,
     voiced_at, bound, version_id)
SELECT g.id, CASE side WHEN 0 THEN a.institution_id ELSE a.organisation_id END, side, '', NULL, 1,
    CASE WHEN a.state IN ('active', 'ended') THEN 'signed' WHEN a.state = 'signing' THEN 'asked'
        ELSE 'named' END,
    CASE WHEN a.state = 'negotiation' AND side = 1 AND a.n %% 2 = 0 THEN 'waiting' ELSE '' END,
    NULL, g.valid, NULL
FROM agreements_agreement g JOIN agreed a USING (stakeholder_id)
CROSS JOIN generate_series(0, 1) side
ORDER BY g.id, side
"""

_CLAUSES = """
INSERT INTO agreements_clause
    (agreement_id, key, position, kind, title_fi, title_sv, title_en, text_fi, text_sv, text_en,
     confidential, edition)
SELECT g.id, 'tarkoitus', 1, 'text', 'Tarkoitus', '', '',
    'Osapuolet pitävät yllä, kehittävät ja ennakoivat ammatillista osaamista yhdessä.', '', '',
    false, 1
FROM agreements_agreement g JOIN agreed a USING (stakeholder_id) ORDER BY g.id
"""

_DUTIES = """
INSERT INTO agreements_duty
    (agreement_id, organisation_id, person_id, text, due_on, every_months, done_on, note)
SELECT g.id, a.organisation_id, NULL, 'Tarjoaa paikan työssä oppimiseen',
    %(today)s::date + (a.n * 11) %% 400 - 30, 12, NULL, ''
FROM agreements_agreement g JOIN agreed a USING (stakeholder_id)
WHERE a.state = 'active' AND a.n %% 5 = 0 ORDER BY g.id
"""


def _bases(_values: dict[str, Any]) -> None:
    shipping.load_shipped()


# Statements with the parameters institutions and today; they read what the partners' steps left.
STEPS: dict[str, tuple[Any, ...]] = {
    "agreements": (
        _bases,
        _CHOSEN,
        _AGREEMENTS,
        _PARTIES,
        _CLAUSES,
        _DUTIES,
        "ANALYZE agreements_agreement",
        "ANALYZE agreements_party",
    ),
}
