"""Networks of a seeded database: the first has all institutions, the others eight to fifteen."""

from datetime import date
from decimal import Decimal
from typing import Any

from solmu.costs.models import CostCase, CostItem, Payer
from solmu.goals.models import Goal
from solmu.lib.periods import period
from solmu.networks.models import Group, Membership, Network
from solmu.organisations.models import Organisation
from solmu.plans import goal_holder
from solmu.plans.models import Measure, Plan, PlanGoal, Strategy, TakingPart, Theme

# Statements with the parameters institutions, networks, today.
_ORGANISATIONS = """
INSERT INTO organisations_organisation
    (uuid, slug, name_fi, name_sv, name_en, name_key, kind, business_id, oid, country, region_id,
     municipality_id, postal_code, lat, lon, website, fields, public, fact_sources, created_at)
SELECT gen_random_uuid(), 'verkosto-' || n, 'Kuvitteellinen verkosto ' || n, '', '',
    'kuvitteellinen verkosto ' || n, 'network', '', '', 'FI', o.region_id, NULL, '', o.lat, o.lon,
    '', '{}', true, '{}', now()
FROM generate_series(1, %(networks)s) n
JOIN organisations_organisation o
    ON o.id = (%(institutions)s::bigint[])[1 + n %% cardinality(%(institutions)s::bigint[])]
"""

_NUMBERED = """
CREATE TEMP TABLE net ON COMMIT DROP AS
SELECT id, substr(slug, 10)::int AS n FROM organisations_organisation
WHERE slug LIKE 'verkosto-%%'
"""
_KINDS = (Network.Kind.PARTNERSHIP, Network.Kind.PEER, Network.Kind.INNOVATION)


# Eleven shares no factor with the scales' numbers of institutions: no institution comes twice.
_MEMBERSHIPS = """
INSERT INTO networks_membership (network_id, organisation_id, role, valid, note)
SELECT net.id, institutions.ids[1 + (net.n * 7 + k * 11) %% institutions.count],
    CASE WHEN k < 5 THEN 'founder' ELSE 'member' END,
    daterange(make_date(2005 + (CASE WHEN k < 5 THEN 0 ELSE (net.n + k) %% 15 END), 3, 1),
        CASE WHEN k %% 9 = 8 THEN %(today)s::date - 400 END), ''
FROM net
CROSS JOIN (SELECT %(institutions)s::bigint[] AS ids,
    cardinality(%(institutions)s::bigint[]) AS count) institutions
CROSS JOIN LATERAL generate_series(0,
    CASE WHEN net.n = 1 THEN institutions.count
        ELSE least(institutions.count, 8 + net.n %% 8) END - 1) k
"""

_GROUPS = """
INSERT INTO networks_group (uuid, network_id, slug, name_fi, name_sv, name_en, kind, task, language,
    meetings_a_year, valid, closing_note)
SELECT gen_random_uuid(), id, 'ryhma-' || k,
    CASE k WHEN 0 THEN 'Johtoryhmä' ELSE 'Työryhmä ' || k END, '', '',
    CASE k WHEN 0 THEN 'steering' ELSE 'working' END, 'Synteettinen tehtävä.', 'fi', 4,
    daterange('2005-03-01', NULL), ''
FROM net CROSS JOIN generate_series(0, 3) k
"""

# In each group a seat for every member of today, at most twenty; working groups take every other.
_SEATS = """
INSERT INTO networks_seat (uuid, group_id, organisation_id, title, valid)
SELECT gen_random_uuid(), g.id, m.organisation_id, '', m.valid
FROM networks_group g
JOIN (SELECT *, row_number() OVER (PARTITION BY network_id ORDER BY id) AS at
    FROM networks_membership WHERE upper_inf(valid)) m USING (network_id)
WHERE m.at <= 20 AND (g.kind = 'steering' OR (m.at + g.id) %% 2 = 0)
"""

_TERMS = """
INSERT INTO networks_term (uuid, seat_id, person_id, role, deputy, valid)
SELECT gen_random_uuid(), s.id,
    who.people[1 + (s.id * (1 - half)) %% cardinality(who.people)],
    CASE WHEN half = 1 AND s.id %% 9 = 0 THEN 'chair' ELSE 'member' END, false,
    CASE half WHEN 0 THEN daterange(lower(s.valid), %(today)s::date - 700)
        ELSE daterange(%(today)s::date - 700, %(today)s::date + 200) END
FROM networks_seat s JOIN who ON who.institution_id = s.organisation_id
CROSS JOIN generate_series(0, 1) half
WHERE half = 1 OR lower(s.valid) < %(today)s::date - 700
"""

_REGISTERS = """
INSERT INTO partnerships_stakeholder
    (uuid, institution_id, organisation_id, roles, next_step, next_step_on, notes, extra,
     created_at)
SELECT gen_random_uuid(), organisation_id, network_id, '{partner}', '', NULL, '', '{}', now()
FROM networks_membership GROUP BY 2, 3 ORDER BY 2, 3;
INSERT INTO partnerships_standing (stakeholder_id, valid, state, level_id, contents, themes,
    scope_override, form, owner_id, goals, reason)
SELECT s.id, daterange(min(lower(m.valid)), NULL), 'active', NULL, '{}', '{}', '', 'network',
    NULL, '', 'liittyi verkostoon'
FROM partnerships_stakeholder s
JOIN networks_membership m
    ON m.network_id = s.organisation_id AND m.organisation_id = s.institution_id
GROUP BY s.id
"""


def _networks(values: dict[str, Any]) -> None:
    organisations = Organisation.objects.filter(kind=Organisation.Kind.NETWORK)
    Network.objects.bulk_create(
        Network(
            organisation=organisation,
            kind=_KINDS[number % 3],
            purpose="Synteettinen verkosto kokeiluja varten.",
            valid=period(date(2005, 1, 1)),
        )
        for number, organisation in enumerate(
            organisations.filter(slug__startswith="verkosto-").order_by("pk")
        )
    )


def _plans(values: dict[str, Any]) -> None:
    """A strategy of five themes with two goals each, and a plan of thirty measures a network."""
    today: date = values["today"]
    year = period(date(today.year, 1, 1), date(today.year, 12, 31))
    networks = list(Network.objects.filter(organisation__slug__startswith="verkosto-"))
    strategies = Strategy.objects.bulk_create(
        Strategy(network=network, title="Synteettinen strategia", valid=year)
        for network in networks
    )
    plans = Plan.objects.bulk_create(
        Plan(network=strategy.network, strategy=strategy, year=today.year)
        for strategy in strategies
    )
    themes = Theme.objects.bulk_create(
        Theme(strategy=strategy, title=f"Teema {place}", place=place)
        for strategy in strategies
        for place in range(1, 6)
    )
    goals = Goal.objects.bulk_create(
        Goal(
            holder_kind=goal_holder.NETWORK,
            holder_id=theme.strategy.network_id,
            title=f"Tavoite {theme.place}.{place}",
            valid=year,
        )
        for theme in themes
        for place in (1, 2)
    )
    in_plans = PlanGoal.objects.bulk_create(
        PlanGoal(theme=themes[number // 2], goal=goal, place=1 + number % 2)
        for number, goal in enumerate(goals)
    )
    groups: dict[int, list[Group]] = {}
    for group in Group.objects.filter(network__in=networks).order_by("pk"):
        groups.setdefault(group.network_id, []).append(group)
    members: dict[int, list[int]] = {}
    for membership in Membership.objects.on(today).filter(network__in=networks).order_by("pk"):
        members.setdefault(membership.network_id, []).append(membership.organisation_id)
    statuses = list(Measure.Status)
    measures = []
    for number, goal in enumerate(in_plans):
        plan = plans[number // 10]
        own = members[plan.network_id]
        measures += [
            Measure(
                plan=plan,
                goal=goal,
                title=f"Toimenpide {number % 10 + 1}.{at + 1}",
                group=groups[plan.network_id][(number + at) % 4],
                organisation_id=own[(number + at) % len(own)],
                starts_on=date(today.year, 1 + (number + at) % 9, 1),
                ends_on=date(today.year, 4 + (number + at) % 9, 28),
                status=statuses[(number + at) % 4],
                place=number % 10 * 3 + at,
            )
            for at in range(3)
        ]
    TakingPart.objects.bulk_create(
        TakingPart(measure=measure, organisation_id=other)
        for number, measure in enumerate(Measure.objects.bulk_create(measures, batch_size=2000))
        if number % 2
        for other in members[measure.plan.network_id][:2]
        if other != measure.organisation_id
    )


def _costs(values: dict[str, Any]) -> None:
    """Two cost cases a network, shared equally by its members."""
    networks = Network.objects.filter(organisation__slug__startswith="verkosto-").order_by("pk")
    cases = CostCase.objects.bulk_create(
        CostCase(network=network, title=f"Synteettinen kustannus {number}", on=values["today"])
        for network in networks
        for number in (1, 2)
    )
    CostItem.objects.bulk_create(
        CostItem(case=case, title=f"Erä {number}", planned=Decimal("1234.56") * number)
        for case in cases
        for number in (1, 2, 3)
    )
    members: dict[int, list[int]] = {}
    full = Membership.objects.on(values["today"]).full().filter(network__in=networks)
    for membership in full.order_by("pk"):
        members.setdefault(membership.network_id, []).append(membership.organisation_id)
    Payer.objects.bulk_create(
        Payer(case=case, organisation_id=key) for case in cases for key in members[case.network_id]
    )


STEPS: dict[str, tuple[Any, ...]] = {
    "networks": (_ORGANISATIONS, _networks, _NUMBERED, _MEMBERSHIPS),
    "groups": (_GROUPS, _SEATS, _TERMS),
    "registers": (_REGISTERS,),
    "plans": (_plans,),
    "costs": (_costs,),
}
