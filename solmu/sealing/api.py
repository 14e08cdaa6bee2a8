"""Checking a sealed document, for programs."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field

from solmu.lib.problems import ProblemError
from solmu.sealing import verifying

router = Router()

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class Checked(BaseModel):
    """What a file proves."""

    valid: bool = Field(description="The file is exactly what was sealed, and holds")
    reason: str = Field(description="Why, in words for people")
    code: str | None = Field(description="The code of the document; its page is /verify/<code>/")
    sealed_by: str | None


@router.post(
    "/verify", auth=None, response=Checked, summary="Check a sealed document", openapi_extra=_BODY
)
def verify(request: HttpRequest) -> Checked:
    """Tell whether a file is one that was sealed here, unchanged; no token is needed."""
    data = request.read(settings.SOLMU_FILE_LIMIT + 1)
    if len(data) > settings.SOLMU_FILE_LIMIT:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The file is too big.")
    if not data:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "Send the file as the body.")
    verdict = verifying.examine(data)
    return Checked(
        valid=verdict.valid,
        reason=verdict.reason,
        code=verdict.seal.code if verdict.seal else None,
        sealed_by=verdict.sealed_by or None,
    )
