"""The list of agreements: filters, what stands in each row, how things stand in a sentence."""

from __future__ import annotations

from datetime import date
from functools import cache, cached_property
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.agreements.models import Agreement, Base, BaseVersion, Party
from solmu.lib import clock
from solmu.lib.periods import first_day, last_day
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
    "created_at", "owner__given_name", "owner__family_name", "owner__email",
    "base_version__number", "base_version__base__name_fi", "base_version__base__name_sv",
    "base_version__base__name_en",
)  # fmt: skip


def _parties() -> QuerySet[Party]:
    return Party.objects.select_related("organisation").only(
        "agreement_id", "position", "state", "voice", "organisation__name_fi",
        "organisation__name_sv", "organisation__name_en",
    )  # fmt: skip


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
            pk=int(key), agreement_parties__agreement__in=self._seen
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
    def _seen(self) -> QuerySet[Agreement]:
        seen: QuerySet[Agreement] = Agreement.objects.visible_to(self.viewer)
        return seen

    @cached_property
    def any(self) -> bool:
        """There is anything at all."""
        return bool(self.table.rows) or self._seen.exists()

    @cached_property
    def table(self) -> Table[Agreement]:
        """The agreements that the filters leave, the newest first."""
        return Table(
            self.request,
            _columns(self.viewer.institution_id),
            self._filtered()
            .select_related("owner", "base_version__base")
            .only(*_READ)
            # A period is no key to go on from on the next page; its first day is.
            .annotate(begins=F("valid__startswith"))
            .prefetch_related(Prefetch("parties", _parties())),
            default_sort="made",
            default_dir="desc",
            name="agreements",
            caption=_("Agreements"),
            empty=_("No agreement matches."),
        )

    def _filtered(self) -> QuerySet[Agreement]:
        rows, chosen = self._seen, self.bar.chosen
        if states := chosen["state"]:
            rows = rows.filter(state__in=states)
        if kinds := chosen["kind"]:
            rows = rows.filter(kind__in=kinds)
        for key, field in (("network", "network_id"), ("owner", "owner_id"),
                           ("base", "base_version_id")):  # fmt: skip
            if values := chosen.get(key):
                rows = rows.filter(**{f"{field}__in": [int(value) for value in values]})
        if self.on:
            rows = rows.filter(valid__contains=self.on)
        if self.partner:
            rows = rows.filter(
                pk__in=Party.objects.filter(organisation=self.partner).values("agreement_id")
            )
        if text := self.bar.text:
            named = Party.objects.filter(organisation__called__contains=text.lower())
            rows = rows.filter(
                Q(title__icontains=text)
                | Q(case_number=text)
                | Q(pk__in=named.values("agreement_id"))
            )
        return rows

    def _networks(self) -> Filter:
        keys = set(self.viewer.networks)
        key = self.request.GET.get("network", "")
        if key.isdecimal() and len(key) < 18:
            keys.add(int(key))
        rows = Network.objects.visible_to(self.viewer).filter(pk__in=keys)
        rows = rows.select_related("organisation")[:MOST_CHOICES]
        return Filter("network", _("Network"), [(one.pk, str(one)) for one in rows])

    def _owners(self) -> Filter:
        own = Affiliation.objects.on(clock.today()).filter(
            institution_id__in=self.viewer.institutions, role__in=["leader", "coordinator"]
        )
        people = Person.objects.filter(pk__in=own.values("person_id"))
        rows = people.order_by("family_name", "given_name", "pk")[:MOST_CHOICES]
        return Filter("owner", _("Owner"), [(one.pk, one.name) for one in rows])

    def _bases(self) -> Filter:
        own = Q(base__institution_id__in=self.viewer.institutions) | Q(
            base__network_id__in=self.viewer.networks.keys()
        )
        shipped = Q(base__institution=None, base__network=None)
        rows = (
            BaseVersion.objects.filter(own | shipped)
            .exclude(state=BaseVersion.State.DRAFT)
            .select_related("base")
            .order_by("base_id", "-number")[:MOST_CHOICES]
        )
        choices = [
            (one.pk, _("%(name)s, version %(n)s") % {"name": one.base.name, "n": one.number})
            for one in rows
        ]
        return Filter("base", _("Template"), choices)

    @cached_property
    def lead(self) -> str:
        """How things stand, in a sentence."""
        if self.viewer.institution_id is None:
            return _("Agreements that you are a party to, sign or look after.")
        counted = dict(
            Agreement.objects.filter(institution_id=self.viewer.institution_id)
            .order_by()
            .values_list("state")
            .annotate(n=Count("pk"))
            .values_list("state", "n")
        )
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


def turn(agreement: Agreement) -> str:
    """Whose turn it is while a text goes to and fro."""
    if agreement.state != State.NEGOTIATION:
        return ""
    waited = [p for p in agreement.parties.all() if p.voice == Party.Voice.WAITING]
    if not waited:
        return str(_("the drafter"))
    if len(waited) > 2:
        return ngettext("%(n)s party", "%(n)s parties", len(waited)) % {"n": len(waited)}
    return ", ".join(str(party.organisation) for party in waited)


def _columns(own: int | None) -> list[Column[Any]]:
    badge = cache(state_badge)
    day = cache(lambda one: date_format(one, "SHORT_DATE_FORMAT") if one else "")

    def title(row: Agreement) -> SafeString:
        return format_html('<a href="/agreements/{}/">{}</a>', str(row.pk), row.title)

    def parties(row: Agreement) -> str:
        names = [
            str(party.organisation)
            for party in row.parties.all()
            if party.organisation_id != (own or row.institution_id)
            and party.state != Party.State.FORMER
        ]
        if len(names) <= 3:
            return ", ".join(names)
        return _("%(first)s and %(n)s others") % {"first": names[0], "n": len(names) - 1}

    def every_party(row: Agreement) -> str:
        return ", ".join(str(party.organisation) for party in row.parties.all())

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
        Column("turn", _("Waits for"), turn, export=turn),
        Column("valid_from", _("First day"), lambda row: day(starts(row)), sort="begins",
               export=starts),
        Column("valid_to", _("Last day"), lambda row: day(ends(row)), export=ends),
        Column(
            "owner", _("Owner"), lambda row: row.owner.name if row.owner else "",
            export=lambda row: row.owner.name if row.owner else "",
        ),
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
