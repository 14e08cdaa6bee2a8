"""Pages of groups: which there are on a day, one of them, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from solmu.audit.changes import Part
from solmu.lib import clock
from solmu.lib.periods import covers, last_day
from solmu.networks import group_forms, groups, sitting, undoing, years
from solmu.networks.group_history import parts as history_parts
from solmu.networks.models import Group, Network, Placement, Seat, Succession, Term
from solmu.networks.page import open_network, shell
from solmu.networks.permissions import can_fill, can_lead, can_run_group, can_take_part
from solmu.networks.years import Bar, Line
from solmu.ui.forms import DateField

# A picture of so many seats is still one; of more, the page asks first.
MOST_LINES = 40
TAB = "networks:groups"


def open_here(request: HttpRequest, slug: str) -> Network:
    """The network, if it has groups in Solmu; 404 for one that is run elsewhere."""
    network = open_network(request, slug)
    if network.elsewhere_of_id is not None:
        raise Http404
    return network


def open_group(request: HttpRequest, slug: str, group_slug: str) -> Group:
    """The group at the address, its network open to the viewer."""
    network = open_here(request, slug)
    group = get_object_or_404(
        Group.objects.visible_to(request.viewer), network=network, slug=group_slug
    )
    group.network = network
    return group


def led(request: HttpRequest, slug: str) -> Network:
    """The network, for those who change its groups; 403 for the others in it."""
    network = open_here(request, slug)
    if not can_lead(request.viewer, network):
        raise PermissionDenied(_("Only the network's coordinators can change its groups."))
    return network


def asked_day(request: HttpRequest, first: date | None, last: date) -> date:
    """The day that ?on= asks about, within the network's years; today's end by default."""
    text = request.GET.get("on", "")
    try:
        day = date.fromisoformat(text) if text else last
    except ValueError:
        day = last
    return min(max(day, first or day), max(last, clock.today()))


@require_GET
@login_required
def groups_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The groups of a day, what needs somebody, and all of them over the years."""
    network = open_here(request, slug)
    today = clock.today()
    first = network.valid.lower or today
    day = asked_day(request, network.valid.lower, today)
    rows = sitting.rows(network, day)
    every = list(Group.objects.filter(network=network).order_by("valid", "pk"))
    for group in every:
        group.network = network
    gone = [group for group in every if group.valid.upper and group.valid.upper <= day]
    followers = _followers(gone)
    return render(
        request,
        "networks/groups.html",
        shell(
            request,
            network,
            TAB,
            day=day,
            is_today=day == today,
            first=first,
            last=today,
            lead=_lead_of(rows) if rows or day != today else "",
            rows=rows,
            gone=[(group, last_day(group.valid), followers.get(group.pk, [])) for group in gone],
            years=_years_of_groups(every, first, today, day),
            may_lead=can_lead(request.viewer, network),
            may_export=can_take_part(request.viewer, network),
        ),
    )


@require_GET
@login_required
def group_page(request: HttpRequest, slug: str, group_slug: str) -> HttpResponse:
    """One group on a day: its task, who sits in it, and its years."""
    group = open_group(request, slug, group_slug)
    viewer, today = request.viewer, clock.today()
    first = group.valid.lower or today
    ended = last_day(group.valid)
    last = min(ended, today) if ended else today
    day = asked_day(request, first, max(last, first))
    seats = sitting.seats_with_terms(Seat.objects.filter(group=group).order_by("pk"))
    for seat in seats:
        seat.group = group
    held = sitting.sittings(seats, day)
    is_today = day == today
    whole = len(seats) <= MOST_LINES or "years" in request.GET
    return render(
        request,
        "networks/group.html",
        shell(
            request,
            group.network,
            TAB,
            group=group,
            day=day,
            today=today,
            is_today=is_today,
            first=first,
            last=max(last, first),
            ended=ended if ended and ended < today else None,
            begins=first if first > today else None,
            lead=_lead_of_group(group, held, day),
            rhythm=sitting.rhythm(group),
            seats=[_SeatRow(one, can_fill(viewer, one.seat), today, is_today) for one in held],
            has_deputies=any(one.deputy for one in held),
            over=_placement_over(group, day),
            under=_placements_under(group, day),
            follows=_related(group.follows.select_related("earlier"), "earlier", group.network),
            followed_by=_related(group.followed_by.select_related("later"), "later", group.network),
            years=_years_of_seats(seats, first, today, day)
            if whole and seats and first < today
            else "",
            years_asked=not whole,
            may_lead=can_lead(viewer, group.network),
            may_run=can_run_group(viewer, group),
            undo=undoing.last_act(group) if can_lead(viewer, group.network) else None,
            goes_on=group.valid.upper is None or group.valid.upper > today,
        ),
    )


@require_GET
@login_required
def group_history(request: HttpRequest, slug: str, group_slug: str) -> HttpResponse:
    """Every change of a group, its seats and terms."""
    group = open_group(request, slug, group_slug)
    parts: list[Part] = history_parts(group)
    return render(
        request,
        "networks/group_history.html",
        shell(request, group.network, TAB, group=group, parts=parts),
    )


@require_http_methods(["GET", "POST"])
@login_required
def group_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Found a group."""
    network = led(request, slug)
    today = clock.today()
    form = group_forms.FoundForm(
        request.POST if request.method == "POST" else None,
        existing=_now(network),
        members=group_forms.members_on(network, today),
    )
    if request.method == "POST" and form.is_valid():
        try:
            group = groups.found(
                network,
                by=request.viewer,
                on=form.cleaned_data["on"],
                parent=form.parent_group,
                seats_for=form.organisations,
                **form.facts,
            )
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(name)s is founded.") % {"name": group.name})
            return redirect(group)
    return _form_page(
        request,
        network,
        form,
        title=_("Found a group"),
        verb=_("Found the group"),
        back=reverse(TAB, args=[network.slug]),
    )


@require_http_methods(["GET", "POST"])
@login_required
def group_edit(request: HttpRequest, slug: str, group_slug: str) -> HttpResponse:
    """Change what a group is called, what it is for, how often it meets, where it belongs."""
    group = open_group(request, slug, group_slug)
    if not can_run_group(request.viewer, group):
        raise PermissionDenied(_("Only the group's chairs and the coordinators can change it."))
    over = _placement_over(group, clock.today())
    form = group_forms.EditForm(
        request.POST if request.method == "POST" else None,
        group=group,
        parent=over,
        existing=[one for one in _now(group.network) if one.pk != group.pk],
    )
    if request.method == "POST" and form.is_valid():
        try:
            groups.edit(
                group,
                by=request.viewer,
                seen=form.cleaned_data["seen"],
                first=form.cleaned_data["first"],
                **form.facts,
            )
            if (placed := form.new_parent) is not None:
                groups.place(group, placed[0], on=placed[1], by=request.viewer)
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The group is changed."))
            return redirect(group)
    return _form_page(
        request,
        group.network,
        form,
        title=_("Change %(name)s") % {"name": group.name},
        verb=_("Save"),
        back=group.get_absolute_url(),
        group=group,
    )


@require_http_methods(["GET", "POST"])
@login_required
def group_close(request: HttpRequest, slug: str, group_slug: str) -> HttpResponse:
    """Close a group, seeing first what ends with it."""
    network = led(request, slug)
    group = open_group(request, network.slug, group_slug)
    form = group_forms.CloseForm(
        request.POST if request.method == "POST" else None,
        has_subgroups=bool(_placements_under(group, clock.today())),
    )
    outcome = None
    if request.method == "GET" or form.is_valid():
        facts: dict[str, Any] = {"last": clock.today(), "note": ""}
        if form.is_bound:
            facts = form.cleaned_data
        does = request.POST.get("act") == "do"
        try:
            outcome = groups.close(
                group,
                last=facts["last"],
                by=request.viewer,
                note=facts["note"],
                with_subgroups=bool(facts.get("with_subgroups")),
                try_only=not does,
            )
        except groups.GroupError as error:
            if form.is_bound:
                form.refuse(error)
        else:
            if does:
                messages.success(
                    request, _("%(name)s is closed. Its years stay.") % {"name": group.name}
                )
                return redirect(group)
    return _change_page(request, group.network, form, outcome, group=group, act="close")


@require_http_methods(["GET", "POST"])
@login_required
def group_undo(request: HttpRequest, slug: str, group_slug: str) -> HttpResponse:
    """Take back the group's last closing, split or merge."""
    group = open_group(request, slug, group_slug)
    led(request, slug)
    act, problem = undoing.last_act(group), ""
    if request.method == "POST":
        try:
            undoing.undo(group, by=request.viewer)
        except groups.GroupError as error:
            problem = str(error)
        else:
            messages.success(request, _("The groups are as they were."))
            return redirect(TAB, slug)
    elif act is None:
        raise Http404
    context = shell(request, group.network, TAB, group=group, undo=act, problem=problem)
    status = 422 if problem else 200
    return render(request, "networks/group_undo.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def group_split(request: HttpRequest, slug: str, group_slug: str) -> HttpResponse:
    """Let several groups, or one under another name, go on with a group's work."""
    network = led(request, slug)
    group = open_group(request, network.slug, group_slug)
    count = min(6, max(1, _number(request.GET.get("parts"), 2)))
    posted = request.POST if request.method == "POST" else None
    form = group_forms.FollowForm(posted)
    on = _posted_day(request) or clock.today()
    seats = groups.seats_to_carry([group.pk], on)
    under = _placements_under(group, on)
    part_forms = []
    for number in range(count):
        blank = Group(kind=group.kind, task=group.task, language=group.language,
                      meetings_a_year=group.meetings_a_year)  # fmt: skip
        part = group_forms.PartForm(posted, prefix=f"part{number}", group=blank)
        part.offer(seats, [seat.pk for seat in seats] if number == 0 else [], groups_too=False)
        part.offer_subgroups(under, ticked=number == 0)
        part_forms.append(part)
    outcome = None
    if posted is not None and all([form.is_valid(), *(part.is_valid() for part in part_forms)]):
        does = posted.get("act") == "do"
        try:
            outcome = groups.split(
                group,
                [part.part for part in part_forms],
                on=form.cleaned_data["on"],
                note=form.cleaned_data["note"],
                by=request.viewer,
                try_only=not does,
            )
        except groups.GroupError as error:
            form.refuse(error)
        else:
            if does:
                messages.success(request, _("The work goes on. The earlier group keeps its years."))
                return redirect(TAB, network.slug)
    return _change_page(
        request,
        network,
        form,
        outcome,
        group=group,
        act="split",
        part_forms=part_forms,
        counts=[
            (ngettext("One group", "%(n)s groups", n) % {"n": n}, f"?parts={n}", n == count)
            for n in range(1, 5)
        ],
    )


@require_http_methods(["GET", "POST"])
@login_required
def groups_merge(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose groups, then say in which one they go on and which seats go along."""
    network = led(request, slug)
    existing = _now(network)
    asked = request.GET.getlist("group")
    merged = [group for group in existing if group.slug in asked]
    if len(merged) < 2:
        return render(
            request,
            "networks/groups_merge.html",
            shell(request, network, TAB, existing=existing, asked=asked, title=_("Merge groups")),
            status=422 if request.method == "POST" else 200,
        )
    posted = request.POST if request.method == "POST" else None
    on = _posted_day(request) or clock.today()
    form = group_forms.MergeForm(posted, merged=merged)
    seats = groups.seats_to_carry([group.pk for group in merged], on)
    form.offer(seats, _first_of_each(seats), groups_too=True)
    outcome = None
    if posted is not None and form.is_valid():
        does = posted.get("act") == "do"
        try:
            outcome = groups.merge(
                merged,
                form.target,
                on=form.cleaned_data["on"],
                seats=form.carried,
                note=form.cleaned_data["note"],
                by=request.viewer,
                try_only=not does,
            )
        except groups.GroupError as error:
            form.refuse(error)
        else:
            if does:
                messages.success(request, _("The groups are one. Each keeps its years."))
                target = form.target
                return redirect(target if isinstance(target, Group) else outcome.made[0])
    return _change_page(request, network, form, outcome, merged=merged, act="merge")


@dataclass(slots=True)
class _SeatRow:
    """A seat as the group's page shows it."""

    one: sitting.Sitting
    may_fill: bool
    today: date
    is_today: bool

    @property
    def name(self) -> str:
        return sitting.seat_name(self.one.seat)

    @property
    def role(self) -> str:
        holder = self.one.holder
        if holder is None or holder.role == Term.Role.MEMBER:
            return ""
        return capfirst(str(Term.Role(holder.role).label))

    @property
    def ends_soon(self) -> bool:
        return self.is_today and self.one.ends_soon(self.today)

    @property
    def waits(self) -> bool:
        return self.is_today and (self.one.vacant or self.ends_soon)


def _lead_of(rows: Sequence[sitting.Row]) -> str:
    """How the groups stand, in sentences."""
    seats, vacant = sum(row.seats for row in rows), sum(row.vacant for row in rows)
    ended = sum(row.ended for row in rows)
    if not rows:
        return _("No groups on that day.")
    said = [
        ngettext("One group", "%(n)s groups", len(rows)) % {"n": len(rows)}
        + ", "
        + ngettext("one seat.", "%(n)s seats.", seats) % {"n": seats}
    ]
    if vacant:
        said.append(
            ngettext("One seat has nobody in it.", "%(n)s seats have nobody in them.", vacant)
            % {"n": vacant}
        )
    elif seats:
        said.append(_("Somebody sits in each."))
    if ended:
        said.append(
            ngettext(
                "In one of them a term has ended and nobody has followed.",
                "In %(n)s of them a term has ended and nobody has followed.",
                ended,
            )
            % {"n": ended}
        )
    return " ".join(said)


def _lead_of_group(group: Group, held: Sequence[sitting.Sitting], day: date) -> str:
    if not covers(group.valid, day):
        return group.task
    vacant = sum(one.vacant for one in held)
    said = [ngettext("One seat.", "%(n)s seats.", len(held)) % {"n": len(held)}]
    if rhythm := sitting.rhythm(group):
        said.insert(0, _("The group meets %(rhythm)s.") % {"rhythm": rhythm})
    if vacant:
        said.append(
            ngettext("One seat has nobody in it.", "%(n)s seats have nobody in them.", vacant)
            % {"n": vacant}
        )
    return " ".join(said)


def _now(network: Network) -> list[Group]:
    """The groups that there are today or will be, the steering group first, then by name."""
    found = list(Group.objects.not_over(clock.today()).filter(network=network))
    for group in found:
        group.network = network
    order = {kind: number for number, kind in enumerate(Group.Kind.values)}
    return sorted(found, key=lambda one: (order[one.kind], one.name.casefold()))


def _placement_over(group: Group, day: date) -> Group | None:
    found = Placement.objects.on(day).filter(group=group).select_related("parent").first()
    if found is not None:
        found.parent.network = group.network
    return found.parent if found else None


def _placements_under(group: Group, day: date) -> list[Group]:
    found = Placement.objects.on(day).filter(parent=group).select_related("group")
    subgroups = [one.group for one in found if covers(one.group.valid, day)]
    for one in subgroups:
        one.network = group.network
    return sorted(subgroups, key=lambda one: one.name.casefold())


def _followers(gone: Sequence[Group]) -> dict[int, list[Group]]:
    found: dict[int, list[Group]] = {}
    networks = {group.pk: group.network for group in gone}
    for one in Succession.objects.filter(earlier__in=list(networks)).select_related("later"):
        one.later.network = networks[one.earlier_id]
        found.setdefault(one.earlier_id, []).append(one.later)
    return found


def _related(found: Any, end: str, network: Network) -> list[tuple[Group, date]]:
    pairs = []
    for one in found.order_by("on", "pk"):
        group: Group = getattr(one, end)
        group.network = network
        pairs.append((group, one.on))
    return pairs


def _first_of_each(seats: Sequence[Seat]) -> list[int]:
    """The seats to carry over unless somebody says otherwise: one for each organisation."""
    found: dict[Any, int] = {}
    people: set[int] = set()
    for seat in seats:
        holders = {term.person_id for term in seat.terms_then}  # type: ignore[attr-defined]
        if not holders & people:
            found.setdefault(seat.organisation_id or f"personal {seat.pk}", seat.pk)
            if found.get(seat.organisation_id) == seat.pk:
                people |= holders
    return list(found.values())


def _years_of_groups(every: Sequence[Group], first: date, today: date, day: date) -> Any:
    chairs: dict[int, list[Term]] = {}
    for term in (
        Term.objects.filter(seat__group__in=[group.pk for group in every])
        .filter(role=Term.Role.CHAIR, deputy=False)
        .select_related("person", "seat")
        .order_by("valid", "pk")
    ):
        chairs.setdefault(term.seat.group_id, []).append(term)
    order = {kind: number for number, kind in enumerate(Group.Kind.values)}
    lines = []
    for group in sorted(
        every,
        key=lambda one: (one.valid.upper is not None, order[one.kind], one.valid.lower or first),
    ):
        bars = [Bar("", group.valid.lower, last_day(group.valid), tone="base")]
        bars += [
            Bar(term.person.name, term.valid.lower, _until(term, today), note=_("chair"))
            for term in chairs.get(group.pk, [])
        ]
        lines.append(Line(group.name, group.get_absolute_url(), bars))
    if not lines:
        return ""
    return years.draw(lines, first, today, day, what=_("Groups and their chairs over the years"))


def _until(term: Term, today: date) -> date | None:
    """The last day to draw: a term that goes on is drawn to today only."""
    last = last_day(term.valid)
    return last if last is None or last < today else today


def _years_of_seats(seats: Sequence[Seat], first: date, today: date, day: date) -> Any:
    lines = []
    ordered = sorted(
        seats, key=lambda one: (one.valid.upper is not None, sitting.seat_name(one).casefold())
    )
    for seat in ordered:
        url = reverse("networks:seat", args=[seat.group.network.slug, seat.uuid])
        held = [term for term in seat.terms.all() if not term.deputy]
        lines.append(Line(sitting.seat_name(seat), url, _bars(held, seat, today)))
        if deputies := [term for term in seat.terms.all() if term.deputy]:
            bars = [_bar(term) for term in deputies]
            lines.append(Line(sitting.seat_name(seat), "", bars, note=_("deputy")))
    return years.draw(lines, first, today, day, what=_("Who has sat in each seat"))


def _bars(held: Sequence[Term], seat: Seat, today: date) -> list[Bar]:
    """The holders one after another, and the times when nobody held the seat."""
    bars: list[Bar] = []
    at = seat.valid.lower
    for term in held:
        if at and term.valid.lower and term.valid.lower > at:
            bars.append(_gap(at, term.valid.lower))
        bars.append(_bar(term))
        at = term.valid.upper
        if at is None:
            return bars
    end = seat.valid.upper
    if at and at <= today and (end is None or at < end):
        gap_end = end if end and end <= today else date.fromordinal(today.toordinal() + 1)
        bars.append(_gap(at, gap_end))
    return bars


def _bar(term: Term) -> Bar:
    role = "" if term.role == Term.Role.MEMBER else str(Term.Role(term.role).label)
    return Bar(term.person.name, term.valid.lower, last_day(term.valid), note=role)


def _gap(first: date, after: date) -> Bar:
    last = date.fromordinal(after.toordinal() - 1)
    return Bar(_("nobody"), first, last, tone="gap")


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 4 else default


def _posted_day(request: HttpRequest) -> date | None:
    """The day that the form asks about, so that what can be carried is that day's."""
    try:
        return DateField(required=False).clean(request.POST.get("on", ""))
    except ValueError:
        return None
    except group_forms.forms.ValidationError:
        return None


def _form_page(
    request: HttpRequest,
    network: Network,
    form: Any,
    *,
    title: str,
    verb: str,
    back: str,
    **more: Any,
) -> HttpResponse:
    return render(
        request,
        "networks/group_form.html",
        shell(request, network, TAB, form=form, title=title, verb=verb, back=back, **more),
        status=422 if form.is_bound else 200,
    )


def _change_page(
    request: HttpRequest,
    network: Network,
    form: Any,
    outcome: groups.Outcome | None,
    *,
    act: str,
    group: Group | None = None,
    merged: Sequence[Group] = (),
    **more: Any,
) -> HttpResponse:
    verbs = {
        "close": _("Close the group"),
        "split": _("Split the group"),
        "merge": _("Merge the groups"),
    }
    titles = {
        "close": _("Close %(name)s"),
        "split": _("Split %(name)s"),
        "merge": _("Merge groups"),
    }
    bad = form.is_bound and outcome is None
    return render(
        request,
        "networks/group_change.html",
        shell(
            request,
            network,
            TAB,
            form=form,
            outcome=_told(outcome) if outcome else None,
            act=act,
            verb=verbs[act],
            title=titles[act] % {"name": group.name if group else ""},
            group=group,
            merged=merged,
            back=group.get_absolute_url() if group else reverse(TAB, args=[network.slug]),
            **more,
        ),
        status=422 if bad else 200,
    )


def _told(outcome: groups.Outcome) -> dict[str, Any]:
    """What an act does, in words for its preview."""
    return {
        "ended": [sitting.seat_name(seat) for seat in outcome.ended],
        "carried": [(sitting.seat_name(seat), copy.group.name) for seat, copy in outcome.carried],
        "subgroups": [(sub.name, over.name if over else "") for sub, over in outcome.subgroups],
        "dropped": ngettext(
            "One term that was to begin later falls away.",
            "%(n)s terms that were to begin later fall away.",
            outcome.dropped,
        )
        % {"n": outcome.dropped}
        if outcome.dropped
        else "",
        "moved": outcome.moved,
    }
