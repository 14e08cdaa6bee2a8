"""The API's organisations: the directory's public facts."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import URLValidator
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from ninja import Query, Router
from ninja.responses import Status
from pydantic import AfterValidator, BaseModel, Field

from solmu.lib import clock
from solmu.lib.api_types import Input, Listed, Listing, body_field, listing
from solmu.lib.problems import ProblemError, invalid
from solmu.lib.translated import LANGUAGES
from solmu.organisations import directory
from solmu.organisations.fields import FIELDS
from solmu.organisations.models import Institution, Municipality, Organisation, Region
from solmu.organisations.moved import leading, present_entry
from solmu.organisations.permissions import EDITORS, can_add, can_edit, can_manage, can_write
from solmu.organisations.querysets import called
from solmu.people.api_access import ApiRequest, Bearer
from solmu.people.viewer import Viewer

router = Router()

Kind = Literal[
    "education_provider",
    "company",
    "municipality",
    "authority",
    "university",
    "association",
    "project",
    "other",
]
Name = Annotated[str, Field(max_length=200)]


def web_address(value: str) -> str:
    """The value, if it is a web address or empty."""
    if value:
        try:
            URLValidator(schemes=["http", "https"])(value)
        except DjangoValidationError:
            raise ValueError("must be a web address") from None
    return value


def _field_codes(value: list[str]) -> list[str]:
    if unknown := [code for code in value if code not in FIELDS]:
        raise ValueError(f"no such field: {unknown[0]}")
    return value


class OrganisationOut(BaseModel):
    """An organisation of the directory."""

    id: int
    uuid: str
    slug: str
    name: str = Field(description="In the language of the request, else the first that there is")
    name_fi: str
    name_sv: str
    name_en: str
    kind: str
    business_id: str
    oid: str
    country: str = Field(description="ISO 3166-1 alpha-2")
    region: str | None = Field(description="The maakunta's name in Finnish")
    municipality: str | None = Field(description="The municipality's name in Finnish")
    postal_code: str
    lat: float | None
    lon: float | None
    website: str
    fields: list[str]
    parent: int | None = Field(description="The organisation that this one is part of")
    public: bool = Field(description="False: seen by the institution alone that brought it")


class Changed(OrganisationOut):
    """An organisation after a change; what another source gave was proposed, not changed."""

    proposed: list[str] = Field(description="Facts that wait for their giver to accept the change")


class Filters(Listed):
    """Which organisations."""

    q: str = Field("", max_length=200, description="Part of a name, or beginning of a business ID")
    kind: Kind | None = None
    region: str = Field("", description="The maakunta's name, or its code")
    municipality: str = Field("", description="The municipality's name, or its code")
    country: str = Field("", max_length=2, description="ISO 3166-1 alpha-2")
    business_id: str = Field("", max_length=20)


class Facts(Input):
    """Public facts of an organisation."""

    name: Name = Field("", description="The name in the language of the request")
    name_fi: Name = ""
    name_sv: Name = ""
    name_en: Name = ""
    kind: Kind = "other"
    business_id: str = Field("", max_length=20)
    oid: str = Field("", max_length=60)
    country: str = Field("FI", pattern="^[A-Z]{2}$")
    region: str | None = None
    municipality: str | None = None
    postal_code: str = Field("", max_length=10)
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    website: Annotated[str, AfterValidator(web_address)] = Field("", max_length=200)
    fields: Annotated[list[str], AfterValidator(_field_codes)] = Field([], max_length=20)
    parent: int | None = None


class NewOrganisation(Facts):
    """An organisation to add, for one of one's own institutions."""

    institution: str = Field("", description="Whose source it is (slug); one's own by default")


def _visible(request: ApiRequest) -> QuerySet[Organisation]:
    seen: QuerySet[Organisation] = Organisation.objects.visible_to(request.viewer)
    return seen.select_related("region", "municipality")


def _seen(request: ApiRequest, id: int) -> Organisation:  # noqa: A002
    return get_object_or_404(_visible(request), pk=id)


def _editable(request: ApiRequest, id: int) -> Organisation:  # noqa: A002
    organisation = _seen(request, id)
    if not can_edit(request.viewer, organisation):
        raise PermissionDenied
    return organisation


def _adding(request: ApiRequest) -> Institution | None:
    """The institution that the new entry is for: the one named, else the viewer's own."""
    viewer = request.viewer
    if not can_add(viewer):
        raise PermissionDenied
    slug = body_field(request, "institution", str)
    if not slug:
        return Institution.objects.filter(pk=viewer.institution_id).first()
    institution = (
        Institution.objects.visible_to(viewer).at(slug).select_related("organisation").first()
    )
    if institution is None:
        raise Http404
    if not (viewer.is_admin or viewer.has_role(institution.pk, *EDITORS)):
        raise PermissionDenied
    return institution


@router.get("/organisations", response=Listing[OrganisationOut], summary="List organisations")
def organisations(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List the organisations that the viewer can see."""
    rows = _visible(request)
    if text := asked.q.strip():
        rows = rows.filter(called(text))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.region:
        rows = rows.filter(region=region_called(asked.region))
    if asked.municipality:
        rows = rows.filter(municipality=_municipality(asked.municipality))
    if asked.country:
        rows = rows.filter(country=asked.country.upper())
    if asked.business_id:
        rows = rows.filter(business_id=asked.business_id)
    return listing(rows, [("id", "asc")], asked, lambda page: _shown(page, request.viewer))


@router.get(
    "/organisations/{int:id}",
    response=OrganisationOut,
    auth=Bearer(leading(_seen, present_entry)),
    summary="Read an organisation",
)
def organisation(request: ApiRequest, id: int) -> OrganisationOut:  # noqa: A002
    """Read one organisation."""
    return _shown([request.record], request.viewer)[0]


@router.post(
    "/organisations",
    response={201: OrganisationOut, 200: OrganisationOut},
    auth=Bearer(_adding),
    summary="Add an organisation",
)
def add_organisation(request: ApiRequest, body: NewOrganisation) -> Status[OrganisationOut]:
    """Add an organisation, or get the one with the same business ID (200)."""
    facts = _facts(request, body)
    try:
        added, new = directory.add(
            facts,
            by=request.viewer,
            institution=request.record,
            proposes=request.record is not None
            and not can_manage(request.viewer, request.record.pk),
        )
    except directory.DirectoryError as error:
        raise _refused(error) from error
    found = _visible(request).get(pk=added.pk)
    return Status(HTTPStatus.CREATED if new else HTTPStatus.OK, _shown([found], request.viewer)[0])


@router.patch(
    "/organisations/{int:id}",
    response=Changed,
    auth=Bearer(_editable),
    summary="Change an organisation's facts",
)
def change_organisation(request: ApiRequest, id: int, body: Facts) -> Changed:  # noqa: A002
    """Change facts; what another institution or a register gave is proposed to them."""
    viewer = request.viewer
    try:
        outcome = directory.edit(
            request.record,
            _facts(request, body),
            by=viewer,
            institution_id=viewer.institution_id,
            proposes=not can_write(viewer, request.record),
        )
    except directory.DirectoryError as error:
        raise _refused(error) from error
    shown = _shown([_seen(request, id)], viewer)[0]
    return Changed(**shown.model_dump(), proposed=outcome.proposed)


def _shown(rows: Sequence[Organisation], viewer: Viewer) -> list[OrganisationOut]:
    # What an institution alone knows of may be part of what all know.
    parents = {row.parent_id for row in rows if row.parent_id}
    seen = Organisation.objects.visible_to(viewer).filter(pk__in=parents)
    known = set(seen.values_list("pk", flat=True)) if parents else set()
    return [
        OrganisationOut(
            id=row.pk,
            uuid=str(row.uuid),
            slug=row.slug,
            name=row.name,
            name_fi=row.name_fi,
            name_sv=row.name_sv,
            name_en=row.name_en,
            kind=row.kind,
            business_id=row.business_id,
            oid=row.oid,
            country=row.country,
            region=row.region.name_fi if row.region else None,
            municipality=row.municipality.name_fi if row.municipality else None,
            postal_code=row.postal_code,
            lat=row.lat,
            lon=row.lon,
            website=row.website,
            fields=row.fields,
            parent=row.parent_id if row.parent_id in known else None,
            public=row.public,
        )
        for row in rows
    ]


def _facts(request: ApiRequest, body: Facts) -> dict[str, Any]:
    facts = body.given
    facts.pop("institution", None)
    if name := facts.pop("name", ""):
        language = (get_language() or "fi")[:2]
        code = language if language in LANGUAGES else "fi"
        facts.setdefault(f"name_{code}", name)
    if "region" in facts:
        facts["region"] = region_called(facts["region"]) if facts["region"] else None
    if "municipality" in facts:
        found = _municipality(facts["municipality"]) if facts["municipality"] else None
        facts["municipality"] = found
        if found and facts.get("region") not in (None, found.region):
            raise invalid("municipality", "lies in another region")
    if facts.get("parent"):
        facts["parent"] = _visible(request).filter(pk=facts["parent"]).first()
        if facts["parent"] is None:
            raise invalid("parent", "there is no such organisation")
    return facts


def region_called(text: str) -> Region:
    """The region of a name or a code."""
    named = Q(name_fi__iexact=text) | Q(name_sv__iexact=text) | Q(name_en__iexact=text)
    found = Region.objects.filter(named | Q(code=text) | Q(iso_code__iexact=text)).first()
    if found is None:
        raise invalid("region", "there is no such region")
    return found


def _municipality(text: str) -> Municipality:
    named = Q(name_fi__iexact=text) | Q(name_sv__iexact=text) | Q(code=text)
    known = Municipality.objects.filter(named).select_related("region")
    # A name may belong to a former municipality too; the one of today is meant.
    found = known.filter(valid__contains=clock.today()).first() or known.first()
    if found is None:
        raise invalid("municipality", "there is no such municipality")
    return found


def _refused(error: directory.DirectoryError) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
