"""The list of networks, and a network's home."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.lib.composed import composed
from solmu.lib.periods import first_day, last_day
from solmu.lib.translated import column
from solmu.networks import belonging, elsewhere_views, group_panel, inviting, sitting
from solmu.networks.models import Group, Membership, Network, Participant
from solmu.networks.page import open_network, shell
from solmu.networks.permissions import can_found, can_lead, can_record, can_represent
from solmu.organisations.querysets import called
from solmu.people.viewer import Viewer
from solmu.ui import markup
from solmu.ui.filters import Filter, FilterBar
from solmu.ui.tables import Column, Table

# How somebody is in a network, the strongest first.
WAYS = {
    "lead": gettext_lazy("coordinator"),
    "contact": gettext_lazy("contact person"),
    "deputy": gettext_lazy("deputy contact person"),
    "seat": gettext_lazy("seat in a group"),
    "joined": gettext_lazy("taking part"),
    "own": gettext_lazy("taking part"),
    "guest": gettext_lazy("guest"),
}
MINE, ELSEWHERE, OURS, OTHERS = "mine", "elsewhere", "ours", "others"


@require_GET
@login_required
def networks(request: HttpRequest) -> HttpResponseBase:
    """The networks that the viewer is in or may know of, and those that are run elsewhere."""
    viewer = request.viewer
    bar = FilterBar(
        request,
        [
            Filter(
                "show",
                _("Which"),
                [
                    (MINE, _("I am in")),
                    (OURS, _("my institution belongs to")),
                    (ELSEWHERE, _("run elsewhere")),
                    (OTHERS, _("others")),
                ],
            ),
            Filter("kind", _("Kind"), Network.Kind.choices),
        ],
        search="q",
        search_label=_("Find a network by name"),
    )
    known = _filtered(_annotated(viewer), bar)
    table = Table(
        request,
        _columns(viewer),
        known,
        default_sort="yours",
        empty=_("No network matches. Remove a filter, or start a network.") if bar.on else "",
        name="networks",
        caption=_("Networks"),
        unique="organisation_id",
    )
    if file := table.export():
        return file
    counts = _annotated(viewer).aggregate(
        mine=Count("pk", filter=Q(rank=0)),
        elsewhere=Count("pk", filter=Q(rank=1)),
        every=Count("pk"),
    )
    return render(
        request,
        "networks/list.html",
        {
            "table": table,
            "bar": bar,
            "counts": counts,
            "can_found": can_found(viewer),
            "can_record": can_record(viewer, viewer.institution_id),
            "questions": inviting.asked_of(viewer),
        },
    )


def _annotated(viewer: Viewer) -> QuerySet[Network]:
    today = clock.today()
    own = Membership.objects.filter(
        network=OuterRef("pk"), organisation_id__in=viewer.institutions, valid__contains=today
    )
    rank = Case(
        When(pk__in=viewer.networks.keys(), then=Value(0)),
        When(elsewhere_of__isnull=False, then=Value(1)),
        When(Exists(own), then=Value(2)),
        default=Value(3),
    )
    language = (get_language() or "fi")[:2]
    return (
        Network.objects.known_to(viewer)
        .select_related("organisation", "led_by")
        .annotate(
            rank=rank,
            order_key=Concat(
                rank,
                Value(" "),
                F(f"organisation__sort_{language}"),
                output_field=TextField(db_collation="C"),
            ),
            members=Count(
                "memberships",
                filter=Q(memberships__valid__contains=today, memberships__role__in=Membership.FULL),
            ),
        )
    )


def _filtered(known: QuerySet[Network], bar: FilterBar) -> QuerySet[Network]:
    ranks = {MINE: 0, ELSEWHERE: 1, OURS: 2, OTHERS: 3}
    if shown := bar.chosen["show"]:
        known = known.filter(rank__in=[ranks[each] for each in shown])  # type: ignore[misc]
    if kinds := bar.chosen["kind"]:
        known = known.filter(kind__in=kinds)
    return known.filter(called(bar.text, "organisation__")) if bar.text else known


def _columns(viewer: Viewer) -> list[Column[Any]]:
    language = (get_language() or "fi")[:2]

    def name(row: Any) -> Any:
        text = row.organisation.name
        if row.rank <= 1 or viewer.is_admin:
            return markup.link(row.get_absolute_url(), text)
        if row.public:
            return markup.link(reverse("public-network", args=[row.slug]), text)
        return markup.link(reverse("networks:join", args=[row.slug]), text)

    def part(row: Any) -> str:
        return str(_part(viewer, row))

    return [
        Column(
            "name",
            _("Network"),
            name,
            sort=f"organisation__sort_{language}",
            export=lambda row: row.organisation.name,
        ),
        Column("yours", _("You"), part, sort="order_key", export=part),
        Column(
            "kind",
            _("Kind"),
            lambda row: capfirst(row.get_kind_display()),
            sort="kind",
            export=lambda row: row.get_kind_display(),
        ),
        Column(
            "members",
            _("Members"),
            lambda row: row.members if row.elsewhere_of_id is None else "",
            sort="members",
            numeric=True,
            export=lambda row: row.members if row.elsewhere_of_id is None else None,
        ),
        Column(
            "lead",
            _("Led by"),
            lambda row: row.led_by or row.led_by_name,
            export=lambda row: str(row.led_by or row.led_by_name),
        ),
        Column(
            "since",
            _("Since"),
            lambda row: str(row.valid.lower.year) if row.valid.lower else "",
            sort="valid",
            numeric=True,
            export=lambda row: first_day(row.valid),
        ),
        Column(
            "themes",
            _("Themes"),
            lambda row: ", ".join(row.themes),
            shown=False,
            export=lambda row: row.themes,
        ),
        Column(
            "public",
            _("Public"),
            lambda row: _("yes") if row.public else _("no"),
            shown=False,
            export=lambda row: row.public,
        ),
    ]


def _part(viewer: Viewer, row: Any) -> Any:
    held = viewer.networks.get(row.pk, frozenset())
    if found := next((label for way, label in WAYS.items() if way in held), None):
        return found
    if row.elsewhere_of_id is not None:
        return _("run elsewhere")
    return _("your institution belongs to it") if row.rank == 2 else ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits in the network for those who look."""

    title: str
    note: str
    verb: str
    url: str


@require_GET
@login_required
def home(request: HttpRequest, slug: str) -> HttpResponse:
    """A network's home: how it stands, its figures, its members over the years, what comes."""
    network = open_network(request, slug)
    if network.elsewhere_of_id is not None:
        return elsewhere_views.page(request, network)
    today = clock.today()
    picture = belonging.belonging(network, today)
    first, last = belonging.first_and_last(network, today)
    groups = sitting.rows(network, today, chairs=False)
    waits = _waits(request.viewer, network, sum(row.vacant for row in groups))
    panels: list[Any] = [
        panel
        for make in composed("NETWORK_PANELS")
        if (panel := make(request, network)) is not None
    ]
    return render(
        request,
        "networks/home.html",
        shell(
            request,
            network,
            "networks:home",
            figures=_figures(network, picture, groups),
            picture=picture,
            bars=belonging.bars(picture.every, first, last, today),
            bars_caption=_("Members over the years"),
            waits=waits,
            panels=panels,
            group_panel=group_panel.panel(request, network, groups),
            above=_above(network, today),
        ),
    )


def _figures(
    network: Network, picture: belonging.Belonging, groups: list[sitting.Row]
) -> list[tuple[Any, ...]]:
    members = reverse("networks:members", args=[network.slug])
    found: list[tuple[Any, ...]] = [
        (
            len(picture.full),
            ngettext("member", "members", len(picture.full)),
            members,
        )
    ]
    students, staff = pgettext("how many", "students"), pgettext("how many", "staff")
    for total, word in ((picture.students, students), (picture.staff, staff)):
        if total.known:
            found.append((number(total.sum), word, f"{members}#figures"))
    if groups:
        steering = sum(row.group.kind == Group.Kind.STEERING for row in groups)
        working = len(groups) - steering
        told = f"{working} + {steering}" if working and steering else len(groups)
        found.append((told, ngettext("group", "groups", len(groups)), ""))
    return found


def number(value: int) -> str:
    """A large number with its thousands apart, as Finnish and Swedish write it."""
    sign = "," if (get_language() or "fi").startswith("en") else "\N{NO-BREAK SPACE}"
    return f"{value:,}".replace(",", sign)


def _waits(viewer: Viewer, network: Network, empty: int) -> list[Wait]:
    """Open requests that the viewer may answer, and seats that nobody holds."""
    people = reverse("networks:people", args=[network.slug])
    answers = can_lead(viewer, network) or viewer.represents(network.pk)
    found = [
        Wait(
            one.person.name,
            _("asks to join for %(name)s") % {"name": one.organisation},
            _("Answer"),
            f"{people}#asked",
        )
        for one in (_asking(network=network.pk) if answers else ())
        if can_represent(viewer, network, one.organisation_id)
    ]
    if empty:
        title = ngettext("%(n)s seat is empty", "%(n)s seats are empty", empty) % {"n": empty}
        found.append(
            Wait(
                title,
                _("the term has ended, or nobody was named yet"),
                _("See the groups"),
                reverse("networks:groups", args=[network.slug]),
            )
        )
    return found


@compiled
def _asking(*, network: int) -> QuerySet[Participant]:
    """The requests to join that are open, the oldest first."""
    asked = Participant.objects.filter(network=network, state=Participant.State.ASKED)
    return asked.select_related("person", "organisation").order_by("asked_at")[:10]


def _above(network: Network, today: date) -> list[tuple[str, str]]:
    """The larger networks that this one belongs to: name and address."""
    language = (get_language() or "fi")[:2]
    return [
        (name, reverse("networks:home", args=[slug]))
        for name, slug in _belongs_to(language, organisation=network.pk, today=today)
    ]


@compiled
def _belongs_to(
    language: str, *, organisation: int, today: date
) -> QuerySet[Membership, tuple[str, str]]:
    own = Membership.objects.on(today).filter(organisation=organisation)
    name = column("network__organisation__name", language)
    return own.filter(network__elsewhere_of=None).values_list(name, "network__organisation__slug")


def ended(network: Network) -> date | None:
    """The last day of a network that has ended."""
    last = last_day(network.valid)
    return last if last is not None and last < clock.today() else None
