"""The shared directory: adding entries and changing their public facts.

A fact that another institution or a register gave is never overwritten: the change is proposed.
An entry that only one institution brought is seen by that institution alone.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.imports import cleaning
from solmu.lib import clock, names
from solmu.organisations import indexing
from solmu.organisations.models import (
    FactProposal,
    Institution,
    Organisation,
    OrganisationSource,
    SlugHistory,
)
from solmu.people.viewer import Viewer

FACTS = (
    "name_fi", "name_sv", "name_en", "kind", "business_id", "oid", "country", "region",
    "municipality", "postal_code", "lat", "lon", "website", "fields", "parent",
)  # fmt: skip
REGISTER = "register"
SELF = "self"
# Addresses under /organisations/ and /networks/ that are no organisation's.
RESERVED = frozenset(["new", "merges", "proposals", "relations", "n", "elsewhere", "invitations"])

Source = int | str


class DirectoryError(ValueError):
    """The entry can't be written so; the message says why."""


@dataclass(slots=True)
class Outcome:
    """What became of the facts that somebody gave."""

    changed: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)


def checked_business_id(value: str, country: str) -> str:
    """Return the business ID as its register writes it, or say what is wrong with it."""
    try:
        found = cleaning.business_id(value, country)
    except cleaning.CleaningError as error:
        raise DirectoryError(str(error)) from error
    if found is None:
        return ""
    if found.country != country:
        raise DirectoryError(_("That business ID belongs to another country."))
    return found.number


def fact_name(field: str) -> Any:
    """What people call a fact."""
    column: Any = Organisation._meta.get_field(field)  # noqa: SLF001
    return column.verbose_name


def free_slug(name: str) -> str:
    """Return an address for a name that no organisation has or has had."""
    stem = slug_stem(name)
    taken = set(Organisation.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    taken |= set(SlugHistory.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def private_slug(name: str) -> str:
    """Return an address for an entry that one institution brought: it tells of no other entry."""
    return f"{slug_stem(name)[:60].strip('-')}-{secrets.token_hex(4)}"


def slug_stem(name: str) -> str:
    """Return a name as addresses write it."""
    stem = slugify(names.folded(name))[:70].strip("-") or "organisation"
    return f"organisation-{stem}" if stem.isdigit() or stem in RESERVED else stem


@transaction.atomic
def add(
    facts: Mapping[str, Any],
    *,
    by: Viewer,
    institution: Institution | None = None,
    origin: str = OrganisationSource.Origin.PERSON,
    proposes: bool = False,
) -> tuple[Organisation, bool]:
    """Add an entry, or find the one with the same business ID; says whether it is new to them.

    Without an institution the facts come from a register, and the entry is public at once. That
    another institution alone knew of the entry till now is not told: to this one it is new.
    """
    try:
        with transaction.atomic():
            return _add(facts, by, institution, origin, proposes)
    except IntegrityError:  # somebody was faster: now their entry, or address, is seen
        return _add(facts, by, institution, origin, proposes)


def _add(
    facts: Mapping[str, Any],
    by: Viewer,
    institution: Institution | None,
    origin: str,
    proposes: bool,
) -> tuple[Organisation, bool]:
    country, business_id = facts.get("country") or "FI", facts.get("business_id") or ""
    given = {key: facts[key] for key in FACTS if facts.get(key) not in (None, "", [])}
    given["country"] = country
    if business_id:
        business_id = checked_business_id(business_id, country)
        same = Organisation.objects.filter(
            country=country, business_id=business_id, merged_into=None
        ).first()
        if same:
            known = same.public or Organisation.objects.visible_to(by).filter(pk=same.pk).exists()
            if institution:
                add_source(same, institution, origin=origin, by=by)
            key = institution.pk if institution else None
            edit(same, given, by=by, institution_id=key, proposes=proposes)
            same.refresh_from_db()
            return same, not known
        given["business_id"] = business_id
    title = given.get("name_fi") or given.get("name_sv") or given.get("name_en") or ""
    if not title:
        raise DirectoryError(_("Give a name in at least one language."))
    source: Source = institution.pk if institution else REGISTER
    with history.acting(by, gettext_noop("organisation added")):
        organisation = Organisation(
            slug=private_slug(title) if institution else free_slug(title),
            name_key=names.key(title),
            public=institution is None,
            fact_sources=dict.fromkeys(given, source),
            **given,
        )
        _place(organisation, given)
        organisation.save()
        if institution:
            OrganisationSource.objects.create(
                organisation=organisation, institution=institution, origin=origin
            )
    indexing.index_changed([organisation.pk])
    return organisation, True


@transaction.atomic
def edit(
    organisation: Organisation,
    facts: Mapping[str, Any],
    *,
    by: Viewer,
    institution_id: int | None = None,
    proposes: bool = False,
) -> Outcome:
    """Change the facts that the giver may change, and propose the others.

    Somebody who `proposes` changes none: where their institution could, its coordinators decide.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    source = _source(organisation, institution_id)
    outcome = Outcome()
    new = {key: facts[key] for key in FACTS if key in facts}
    held: set[str] = set()
    if new.get("business_id"):
        country = new.get("country") or organisation.country
        new["business_id"] = checked_business_id(new["business_id"], country)
        if _taken_unseen(organisation, country, new["business_id"], by):
            held.add("business_id")
        else:
            _refuse_taken(organisation, country, new["business_id"])
    if new.get("parent"):
        refuse_loop(organisation, new["parent"])
    ours: list[str] = []
    for key, value in new.items():
        if _stored(value) == _stored(getattr(organisation, key)):
            continue
        may = key not in held and _may_change(organisation, key, source)
        if may and proposes:
            ours.append(key)
        if may and not proposes:
            setattr(organisation, key, value)
            organisation.fact_sources[key] = source
            outcome.changed.append(key)
        else:
            outcome.proposed.append(key)
    if not (organisation.name_fi or organisation.name_sv or organisation.name_en):
        raise DirectoryError(_("Give a name in at least one language."))
    with history.acting(by, gettext_noop("facts changed")):
        if outcome.changed:
            _place(organisation, {key: new[key] for key in outcome.changed})
            organisation.name_key = names.key(
                organisation.name_fi or organisation.name_sv or organisation.name_en
            )
            organisation.save()
        proposed = [
            FactProposal.objects.update_or_create(
                organisation=organisation,
                institution_id=institution_id,
                field=key,
                state=FactProposal.State.OPEN,
                defaults={"value": _stored(new[key]), "created_at": clock.real_now()},
            )[0].pk
            for key in outcome.proposed
        ]
        name_givers(proposed)
        if ours and _is_used(organisation, institution_id):
            FactProposal.objects.filter(pk__in=proposed, field__in=ours, giver=None).update(
                giver_id=institution_id
            )
    if outcome.changed:
        indexing.index_changed([organisation.pk])
    return outcome


@transaction.atomic
def add_source(
    organisation: Organisation,
    institution: Institution,
    *,
    by: Viewer,
    origin: str = OrganisationSource.Origin.PERSON,
) -> None:
    """Note that an institution uses an entry; the second one makes it public."""
    OrganisationSource.objects.get_or_create(
        organisation=organisation, institution=institution, defaults={"origin": origin}
    )
    publish_confirmed([organisation.pk], by=by)


@transaction.atomic
def publish_confirmed(organisation_ids: Iterable[int], *, by: Viewer) -> list[int]:
    """Make public those of the entries that a second institution has brought."""
    ids = list(organisation_ids)
    # Who says of itself whether it is public is not published by others.
    waiting = Organisation.objects.filter(pk__in=ids, public=False, merged_into=None).exclude(
        fact_sources__has_key="public"
    )
    confirmed = [
        organisation.pk
        for organisation in waiting.prefetch_related("sources").select_for_update()
        if len(organisation.sources.all()) > 1
    ]
    # Nobody is named: who confirmed an entry is known to that institution alone.
    with history.acting(Viewer.system(gettext_noop("confirmed by a second institution"))):
        Organisation.objects.filter(pk__in=confirmed).update(public=True)
    indexing.index_changed(ids)
    return confirmed


@transaction.atomic
def publish(organisation: Organisation, *, by: Viewer) -> None:
    """Make an entry public: its own institution or a register says that it is so."""
    with history.acting(by, gettext_noop("made public")):
        organisation.public = True
        organisation.save(update_fields=["public"])
        name = organisation.name_fi or organisation.name_sv or organisation.name_en
        if organisation.slug != slug_stem(name):
            rename_address(organisation, free_slug(name), by=by)
    indexing.index_changed([organisation.pk])


@transaction.atomic
def rename_address(organisation: Organisation, slug: str, *, by: Viewer) -> None:
    """Give an organisation another address; the old one keeps leading to it."""
    if slug == organisation.slug:
        return
    if slug.isdigit() or slug in RESERVED or _slug_taken(organisation, slug):
        raise DirectoryError(_("That address is taken."))
    with history.acting(by, gettext_noop("address changed")):
        SlugHistory.objects.filter(slug=slug, organisation=organisation).delete()
        SlugHistory.objects.create(slug=organisation.slug, organisation=organisation)
        organisation.slug = slug
        organisation.save(update_fields=["slug"])


def name_givers(proposal_ids: Iterable[int]) -> None:
    """Note on proposals which institution gave the present fact, so that it is asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE organisations_factproposal p SET giver_id = i.organisation_id
            FROM organisations_organisation o, organisations_institution i
            WHERE o.id = p.organisation_id AND p.id = ANY(%s) AND i.organisation_id =
                CASE WHEN o.fact_sources->>p.field = 'self' THEN o.id
                     WHEN o.fact_sources->>p.field ~ '^[0-9]+$'
                     THEN (o.fact_sources->>p.field)::bigint END
            """,
            [list(proposal_ids)],
        )


@transaction.atomic
def accept(proposal: FactProposal, *, by: Viewer) -> None:
    """Take a proposed fact into the directory; it is now the proposer's."""
    proposal = (
        FactProposal.objects.select_for_update().select_related("organisation").get(pk=proposal.pk)
    )
    if proposal.state != FactProposal.State.OPEN:
        return
    organisation = Organisation.objects.select_for_update().get(pk=proposal.organisation_id)
    column: Any = Organisation._meta.get_field(proposal.field)  # noqa: SLF001
    if proposal.field == "business_id" and proposal.value:
        if _taken_unseen(organisation, organisation.country, proposal.value, by):
            raise DirectoryError(_("An administrator has to look at this one."))
        _refuse_taken(organisation, organisation.country, proposal.value)
    if proposal.field == "parent" and proposal.value:
        refuse_loop(organisation, Organisation.objects.get(pk=proposal.value))
    setattr(organisation, column.attname, proposal.value)
    organisation.fact_sources[proposal.field] = _source(organisation, proposal.institution_id)
    _place(organisation, {proposal.field: proposal.value})
    organisation.name_key = names.key(
        organisation.name_fi or organisation.name_sv or organisation.name_en
    )
    with history.acting(by, gettext_noop("proposed fact accepted")):
        organisation.save()
    _decide(proposal, FactProposal.State.ACCEPTED)
    indexing.index_changed([organisation.pk])


@transaction.atomic
def decline(proposal: FactProposal, *, by: Viewer) -> None:
    """Leave the directory as it is."""
    proposal = FactProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state == FactProposal.State.OPEN:
        _decide(proposal, FactProposal.State.DECLINED)


def _decide(proposal: FactProposal, state: str) -> None:
    proposal.state = state
    proposal.decided_at = clock.real_now()
    proposal.save(update_fields=["state", "decided_at"])


def _source(organisation: Organisation, institution_id: int | None) -> Source:
    if institution_id is None:
        return REGISTER
    return SELF if institution_id == organisation.pk else institution_id


def _may_change(organisation: Organisation, key: str, source: Source) -> bool:
    giver = organisation.fact_sources.get(key)
    if source in (REGISTER, giver):
        return True
    empty = getattr(organisation, key) in (None, "", [])
    # An organisation knows its own facts better than another institution, but not than a register.
    return giver is None or empty or (source == SELF and giver != REGISTER)


def _stored(value: Any) -> Any:
    """The value as a proposal keeps it: a record by its key."""
    return value.pk if hasattr(value, "pk") else value


def _place(organisation: Organisation, given: Mapping[str, Any]) -> None:
    """A municipality says the region, and about where; given coordinates say it better."""
    municipality = organisation.municipality
    if municipality is None or "municipality" not in given:
        return
    organisation.region_id = municipality.region_id
    if organisation.lat is None or not {"lat", "lon"} & organisation.fact_sources.keys():
        organisation.lat, organisation.lon = municipality.lat, municipality.lon


def _refuse_taken(organisation: Organisation, country: str, business_id: str) -> None:
    taken = Organisation.objects.filter(country=country, business_id=business_id, merged_into=None)
    if taken.exclude(pk=organisation.pk).exists():
        raise DirectoryError(_("Another organisation has that business ID."))


def _taken_unseen(
    organisation: Organisation, country: str, business_id: str, viewer: Viewer
) -> bool:
    """Tell whether an entry that the viewer may not know of has the business ID.

    It is not refused, which would tell of the entry: an administrator sees both, and merges them.
    """
    taken = Organisation.objects.filter(country=country, business_id=business_id, merged_into=None)
    others = taken.exclude(pk=organisation.pk).values_list("pk", flat=True)
    seen = Organisation.objects.visible_to(viewer)
    return any(not seen.filter(pk=other).exists() for other in others)


def refuse_loop(organisation: Organisation, parent: Organisation) -> None:
    """Refuse to make an organisation a part of itself, or of what is a part of it."""
    above: Organisation | None = parent
    while above is not None:
        if above.pk == organisation.pk:
            raise DirectoryError(_("An organisation can't be a part of itself."))
        above = above.parent


def _is_used(organisation: Organisation, institution_id: int | None) -> bool:
    return OrganisationSource.objects.filter(
        organisation=organisation, institution_id=institution_id
    ).exists()


def _slug_taken(organisation: Organisation, slug: str) -> bool:
    return (
        Organisation.objects.filter(slug=slug).exclude(pk=organisation.pk).exists()
        or SlugHistory.objects.filter(slug=slug).exclude(organisation=organisation).exists()
    )
