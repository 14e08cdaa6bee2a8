"""The institution's ladder of levels and its lists of contents and themes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.organisations.models import Affiliation, Institution
from solmu.partnerships.models import Facet, Level, Standing
from solmu.people.viewer import Viewer

# What a new institution starts from; every text can be changed, and should be, by its strategy.
LEVELS: tuple[dict[str, Any], ...] = (
    {
        "name_fi": "Yhteystaho",
        "name_sv": "Kontakt",
        "name_en": "Contact",
        "meaning_fi": "Tunnemme toisemme ja olemme silloin tällöin yhteydessä.",
        "meaning_sv": "Vi känner varandra och är i kontakt då och då.",
        "meaning_en": "We know each other and are in touch now and then.",
        "commitment_fi": "Vastaamme yhteydenottoihin ja pidämme yhteystiedot ajan tasalla.",
        "commitment_sv": "Vi svarar på kontakter och håller kontaktuppgifterna aktuella.",
        "commitment_en": "We answer when asked and keep the contact details up to date.",
        "meetings_a_year": None,
        "decided_by": Level.Decider.COORDINATOR,
    },
    {
        "name_fi": "Yhteistyö",
        "name_sv": "Samarbete",
        "name_en": "Cooperation",
        "meaning_fi": "Teemme yhdessä: opiskelijoita työpaikoilla, vierailuja tai hanke.",
        "meaning_sv": "Vi gör något tillsammans: studerande i arbetslivet, besök, ett projekt.",
        "meaning_en": "We do things together: students at workplaces, visits or a single project.",
        "commitment_fi": "Nimeämme yhteyshenkilön ja keräämme palautteen joka kerta.",
        "commitment_sv": "Vi utser en kontaktperson och samlar in respons varje gång.",
        "commitment_en": "We name a contact person and ask for feedback every time.",
        "meetings_a_year": 1,
        "decided_by": Level.Decider.COORDINATOR,
    },
    {
        "name_fi": "Kumppani",
        "name_sv": "Partner",
        "name_en": "Partner",
        "meaning_fi": "Yhteistyö on jatkuvaa ja sovittua: molemmilla on vastuuhenkilö, tavoitteet.",
        "meaning_sv": "Samarbetet är fortlöpande och avtalat: båda har en ansvarsperson och mål.",
        "meaning_en": "We work together all the time by agreement: both have an owner and goals.",
        "commitment_fi": "Suunnittelemme vuoden yhdessä ja arvioimme, mitä kumpikin siitä saa.",
        "commitment_sv": "Vi planerar året tillsammans och bedömer vad båda får ut av det.",
        "commitment_en": "We plan the year together and look at what each of us gains from it.",
        "meetings_a_year": 2,
        "decided_by": Level.Decider.COORDINATOR,
    },
    {
        "name_fi": "Strateginen kumppani",
        "name_sv": "Strategisk partner",
        "name_en": "Strategic partner",
        "meaning_fi": "Kumppanuus vie molempien strategiaa eteenpäin ja näkyy johdon työssä.",
        "meaning_sv": "Partnerskapet för bådas strategi framåt och syns i ledningens arbete.",
        "meaning_en": "The partnership serves both strategies and shows in the leaders' work.",
        "commitment_fi": "Johto tapaa säännöllisesti, ja kehitämme osaamista ja palveluja yhdessä.",
        "commitment_sv": "Ledningarna träffas regelbundet, och vi utvecklar kompetens tillsammans.",
        "commitment_en": "The leaders meet regularly, and we develop skills and services together.",
        "meetings_a_year": 4,
        "decided_by": Level.Decider.LEADER,
    },
)
CONTENTS: tuple[tuple[str, str, str], ...] = (
    ("Työelämä", "Arbetsliv", "Working life"),
    ("Hankkeet", "Projekt", "Projects"),
    ("Koulutus", "Utbildning", "Education"),
    ("Kansainvälisyys", "Internationellt", "International"),
    ("Tutkimus ja kehittäminen", "Forskning och utveckling", "Research and development"),
)
THEMES: tuple[tuple[str, str, str], ...] = (
    ("Vihreä siirtymä", "Grön omställning", "Green transition"),
    ("Digitaaliset taidot", "Digitala färdigheter", "Digital skills"),
    ("Jatkuva oppiminen", "Kontinuerligt lärande", "Lifelong learning"),
    ("Osallisuus ja hyvinvointi", "Delaktighet och välbefinnande", "Inclusion and well-being"),
    ("Yrittäjyys", "Företagsamhet", "Entrepreneurship"),
)

TEXTS = tuple(
    f"{name}_{code}" for name in ("name", "meaning", "commitment") for code in ("fi", "sv", "en")
)


class LadderError(Exception):
    """The change to the ladder can't be made; the message says why."""


@transaction.atomic
def create_defaults(institution: Institution) -> None:
    """Give a new institution the default ladder, contents and themes."""
    write_ladder(institution, LEVELS)
    for kind, entries in ((Facet.Kind.CONTENT, CONTENTS), (Facet.Kind.THEME, THEMES)):
        write_facets(
            institution,
            kind,
            [{"name_fi": fi, "name_sv": sv, "name_en": en} for fi, sv, en in entries],
        )


def write_ladder(institution: Institution, levels: Iterable[Mapping[str, Any]]) -> list[Level]:
    """Write a new institution's levels, the lowest first."""
    return Level.objects.bulk_create(
        Level(institution=institution, rank=rank, **facts)
        for rank, facts in enumerate(levels, start=1)
    )


def write_facets(
    institution: Institution, kind: str, entries: Iterable[Mapping[str, Any]]
) -> list[Facet]:
    """Write a new institution's list of contents or themes."""
    return Facet.objects.bulk_create(
        Facet(institution=institution, kind=kind, rank=rank, **facts)
        for rank, facts in enumerate(entries, start=1)
    )


@transaction.atomic
def change_ladder(
    institution: Institution, steps: list[dict[str, Any]], *, by: Viewer
) -> list[Level]:
    """Make the ladder these steps, the lowest first; a step with an `id` is a present level.

    A level that standings have ever named can be renamed and moved, not taken away.
    """
    with history.acting(by, gettext_noop("ladder changed")):
        present = {
            level.pk: level
            for level in Level.objects.select_for_update().filter(institution=institution)
        }
        kept = {step["id"] for step in steps if step.get("id") in present}
        gone = [level for key, level in present.items() if key not in kept]
        used = Standing.objects.filter(level__in=gone).select_related("level").first()
        if used:
            raise LadderError(
                _("“%(level)s” is in use: partners stand or have stood on it.")
                % {"level": used.level}
            )
        leads = by.is_admin or by.has_role(institution.pk, Affiliation.Role.LEADER)
        theirs = [level for level in present.values() if level.decided_by == Level.Decider.LEADER]
        decider = {step.get("id"): step.get("decided_by", Level.Decider.LEADER) for step in steps}
        for level in [] if leads else theirs:  # nobody gives themselves what a leader decides
            if decider.get(level.pk, Level.Decider.LEADER) != Level.Decider.LEADER:
                raise LadderError(
                    _("The level “%(level)s” is decided by a leader.") % {"level": level}
                )
        Level.objects.filter(pk__in=[level.pk for level in gone]).delete()
        written = []
        for rank, step in enumerate(steps, start=1):
            facts = {key: value for key, value in step.items() if key != "id"}
            level = present.get(step.get("id", 0)) or Level(institution=institution)
            for key, value in {**facts, "rank": rank}.items():
                setattr(level, key, value)
            level.save()
            written.append(level)
    return written


@transaction.atomic
def change_facets(
    institution: Institution, kind: str, entries: list[dict[str, Any]], *, by: Viewer
) -> None:
    """Make a list these entries; one that is missing is no longer offered but keeps its name."""
    with history.acting(by, gettext_noop("list changed")):
        present = {
            facet.pk: facet
            for facet in Facet.objects.select_for_update().filter(
                institution=institution, kind=kind
            )
        }
        for rank, entry in enumerate(entries, start=1):
            facet = present.pop(entry.get("id", 0), None) or Facet(
                institution=institution, kind=kind
            )
            for key in ("name_fi", "name_sv", "name_en"):
                setattr(facet, key, entry.get(key, ""))
            facet.rank, facet.ended = rank, bool(entry.get("ended", False))
            facet.save()
        for facet in present.values():
            facet.ended = True
            facet.save(update_fields=["ended"])


@transaction.atomic
def add_facet(institution: Institution, kind: str, name: str, *, by: Viewer) -> Facet:
    """Add an entry to a list, or return the one that has this name in some language."""
    for facet in Facet.objects.filter(institution=institution, kind=kind):
        if name.casefold() in {
            facet.name_fi.casefold(),
            facet.name_sv.casefold(),
            facet.name_en.casefold(),
        }:
            return facet
    last = Facet.objects.filter(institution=institution, kind=kind).aggregate(last=Max("rank"))
    with history.acting(by, gettext_noop("list changed")):
        return Facet.objects.create(
            institution=institution, kind=kind, name_fi=name, rank=(last["last"] or 0) + 1
        )
