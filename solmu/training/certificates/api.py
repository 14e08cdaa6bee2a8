"""The API's certificates: for those who run the training, and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from pydantic import BaseModel, Field

from solmu.lib.api_types import Listed, Listing, listing
from solmu.people.api_access import ApiRequest, Bearer
from solmu.sealing.models import Seal
from solmu.training.certificates.document import address_of
from solmu.training.certificates.models import SEALED, Certificate

router = Router()


class CertificateOut(BaseModel):
    """A certificate."""

    id: int
    uuid: str
    number: str
    programme: str = Field(description="The programme's slug")
    enrolment: int
    name: str
    language: str
    issued_on: date
    revoked_on: date | None
    revoked_why: str
    replaces: int | None = Field(description="The certificate that this one took the place of")
    posted_on: date | None = Field(description="When it went to the post, on paper")
    verify_code: str | None = Field(description="Null until it has been asked to be sealed")
    verify_url: str | None
    badge: str = Field(description="The id of its Open Badges 3.0 credential")


class Filters(Listed):
    """Which certificates."""

    programme: str = Field("", description="The programme's slug")
    cohort: int | None = None
    enrolment: int | None = None
    valid: bool | None = None


def _known(request: ApiRequest) -> QuerySet[Certificate]:
    seen: QuerySet[Certificate] = Certificate.objects.known_to(request.viewer)
    return seen.select_related("enrolment__programme", "mailing")


def _seen(request: ApiRequest, id: int) -> Certificate:  # noqa: A002
    return get_object_or_404(_known(request), pk=id)


@router.get("/certificates", response=Listing[CertificateOut], summary="List certificates")
def certificates(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List the certificates of programmes that the viewer runs, and their own."""
    rows = _known(request)
    if asked.programme:
        rows = rows.filter(enrolment__programme__slug=asked.programme)
    if asked.cohort is not None:
        rows = rows.filter(enrolment__cohort=asked.cohort)
    if asked.enrolment is not None:
        rows = rows.filter(enrolment=asked.enrolment)
    if asked.valid is not None:
        rows = rows.filter(revoked_on__isnull=asked.valid)
    return listing(rows, [("id", "desc")], asked, _told)


@router.get(
    "/certificates/{int:id}",
    response=CertificateOut,
    auth=Bearer(_seen),
    summary="Read a certificate",
)
def certificate(request: ApiRequest, id: int) -> CertificateOut:  # noqa: A002
    """Read one certificate."""
    return _told([request.record])[0]


def _told(rows: Sequence[Certificate]) -> list[CertificateOut]:
    codes = dict(
        Seal.objects.filter(
            subject_kind=SEALED, subject_id__in=[row.pk for row in rows]
        ).values_list("subject_id", "code")
    )
    return [
        CertificateOut(
            id=row.pk,
            uuid=str(row.uuid),
            number=row.number,
            programme=row.enrolment.programme.slug,
            enrolment=row.enrolment_id,
            name=row.name,
            language=row.language,
            issued_on=row.issued_on,
            revoked_on=row.revoked_on,
            revoked_why=row.revoked_why,
            replaces=row.replaces_id,
            posted_on=row.mailing.posted_on if row.mailing else None,
            verify_code=codes.get(row.pk),
            verify_url=address_of(codes[row.pk]) if row.pk in codes else None,
            badge=f"{settings.SOLMU_ADDRESS}/badges/credentials/{row.uuid}/",
        )
        for row in rows
    ]
