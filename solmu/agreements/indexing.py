"""The search entries of agreements: their words, for those who may read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from solmu.agreements.models import Party
from solmu.search import indexing

AGREEMENT, CONFIDENTIAL = "agreement", "agreement-confidential"

# The institution that drafts it finds the draft; other parties that use Solmu, and the network once
# it is in force, find what was frozen last.
_DRAFTED = """
    SELECT a.id AS record_id, a.institution_id, NULL::bigint AS network_id, FALSE AS public,
        {leaders} AS leaders_only, a.owner_id AS author_id, a.title,
        {names} (SELECT string_agg(concat_ws(' ', w.title,
            regexp_replace(w.text, '{variable}', '…', 'g')
        ), ' · ' ORDER BY c.position, w.code) FROM agreements_clause c,
            LATERAL (VALUES ('en', c.title_en, c.text_en), ('fi', c.title_fi, c.text_fi),
                ('sv', c.title_sv, c.text_sv)) AS w(code, title, text)
            WHERE c.agreement_id = a.id AND c.confidential = {confidential}
                AND w.code = ANY(a.languages)) {end} AS text,
        a.prevailing AS language, {address} AS url
    FROM agreements_agreement a
"""
_FROZEN = """
    SELECT a.id, {institution}, {network}, FALSE, {leaders}, NULL::bigint, a.title,
        {names} (SELECT string_agg(concat_ws(' ', t.value, x.value), ' · ' ORDER BY c.ordinality)
            FROM jsonb_array_elements(v.content->'clauses')
                WITH ORDINALITY AS c(clause, ordinality),
                jsonb_each_text(c.clause->'title') AS t, jsonb_each_text(c.clause->'text') AS x
            WHERE x.key = t.key AND (c.clause->>'confidential')::boolean = {confidential}) {end},
        a.prevailing, {address}
    FROM agreements_agreement a
    JOIN LATERAL (
        SELECT content FROM agreements_version WHERE agreement_id = a.id
        ORDER BY number DESC LIMIT 1
    ) v ON TRUE
    {among}
"""
_NAMES = """concat_ws(' · ', NULLIF(a.summary, ''), (SELECT string_agg(concat_ws(' ', o.name_fi,
            o.name_sv, o.name_en), ' · ' ORDER BY p.position) FROM agreements_party p
            JOIN organisations_organisation o ON o.id = p.organisation_id
            WHERE p.agreement_id = a.id AND p.state <> 'former'),"""
_PARTIES = """JOIN (SELECT DISTINCT agreement_id, organisation_id FROM agreements_party
        WHERE state <> 'former') p
        ON p.agreement_id = a.id AND p.organisation_id <> a.institution_id
    JOIN organisations_institution i ON i.organisation_id = p.organisation_id
    WHERE a.state <> 'draft'"""
_NETWORK = "WHERE a.network_id IS NOT NULL AND a.state IN ('active', 'ended')"
# {start}, {partner.name}; braces are doubled for str.format.
_VARIABLE = "\\{[a-z][a-z0-9_.]*\\}"


def index_agreements(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some agreements, or of all."""
    keys = None if ids is None else list(ids)
    indexing.fill(AGREEMENT, _select(confidential=False), keys, in_networks=True)
    indexing.fill(CONFIDENTIAL, _select(confidential=True), keys, in_networks=True)


def index_organisations(ids: Iterable[int]) -> None:
    """Write the entries of agreements anew whose parties are called otherwise now."""
    parties = Party.objects.filter(organisation_id__in=list(ids))
    index_agreements(parties.values_list("agreement_id", flat=True))


def index_parties(ids: Iterable[int]) -> None:
    """Write the entries of agreements anew whose parties a merge has moved."""
    parties = Party.objects.filter(pk__in=list(ids))
    index_agreements(parties.values_list("agreement_id", flat=True))


def _select(*, confidential: bool) -> str:
    """What is said to everybody who may open it, or what only leaders of the parties may find."""
    common = {
        "leaders": "TRUE" if confidential else "FALSE",
        "confidential": "TRUE" if confidential else "FALSE",
        "names": "" if confidential else _NAMES,
        "end": "" if confidential else ")",
        "variable": _VARIABLE,
        "address": _address(),
    }
    party = {"institution": "p.organisation_id", "network": "NULL::bigint", "among": _PARTIES}
    inside = {"institution": "NULL::bigint", "network": "a.network_id", "among": _NETWORK}
    parts = [_DRAFTED.format(**common), _FROZEN.format(**common, **party)]
    if not confidential:
        parts.append(_FROZEN.format(**common, **inside))
    told = " UNION ALL ".join(parts)
    if confidential:
        return f"SELECT * FROM ({told}) AS every WHERE text IS NOT NULL"  # noqa: S608 - our own SQL
    return told


def _address() -> str:
    before, after = reverse("agreements:text", args=[0]).split("0")
    return f"'{before}' || a.id || '{after}'"
