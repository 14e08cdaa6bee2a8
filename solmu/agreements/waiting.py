"""What waits for somebody in agreements, and what other pages say of agreements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.agreements.models import Agreement, Comment, Party
from solmu.agreements.permissions import COORDINATOR, LEADER, can_draft
from solmu.agreements.querysets import seen_rows
from solmu.lib.compiled import compiled, several
from solmu.networks.models import Network
from solmu.organisations.models import Organisation
from solmu.partnerships.models import Stakeholder
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits

MOST = 10
LOOKED_AT = 100
# What the drafting institution is called, in whichever language.
_NAME = tuple(f"agreement__institution__organisation__name_{code}" for code in ("fi", "sv", "en"))
SHOWN = 5
_PARTY = "parties__organisation_id"

State, Voice = Agreement.State, Party.Voice


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """Texts that wait for the viewer's comments; then one's own agreements whose turn it is."""
    if viewer.person_id is None:
        return []
    speaks = [key for key in viewer.institutions if viewer.has_role(key, LEADER, COORDINATOR)]
    return [
        Waits(_asked.asked(person=viewer.person_id, **several(speaks)), _to_comment),
        Waits(_back.asked(owner=viewer.person_id), _returned),
    ]


def _to_comment(parties: list[Party]) -> list[Waiting]:
    return [
        Waiting(
            party.agreement.title,
            _("%(name)s asks for your comments")
            % {"name": party.agreement.institution.organisation},
            _("Read"),
            reverse("agreements:comments", args=[party.agreement_id]),
        )
        for party in parties
    ]


@compiled
def _asked(*, person: int, **speaks: int) -> QuerySet[Party]:
    return (
        Party.objects.filter(
            Q(organisation_id__in=[*speaks.values()]) | Q(contact_id=person),
            position__gt=0,
            voice=Voice.WAITING,
            agreement__state=State.NEGOTIATION,
        )
        .select_related("agreement__institution__organisation")
        .only("agreement__title", *_NAME)
        .order_by("pk")[:MOST]
    )


def _returned(agreements: list[Any]) -> list[Waiting]:
    """The viewer's own agreements that are back: commented, fine by all, declined, expired."""
    found = []
    for row in [row for row in agreements if not row.waits or row.commented][:MOST]:
        if row.state != State.NEGOTIATION:
            note = _("was declined; change it and ask again")
            if row.state == State.EXPIRED:
                note = _("the time to sign ran out")
            found.append(Waiting(row.title, note, _("Look"), row.get_absolute_url()))
        elif row.commented:
            url = reverse("agreements:comments", args=[row.pk])
            found.append(Waiting(row.title, _("comments have come"), _("Answer"), url))
        else:
            note = _("is fine by the others; ask for signatures")
            found.append(Waiting(row.title, note, _("Go on"), row.get_absolute_url()))
    return found


@compiled
def _back(*, owner: int) -> QuerySet[Agreement]:
    waiting = Party.objects.filter(agreement=OuterRef("pk"), voice=Voice.WAITING)
    comments = Comment.objects.filter(agreement=OuterRef("pk"), state=Comment.State.OPEN)
    return (
        Agreement.objects.filter(
            owner_id=owner, state__in=[State.NEGOTIATION, State.DECLINED, State.EXPIRED]
        )
        .only("title", "state")
        # Of the newest alone, so that few are looked into where somebody has thousands.
        .annotate(waits=Exists(waiting), commented=Exists(comments))
        .order_by("-pk")[:LOOKED_AT]
    )


@dataclass(frozen=True, slots=True)
class Panel:
    """What another page says of agreements."""

    template: str
    agreements: list[Any]
    more_url: str
    new_url: str


def network_panel(request: HttpRequest, network: Network) -> Panel | None:
    """A network's agreements, on its home."""
    viewer = request.viewer
    new_url = ""
    if can_draft(viewer, viewer.institution_id):
        new_url = f"{reverse('agreements:new')}?network={network.slug}"
    rows = _latest(viewer, network_id=network.pk)
    return _panel(rows, f"{reverse('agreements:list')}?network={network.pk}", new_url)


def partner_panel(request: HttpRequest, stakeholder: Stakeholder) -> Panel | None:
    """The agreements with a partner, on its page."""
    viewer = request.viewer
    organisation = stakeholder.organisation
    # A network isn't a party itself: its agreement is one between its members.
    at = "network_id" if organisation.kind == Organisation.Kind.NETWORK else _PARTY
    rows = _latest(viewer, stakeholder.institution_id, **{at: organisation.pk})
    new_url = ""
    if can_draft(viewer, stakeholder.institution_id):
        new_url = f"{reverse('agreements:new')}?partner={stakeholder.pk}"
    url = f"{reverse('agreements:list')}?partner={stakeholder.organisation_id}"
    return _panel(rows, url, new_url)


def with_organisation(viewer: Viewer, organisation_id: int) -> Panel | None:
    """The agreements that the viewer sees with an organisation."""
    rows = _latest(viewer, **{_PARTY: organisation_id})
    return _panel(rows, f"{reverse('agreements:list')}?partner={organisation_id}", "")


def _latest(viewer: Viewer, party_id: int = 0, **where: int) -> list[Agreement]:
    """The newest that the viewer sees, one more than are shown; with a party besides, if named.

    That party, an institution, is written into the SQL: the database has to know how many it has.
    """

    def make(seen: QuerySet[Agreement], **values: int) -> QuerySet[Agreement]:
        rows = seen.filter(**values)
        if party_id:
            party = Party.objects.filter(agreement=OuterRef("pk"), organisation_id=party_id)
            rows = rows.filter(Exists(party))
        return rows.order_by("-pk")[: SHOWN + 1]

    return seen_rows(viewer, ("latest", party_id, *where), make, **where)


def _panel(found: list[Agreement], more_url: str, new_url: str) -> Panel | None:
    if not found and not new_url:
        return None
    more = more_url if len(found) > SHOWN else ""
    return Panel("agreements/_panel.html", found[:SHOWN], more, new_url)
