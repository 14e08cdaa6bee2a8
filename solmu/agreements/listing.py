"""The list of agreements: filters, what stands in each row, how things stand in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache, cached_property
from typing import Any, NamedTuple

from django.db.models import F, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from solmu.agreements import counting, querysets
from solmu.agreements.models import Agreement, Base, BaseVersion, Party
from solmu.lib import clock
from solmu.lib.compiled import compiled, several
from solmu.lib.paging import Source
from solmu.lib.periods import first_day, last_day
from solmu.lib.translated import LANGUAGES, text_in
from solmu.networks.models import Network
from solmu.organisations.models import Affiliation, Organisation
from solmu.people.models import Person
from solmu.ui import markup
from solmu.ui.filters import Filter, FilterBar
from solmu.ui.tables import Column, Table

State = Agreement.State
TONES = {
    State.DRAFT: "quiet",
    State.NEGOTIATION: "neutral",
    State.SIGNING: "neutral",
    State.DECLINED: "berry",
    State.EXPIRED: "berry",
    State.ACTIVE: "lake",
    State.ENDED: "quiet",
}
MOST_CHOICES = 60


# What a row shows: a list of agreements reads nothing else.
_READ = (
    "title", "state", "kind", "valid", "institution_id", "next_review_on", "case_number",
    "created_at", "owner_id",
)  # fmt: skip
_NAMES = tuple(f"organisation__name_{code}" for code in LANGUAGES)
_BASE = ("base_version__number", *(f"base_version__base__name_{code}" for code in LANGUAGES))


@compiled
def _networks_of(**ids: int) -> QuerySet[Network, Any]:
    rows = Network.objects.filter(pk__in=[*ids.values()]).order_by("pk")
    return rows.values_list("pk", *_NAMES)[:MOST_CHOICES]


@compiled
def _people(**ids: int) -> QuerySet[Person]:
    rows = Person.objects.filter(pk__in=[*ids.values()])
    return rows.only("given_name", "family_name", "email")


@compiled
def _drafters(*, today: date, **institutions: int) -> QuerySet[Person]:
    own = Affiliation.objects.on(today).filter(
        institution_id__in=[*institutions.values()], role__in=["leader", "coordinator"]
    )
    people = Person.objects.filter(pk__in=own.values("person_id"))
    people = people.only("given_name", "family_name", "email")
    return people.order_by("family_name", "given_name", "pk")[:MOST_CHOICES]


@compiled
def _versions(roles: int, **ids: int) -> QuerySet[BaseVersion, Any]:
    own, networks = [*ids.values()][:roles], [*ids.values()][roles:]
    whose = Q(base__institution_id__in=own) | Q(base__network_id__in=networks)
    shipped = Q(base__institution=None, base__network=None)
    return (
        BaseVersion.objects.filter(whose | shipped)
        .exclude(state=BaseVersion.State.DRAFT)
        .order_by("base_id", "-number")
        .values_list("pk", "number", *(f"base__name_{code}" for code in LANGUAGES))[:MOST_CHOICES]
    )


class Named(NamedTuple):
    """A name in three languages."""

    name_fi: str
    name_sv: str
    name_en: str


class Side(NamedTuple):
    """A party as a list shows it: read as it is, since a page has hundreds."""

    organisation_id: int
    state: str
    voice: str
    name_fi: str
    name_sv: str
    name_en: str

    @property
    def organisation(self) -> str:
        """What the party is called."""
        return text_in(self, "name", get_language() or "fi")


@compiled
def _parties_of(**ids: int) -> QuerySet[Party, Any]:
    rows = Party.objects.filter(agreement_id__in=[*ids.values()])
    return rows.order_by("agreement_id", "position", "id").values_list(
        "agreement_id", "organisation_id", "state", "voice", *_NAMES
    )


def _parties() -> QuerySet[Party]:
    return Party.objects.select_related("organisation").only(
        "agreement_id", "position", "state", "voice", *_NAMES
    )


class Listing:
    """The agreements that one viewer sees, for one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.viewer = request, request.viewer

    @cached_property
    def bar(self) -> FilterBar:
        """The filters over the list."""
        return FilterBar(
            self.request,
            [
                Filter("state", _("State"), State.choices),
                Filter("kind", _("Kind"), Base.Kind.choices),
                *[one for one in (self._networks(), self._owners(), self._bases()) if one.choices],
            ],
            search="q",
            search_label=_("Find by title or party"),
        )

    @cached_property
    def on(self) -> date | None:
        """The day on which the agreements shown are in force, where one was chosen."""
        try:
            day = date.fromisoformat(self.request.GET.get("on", ""))
        except ValueError:
            return None
        return day if 1900 <= day.year <= 2200 else None

    @cached_property
    def partner(self) -> Organisation | None:
        """The one party whose agreements are shown, where one was chosen."""
        key = self.request.GET.get("partner", "")
        if not key.isdecimal() or len(key) > 18:
            return None
        found: Organisation | None = Organisation.objects.filter(
            pk=int(key), agreement_parties__agreement__in=self._seen.queryset()
        ).first()
        return found

    @property
    def without_partner(self) -> str:
        """The list without the choice of a party."""
        return self.without("partner")

    @property
    def without_day(self) -> str:
        """The list without the choice of a day."""
        return self.without("on")

    def without(self, name: str) -> str:
        """The list's address without one of its choices."""
        query = self.request.GET.copy()
        query.pop(name, None)
        query.pop("after", None)
        return f"?{query.urlencode()}"

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The other choices, for the form that chooses a day."""
        return [
            (key, value)
            for key, values in self.request.GET.lists()
            if key not in {"on", "after", "format"}
            for value in values
        ]

    @property
    def is_filtered(self) -> bool:
        """Anything is left out."""
        return bool(self.bar.on or self.on or self.partner)

    @cached_property
    def _seen(self) -> Source[Agreement]:
        return querysets.seen(self.viewer)

    @cached_property
    def any(self) -> bool:
        """There is anything at all."""
        return bool(self.table.rows) or self._seen.queryset().exists()

    @cached_property
    def table(self) -> Table[Agreement]:
        """The agreements that the filters leave, the newest first."""
        return Table(
            self.request,
            _columns(self.viewer.institution_id, self._parties, self._owner),
            self.filtered(),
            default_sort="made",
            default_dir="desc",
            name="agreements",
            caption=_("Agreements"),
            empty=_("No agreement matches."),
            export_rows=lambda rows: rows.prefetch_related(
                Prefetch("parties", _parties()),
                Prefetch("owner", Person.objects.only("given_name", "family_name", "email")),
            ),
        )

    @cached_property
    def _by_agreement(self) -> dict[int, list[Side]]:
        found: dict[int, list[Side]] = {}
        for key, *side in _parties_of(**several(row.pk for row in self.table.rows)):
            found.setdefault(key, []).append(Side(*side))
        return found

    def _parties(self, row: Agreement) -> Sequence[Party | Side]:
        """A row's parties: those of a page are read together, those of a file come with it."""
        if "parties" in getattr(row, "_prefetched_objects_cache", ()):
            return list(row.parties.all())
        return self._by_agreement.get(row.pk, [])

    @cached_property
    def _owner_names(self) -> dict[int, str]:
        keys = {row.owner_id for row in self.table.rows if row.owner_id}
        return {one.pk: one.name for one in _people(**several(keys))}

    def _owner(self, row: Agreement) -> str:
        """Who owns a row's agreement; a page has few owners, each read once."""
        if Agreement.owner.is_cached(row):
            return row.owner.name if row.owner else ""
        return self._owner_names.get(row.owner_id or 0, "")

    def filtered(self) -> Source[Agreement]:
        """Those that the filters leave; which filters are on decides the query's form."""
        seen, chosen, text = self._seen, self.bar.chosen, self.bar.text
        named = querysets.named(text) if text else []
        on, partner = self.on, self.partner
        # Not read for a column that isn't shown.
        asked = ",".join(self.request.GET.getlist("columns"))
        with_base = "base" in asked or "format" in self.request.GET
        values: dict[str, Any] = dict(seen.values)
        if on:
            values["on"] = on
        if partner:
            values["partner"] = partner.pk
        if text and named is None:
            values |= {"text": text, "lower": text.lower()}
        if named:
            values |= several(named, "named")

        def make(**given: Any) -> QuerySet[Agreement]:
            rows = seen.make(**{key: given.pop(key) for key in seen.values})
            if states := chosen["state"]:
                rows = rows.filter(state__in=states)
            if kinds := chosen["kind"]:
                rows = rows.filter(kind__in=kinds)
            for key, field in (("network", "network_id"), ("owner", "owner_id"),
                               ("base", "base_version_id")):  # fmt: skip
                if keys := chosen.get(key):
                    rows = rows.filter(**{f"{field}__in": [int(value) for value in keys]})
            if on:
                rows = rows.filter(valid__contains=given.pop("on"))
            if partner:
                theirs = Party.objects.filter(organisation_id=given.pop("partner"))
                rows = rows.filter(pk__in=theirs.values("agreement_id"))
            if text and named is None:
                rows = rows.filter(querysets.called(given.pop("text"), given.pop("lower")))
            elif text:
                rows = rows.filter(pk__in=[*given.values()]) if named else rows.none()
            rows = rows.only(*_READ)
            if with_base:
                rows = rows.select_related("base_version__base").only(*_READ, *_BASE)
            # A period is no key to go on from on the next page; its first day is.
            return rows.annotate(begins=F("valid__startswith"))

        filters = sorted((key, *sorted(found)) for key, found in chosen.items() if found)
        form = (
            "agreements",
            seen.form,
            *filters,
            bool(text),
            named is None,
            bool(named),
            with_base,
        )
        return Source(form, make, values)

    def _networks(self) -> Filter:
        language = get_language() or "fi"
        own = [
            (key, text_in(Named(*names), "name", language))
            for key, *names in _networks_of(**several(self.viewer.networks))
        ]
        key = self.request.GET.get("network", "")
        if key.isdecimal() and len(key) < 18 and int(key) not in self.viewer.networks:
            seen = Network.objects.visible_to(self.viewer).filter(pk=int(key))
            own = [*((one.pk, str(one)) for one in seen.select_related("organisation")), *own]
        return Filter("network", _("Network"), own)

    def _owners(self) -> Filter:
        people = _drafters(today=clock.today(), **several(self.viewer.institutions))
        return Filter("owner", _("Owner"), [(one.pk, one.name) for one in people])

    def _bases(self) -> Filter:
        roles = several(self.viewer.institutions, "role")
        rows = _versions(len(roles), **roles, **several(self.viewer.networks, "network"))
        language, label = get_language() or "fi", _("%(name)s, version %(n)s")
        choices = [
            (key, label % {"name": text_in(Named(*names), "name", language), "n": number})
            for key, number, *names in rows
        ]
        return Filter("base", _("Template"), choices)

    @cached_property
    def lead(self) -> str:
        """How things stand, in a sentence."""
        if self.viewer.institution_id is None:
            return _("Agreements that you are a party to, sign or look after.")
        counted = counting.by_state(self.viewer.institution_id)
        active = counted.get(State.ACTIVE, 0)
        told = [
            ngettext("%(n)s agreement is in force.", "%(n)s agreements are in force.", active)
            % {"n": active}
        ]
        if n := counted.get(State.DRAFT, 0) + counted.get(State.NEGOTIATION, 0):
            told.append(
                ngettext("%(n)s is being drafted.", "%(n)s are being drafted.", n) % {"n": n}
            )
        if n := counted.get(State.SIGNING, 0):
            told.append(ngettext("%(n)s is being signed.", "%(n)s are being signed.", n) % {"n": n})
        return " ".join(told)


def state_badge(state: str) -> SafeString:
    """An agreement's state, as a word on its ground."""
    return markup.badge(State(state).label, TONES[State(state)])


def turn(agreement: Agreement, parties: Iterable[Party | Side]) -> str:
    """Whose turn it is while a text goes to and fro."""
    if agreement.state != State.NEGOTIATION:
        return ""
    waited = [p for p in parties if p.voice == Party.Voice.WAITING]
    if not waited:
        return str(_("the drafter"))
    if len(waited) > 2:
        return ngettext("%(n)s party", "%(n)s parties", len(waited)) % {"n": len(waited)}
    return ", ".join(str(party.organisation) for party in waited)


def _columns(
    own: int | None,
    parties_of: Callable[[Agreement], Sequence[Party | Side]],
    owner: Callable[[Agreement], str],
) -> list[Column[Any]]:
    badge = cache(state_badge)
    day = cache(lambda one: date_format(one, "SHORT_DATE_FORMAT") if one else "")

    def title(row: Agreement) -> SafeString:
        return format_html('<a href="/agreements/{}/">{}</a>', str(row.pk), row.title)

    def parties(row: Agreement) -> str:
        names = [
            str(party.organisation)
            for party in parties_of(row)
            if party.organisation_id != (own or row.institution_id)
            and party.state != Party.State.FORMER
        ]
        if len(names) <= 3:
            return ", ".join(names)
        return _("%(first)s and %(n)s others") % {"first": names[0], "n": len(names) - 1}

    def every_party(row: Agreement) -> str:
        return ", ".join(str(party.organisation) for party in parties_of(row))

    def whose_turn(row: Agreement) -> str:
        return turn(row, parties_of(row)) if row.state == State.NEGOTIATION else ""

    def starts(row: Agreement) -> date | None:
        return first_day(row.valid) if row.valid else None

    def ends(row: Agreement) -> date | None:
        return last_day(row.valid) if row.valid else None

    def base(row: Agreement) -> str:
        made_of = row.base_version
        if made_of is None:
            return ""
        words = {"name": made_of.base.name, "n": made_of.number}
        return _("%(name)s, version %(n)s") % words

    return [
        Column("title", _("Agreement"), title, sort="title", export=lambda row: row.title),
        Column("parties", _("With"), parties, export=every_party),
        Column(
            "state", _("State"), lambda row: badge(row.state),
            export=lambda row: str(row.get_state_display()),
        ),
        Column("turn", _("Waits for"), whose_turn, export=whose_turn),
        Column("valid_from", _("First day"), lambda row: day(starts(row)), sort="begins",
               export=starts),
        Column("valid_to", _("Last day"), lambda row: day(ends(row)), export=ends),
        Column("owner", _("Owner"), owner, export=owner),
        Column(
            "kind", _("Kind"), lambda row: capfirst(row.get_kind_display()), shown=False,
            export=lambda row: str(row.get_kind_display()),
        ),
        Column("base", _("Template"), base, shown=False, export=base),
        Column(
            "review", _("Next review"), lambda row: day(row.next_review_on), shown=False,
            sort="next_review_on", export=lambda row: row.next_review_on,
        ),
        Column("case_number", _("Case number"), lambda row: row.case_number, shown=False),
        Column("made", _("Drafted"), lambda row: day(row.created_at.date()), sort="id",
               shown=False, export=lambda row: row.created_at.date()),
    ]  # fmt: skip
