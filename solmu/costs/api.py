"""The API's costs: what networks share, with each payer's share."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from solmu.costs import agreeing, drafting
from solmu.costs.drafting import CostError, Draft, Item, Paying
from solmu.costs.models import CostCase
from solmu.costs.page import CasePage
from solmu.costs.permissions import can_prepare, can_prepare_in, can_write
from solmu.costs.sharing import LARGEST
from solmu.costs.weighing import Weighing
from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, body_field, listing
from solmu.lib.problems import invalid
from solmu.networks.models import Network
from solmu.organisations.models import Organisation
from solmu.people.api_access import ApiRequest, Bearer

router = Router()

Key = Literal["equal", "students", "staff", "participation", "fixed"]
_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?")
WEIGHED = ("students", "staff", "participation")


class ShareOut(BaseModel):
    """What one payer pays."""

    institution: str = Field(description="The payer's slug")
    amount: str


class ItemOut(BaseModel):
    """One cost of a case."""

    title: str
    planned: str
    actual: str | None
    paid_by: str | None = Field(description="Slug of the organisation that paid the supplier")
    paid_on: datetime.date | None


class CostOut(BaseModel):
    """A cost case."""

    id: int
    uuid: str
    network: str = Field(description="The network's slug")
    group: str | None = Field(description="The group that prepares it, by slug")
    title: str
    text: str
    date: datetime.date
    amount: str = Field(description="All that is planned")
    key: str
    mix: dict[str, str] = Field(description="Of a mix: how many percent each key counts")
    state: str
    version: int
    items: list[ItemOut]
    payers: list[str]
    shares: list[ShareOut] = Field(description="Empty while a figure is missing")
    problem: str = Field(description="Why there are no shares, else empty")


class Filters(Listed):
    """Which cases."""

    network: str = Field("", description="The network's slug")
    state: Literal["draft", "proposed", "agreed", "settled", "withdrawn"] | None = None


class NewCost(Input):
    """A cost to share; it is a draft until it is proposed."""

    network: str
    title: str = Field(min_length=1, max_length=200)
    amount: str = Field(description="Euros: above zero, at most two decimals, no exponent")
    key: Key
    payers: list[str] = Field(min_length=1, max_length=500, description="Slugs of members")
    shares: dict[str, str] | None = Field(None, description="Of fixed shares: each payer's amount")
    weights: dict[str, int | float] | None = Field(
        None, description="Figures entered on the case, by slug; else the latest known ones"
    )
    text: str = Field("", max_length=10000)
    date: Day | None = Field(None, description="Today by default")


class CostChange(Input):
    """What changes; a proposed case is asked about again."""

    title: str | None = Field(None, min_length=1, max_length=200)
    text: str | None = Field(None, max_length=10000)
    amount: str | None = Field(None, description="Only of a case with one cost")


def _visible(request: ApiRequest) -> QuerySet[CostCase]:
    seen: QuerySet[CostCase] = CostCase.objects.visible_to(request.viewer)
    return seen.select_related("network__organisation", "group")


def _seen(request: ApiRequest, id: int) -> CostCase:  # noqa: A002
    return get_object_or_404(_visible(request), pk=id)


def _writable(request: ApiRequest, id: int) -> CostCase:  # noqa: A002
    case = _seen(request, id)
    if not can_write(request.viewer, case):
        raise PermissionDenied
    return case


def _preparing(request: ApiRequest) -> Network | None:
    slug = body_field(request, "network", str)
    if slug is None:
        leads = any("lead" in roles for roles in request.viewer.networks.values())
        if not leads and not request.viewer.is_admin:
            raise PermissionDenied
        return None
    known = Network.objects.known_to(request.viewer).select_related("organisation")
    network: Network = get_object_or_404(known, organisation__slug=slug)
    if not can_prepare(request.viewer, network) or not can_prepare_in(
        request.viewer, network, None
    ):
        raise PermissionDenied
    return network


@router.get("/costs", response=Listing[CostOut], summary="List costs")
def costs(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List the cost cases that the viewer sees, the latest first."""
    rows = _visible(request)
    if asked.network:
        rows = rows.filter(network__organisation__slug=asked.network)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return listing(
        rows,
        [("id", "desc")],
        asked,
        lambda page: [_told(one) for one in CasePage.of_each(request.viewer, list(page))],
    )


@router.get("/costs/{int:id}", response=CostOut, auth=Bearer(_seen), summary="Read a cost")
def cost(request: ApiRequest, id: int) -> CostOut:  # noqa: A002
    """Read one cost case."""
    return _shown(request, request.record)


@router.post("/costs", response={201: CostOut}, auth=Bearer(_preparing), summary="Share a cost")
def add_cost(request: ApiRequest, body: NewCost) -> Status[CostOut]:
    """Start a cost case; the answer has each payer's share, exact to the cent."""
    network: Network = request.record
    amount = _amount(body.amount, "amount")
    if not body.title.strip():
        raise invalid("title", "is required")
    payers = _payers(network, body.payers)
    figures = _figures(body, amount)
    draft = Draft(
        title=body.title.strip(),
        text=body.text,
        on=body.date or clock.today(),
        key=body.key,
        items=[Item(body.title.strip(), amount)],
        payers=[Paying(payers[slug].pk, **figures.get(slug, {})) for slug in body.payers],
    )
    with transaction.atomic():
        case = drafting.create(network, draft, by=request.viewer)
        shared = Weighing.of(case).now(amount)
        if not shared:
            field = "shares" if body.key == "fixed" else "weights"
            raise invalid(field, shared.problem)
    return Status(HTTPStatus.CREATED, _shown(request, _seen(request, case.pk)))


@router.patch("/costs/{int:id}", response=CostOut, auth=Bearer(_writable), summary="Change a cost")
def change_cost(request: ApiRequest, id: int, body: CostChange) -> CostOut:  # noqa: A002
    """Change a draft, or what has been proposed: then everybody is asked again."""
    case: CostCase = request.record
    items = list(case.items.all())
    written = [Item(item.title, item.planned, item.pk) for item in items]
    if body.amount is not None:
        if len(items) != 1:
            raise invalid("amount", "the case has several costs; change them on its page")
        written = [Item(items[0].title, _amount(body.amount, "amount"), items[0].pk)]
    draft = Draft(
        title=(body.title or case.title).strip(),
        text=case.text if body.text is None else body.text,
        language=case.language,
        on=case.on,
        group_id=case.group_id,
        key=case.key,
        mix=case.mix,
        items=written,
        payers=[
            Paying(row.organisation_id, row.students, row.staff, row.participation, row.fixed)
            for row in case.payers.all()
        ],
    )
    try:
        agreeing.change(case, draft, revision=case.revision, by=request.viewer)
    except CostError as error:
        raise invalid(error.field, str(error)) from error
    return _shown(request, _seen(request, id))


@router.delete(
    "/costs/{int:id}", response={204: None}, auth=Bearer(_writable), summary="Withdraw a cost"
)
def withdraw_cost(request: ApiRequest, id: int) -> Status[None]:  # noqa: A002
    """Withdraw a case; it stays readable, and can be brought back on its page."""
    try:
        drafting.withdraw(request.record, by=request.viewer)
    except CostError as error:
        raise invalid("", str(error)) from error
    return Status(HTTPStatus.NO_CONTENT, None)


def _amount(text: str, field: str, *, zero: bool = False) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise invalid(field, "must be euros such as 10000.01, with at most two decimals")
    amount = Decimal(text)
    if amount > LARGEST or (not amount and not zero):
        raise invalid(field, f"must be above zero and at most {LARGEST}")
    return amount


def _payers(network: Network, slugs: Sequence[str]) -> dict[str, Organisation]:
    twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    if twice:
        raise invalid("payers", f"named twice: {', '.join(twice)}")
    found = {
        one.slug: one
        for one in Organisation.objects.filter(
            slug__in=slugs,
            memberships__network=network,
            memberships__valid__contains=clock.today(),
        )
    }
    others = [slug for slug in slugs if slug not in found]
    if others:
        raise invalid("payers", f"not members of the network today: {', '.join(others)}")
    return found


def _figures(body: NewCost, amount: Decimal) -> dict[str, dict[str, Decimal]]:
    """What is entered on the case for each payer."""
    payers = set(body.payers)
    if (body.shares is not None) != (body.key == "fixed"):
        word = "is required with fixed shares" if body.key == "fixed" else "only with fixed shares"
        raise invalid("shares", word)
    if body.shares is not None:
        if set(body.shares) != payers:
            raise invalid("shares", "must name each payer once, and nobody else")
        fixed = {slug: _amount(text, "shares", zero=True) for slug, text in body.shares.items()}
        if sum(fixed.values()) != amount:
            raise invalid("shares", f"add up to {sum(fixed.values())}, not to {amount}")
    else:
        fixed = {}
    if body.weights is None:
        return {slug: {"fixed": one} for slug, one in fixed.items()}
    if body.key not in WEIGHED:
        raise invalid("weights", "only with students, staff or participation")
    if not set(body.weights) <= payers:
        raise invalid("weights", "only payers have weights")
    if body.key == "participation" and set(body.weights) != payers:
        raise invalid("weights", "participation is given for every payer or for none")
    return {slug: {body.key: _weight(one)} for slug, one in body.weights.items()}


def _weight(number: float) -> Decimal:
    weight = Decimal(repr(number))
    if not weight.is_finite() or weight < 0 or weight >= 10**12:
        raise invalid("weights", "must be zero or more")
    if weight != round(weight, 6):
        raise invalid("weights", "have at most six decimals")
    return weight


def _shown(request: ApiRequest, case: CostCase) -> CostOut:
    return _told(CasePage(request.viewer, case))


def _told(page: CasePage) -> CostOut:
    case = page.case
    payers = sorted(page.weighing.payers, key=lambda row: row.pk)  # as they were named
    amounts, problem = page.shared.amounts, page.shared.problem
    return CostOut(
        id=case.pk,
        uuid=str(case.uuid),
        network=case.network.slug,
        group=case.group.slug if case.group else None,
        title=case.title,
        text=case.text,
        date=case.on,
        amount=f"{page.amount:.2f}",
        key=case.key,
        mix={key: str(part) for key, part in case.mix.items()},
        state=case.state,
        version=case.version,
        items=[
            ItemOut(
                title=item.title,
                planned=f"{item.planned:.2f}",
                actual=None if item.actual is None else f"{item.actual:.2f}",
                paid_by=item.paid_by.slug if item.paid_by else None,
                paid_on=item.on,
            )
            for item in page.items
        ],
        payers=[row.organisation.slug for row in payers],
        shares=[
            ShareOut(
                institution=row.organisation.slug, amount=f"{amounts[row.organisation.slug]:.2f}"
            )
            for row in payers
            if row.organisation.slug in amounts
        ],
        problem=problem,
    )
