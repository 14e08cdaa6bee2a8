"""The API: each room's router under /api/v1/, and what holds for all operations."""

import json
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from solmu.accounts import idempotency
from solmu.agreements.api import router as agreements
from solmu.agreements.bases.api import router as agreement_templates
from solmu.costs.api import router as costs
from solmu.goals.api import router as goals
from solmu.lib import modules
from solmu.lib.problems import FieldError, ProblemError, problem, unprocessable
from solmu.networks.api import router as networks
from solmu.networks.groups_api import router as groups
from solmu.organisations.api import router as organisations
from solmu.partnerships.api import router as partnerships
from solmu.people.api_access import Bearer, token_id
from solmu.portal.api_docs import ApiDocs
from solmu.sealing.api import router as sealing
from solmu.search.api import router as search
from solmu.training.api import router as training
from solmu.training.certificates.api import router as certificates
from solmu.training.exam.api import router as attempts

log = logging.getLogger("solmu.api")

VERSION = "1"
ABOUT = (
    "Partnerships and networks of education providers. A token is sent as `Authorization: Bearer …`"
    " and sees exactly what its owner sees in the pages. A list is `{items, next}`: pass `next` as"
    " `cursor` for the following page, until it is null. Names come in the language of"
    " `Accept-Language`, else in Finnish. Errors are problems as in RFC 9457; 422 names each field."
    " Every POST honours `Idempotency-Key`: sent again within 24 hours, the same request gets the"
    " same answer and is done once."
)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
IDEMPOTENCY_KEY = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "Makes the request safe to send again: 1 to 200 characters, kept 24 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


class StrictParser(Parser):
    """Reads JSON bodies, and nothing that only looks like JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body's value."""
        if request.content_type != "application/json":
            raise ProblemError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json."
            )
        try:
            return json.loads(request.body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ProblemError(
                HTTPStatus.BAD_REQUEST, f"The body isn't valid JSON: {error}"
            ) from error


class PlainRenderer(JSONRenderer):
    """Writes letters as they are: a third shorter in Finnish than their codes."""

    def __init__(self) -> None:
        self.json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}


class SolmuAPI(NinjaAPI):
    """Ninja, describing also the errors and headers that all operations share."""

    _described: OpenAPISchema | None = None

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the operation's name in the description."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the description as OpenAPI 3.1, made once a process."""
        if self._described is None:
            schema = super().get_openapi_schema(path_prefix="api/v1/")
            schemas = schema["components"]["schemas"]
            schemas["Problem"] = PROBLEM
            for path, item in schema["paths"].items():
                for method, operation in item.items():
                    _describe(path, method, operation, schemas)
            self._described = schema
        return self._described


api = SolmuAPI(
    title="Solmu",
    version=VERSION,
    description=ABOUT,
    auth=Bearer(),
    parser=StrictParser(),
    renderer=PlainRenderer(),
    docs=ApiDocs(),
    docs_decorator=require_safe,
    urls_namespace="api",
)


def known_parameters(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of operations: a parameter that means nothing is an error, not silence."""
    known: set[str] = set()
    for model in operation._ninja_operation.models:  # type: ignore[attr-defined]  # noqa: SLF001
        if model.__ninja_param_source__ == "query":
            known |= model.__ninja_flatten_map__.keys()

    @wraps(operation)
    def checked(request: HttpRequest, **values: Any) -> Any:
        unknown = [name for name in request.GET if name not in known]
        if unknown:
            raise unprocessable(FieldError(name, "unknown parameter") for name in unknown)
        return operation(request, **values)

    return checked


api.add_decorator(idempotency.once(token_id), mode="view")
api.add_decorator(known_parameters, mode="operation")


@api.get("/", auth=None, include_in_schema=False, url_name="index")
def index(request: HttpRequest) -> dict[str, Any]:
    """Say where the description is, and which resources there are."""
    schema = api.get_openapi_schema()
    resources = sorted(path for path, item in schema["paths"].items() if "{" not in path)
    return {"description": "/api/v1/openapi.json", "docs": "/api/v1/docs", "resources": resources}


api.add_router("", organisations, tags=["organisations"])
if modules.is_on("partnerships"):
    api.add_router("", partnerships)
api.add_router("", search, tags=["search"])
api.add_router("", sealing, tags=["verify"])
if modules.is_on("networks"):
    api.add_router("", networks)
    api.add_router("", groups)
if modules.is_on("plans"):
    api.add_router("", goals, tags=["goals"])
if modules.is_on("costs"):
    api.add_router("", costs, tags=["costs"])
if modules.is_on("training"):
    api.add_router("", training, tags=["training"])
if modules.is_on("agreements"):
    api.add_router("", agreements, tags=["agreements"])
    api.add_router("", agreement_templates, tags=["agreements"])
if modules.is_on("training"):
    api.add_router("", attempts, tags=["attempts"])
    api.add_router("", certificates, tags=["certificates"])


@api.exception_handler(ProblemError)
def tell(request: HttpRequest, error: ProblemError) -> HttpResponse:
    """Tell an error that an operation found."""
    return error.response


@api.exception_handler(ValidationError)
def tell_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each field that doesn't hold what it should."""
    return unprocessable(_field_error(one) for one in error.errors).response


@api.exception_handler(HttpError)
def tell_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Tell what ninja found: no valid token, a body that can't be read."""
    if isinstance(error.__cause__, ProblemError):
        return error.__cause__.response
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        return problem(
            HTTPStatus.UNAUTHORIZED,
            "Send a valid token: Authorization: Bearer …",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return problem(error.status_code, error.message)


@api.exception_handler(Http404)
def tell_unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    """404: not there, or not for the viewer to know of."""
    return problem(HTTPStatus.NOT_FOUND, "There is no such record.")


@api.exception_handler(PermissionDenied)
def tell_forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    """403: known to the viewer, not open to them."""
    return problem(HTTPStatus.FORBIDDEN, str(error) or "You may not do this.")


@api.exception_handler(RequestDataTooBig)
def tell_too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """413: more than an operation takes."""
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too big.")


@api.exception_handler(UnreadablePostError)
def tell_unreadable(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    """400: the body broke off."""
    return problem(HTTPStatus.BAD_REQUEST, "The body could not be read.")


@api.exception_handler(Exception)
def tell_failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """500: Solmu's own fault."""
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=SolmuAPI, request=request)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _field_error(error: dict[str, Any]) -> FieldError:
    # ("body", the operation's argument, "level") or ("query", "limit")
    source, *path = error["loc"]
    if source == "body":
        path = path[1:]
    elif len(path) > 1:
        path = path[-1:]
    if error["type"] == "extra_forbidden":
        detail = "unknown field"
    elif error["type"] == "missing":
        detail = "is required"
    else:
        detail = error["msg"].removeprefix("Value error, ")
    return FieldError(".".join(map(str, path)), detail)


def _describe(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    statuses = ["422"] if operation.get("requestBody") or operation["parameters"] else []
    if operation.get("security"):
        statuses += ["401", "403"]
    if "{" in path:
        statuses.append("404")
    if method == "post":
        operation["parameters"] = [*operation["parameters"], IDEMPOTENCY_KEY]
        statuses.append("409")
    if operation.get("requestBody"):
        statuses += ["400", "415"]
    if method == "patch":
        # What isn't sent stays as it is: there are no defaults.
        body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for field in schemas[body.rpartition("/")[2]]["properties"].values():
            field.pop("default", None)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = {str(status): answer for status, answer in operation["responses"].items()}
    for status in sorted(set(statuses)):
        title = HTTPStatus(int(status)).phrase
        responses.setdefault(status, {"description": title, "content": content})
    operation["responses"] = responses
