"""The page that describes the API to people, made from its OpenAPI description."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


@dataclass(frozen=True, slots=True)
class Fact:
    """A parameter or a field: its name, what it holds and what it means."""

    name: str
    kind: str
    about: SafeString
    required: bool = False


@dataclass(slots=True)
class Operation:
    """Something that the API does at an address."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    parameters: list[Fact]
    body: list[Fact]
    example: str
    answer: list[Fact]
    is_list: bool
    statuses: list[tuple[str, str]]


@dataclass(slots=True)
class Resource:
    """The operations of one resource."""

    name: str
    operations: list[Operation] = field(default_factory=list)


class ApiDocs(DocsBase):
    """Renders the description in Solmu's own look; nothing comes from elsewhere."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Return the page."""
        schema = api.get_openapi_schema()
        resources = _resources(schema)
        # One resource at a time, so that the page stays small however many there are.
        name = request.GET.get("resource", "")
        shown = [resource for resource in resources if resource.name == name]
        if name and not shown:
            raise Http404
        return render(
            request,
            "portal/api.html",
            {
                "resources": resources,
                "shown": shown[0] if shown else None,
                "address": f"{settings.SOLMU_ADDRESS}/api/v1",
                "about": _told(schema["info"]["description"]),
            },
        )


def _resources(schema: dict[str, Any]) -> list[Resource]:
    known = schema["components"]["schemas"]
    found: dict[str, Resource] = {}
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            name = operation.get("tags", [""])[0]
            resource = found.setdefault(name, Resource(name))
            resource.operations.append(_operation(path, method, operation, known))
    return list(found.values())


def _operation(path: str, method: str, facts: dict[str, Any], known: dict[str, Any]) -> Operation:
    body = _schema(facts.get("requestBody", {}), known)
    good = [answer for code, answer in facts["responses"].items() if code[0] == "2"]
    answer = _schema(good[0], known)
    items = answer.get("properties", {}).get("items", {}).get("items")
    if items:
        answer = _resolved(items, known)
    fields = _facts(body, known)
    return Operation(
        id=facts["operationId"],
        method=method.upper(),
        path=path.removeprefix("/api/v1"),
        summary=facts["summary"],
        about=facts.get("description", ""),
        parameters=[
            Fact(
                one["name"],
                _kind(one["schema"], known).removesuffix(" | null"),
                _told(one.get("description", "")),
                one["required"],
            )
            for one in facts["parameters"]
        ],
        body=fields,
        example=_example(fields, body, known),
        answer=_facts(answer, known),
        is_list=bool(items),
        statuses=[(code, answer["description"]) for code, answer in facts["responses"].items()],
    )


def _told(text: str) -> SafeString:
    """The text with what is between `backticks` as code."""
    parts = enumerate(text.split("`"))
    return format_html_join("", "{}", ((_code(part) if at % 2 else part,) for at, part in parts))


def _code(text: str) -> SafeString:
    return format_html("<code>{}</code>", text)


def _schema(holder: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    content = holder.get("content", {}).get("application/json", {})
    return _resolved(content.get("schema", {}), known)


def _resolved(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = known[schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _facts(schema: dict[str, Any], known: dict[str, Any]) -> list[Fact]:
    required = schema.get("required", [])
    return [
        Fact(name, _kind(one, known), _told(one.get("description", "")), name in required)
        for name, one in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any], known: dict[str, Any]) -> str:
    """What a value is, in a few words: `string (date)`, `regional | national`, `[integer]`."""
    schema = _resolved(schema, known)
    if "enum" in schema:
        return " | ".join(
            json.dumps(value) if not value else str(value) for value in schema["enum"]
        )
    if "anyOf" in schema:
        return " | ".join(_kind(one, known) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}), known)}]"
    kind = str(schema.get("type", "any"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _example(fields: list[Fact], body: dict[str, Any], known: dict[str, Any]) -> str:
    """A body with the required fields, for copying."""
    example = {
        fact.name: _value(_resolved(body["properties"][fact.name], known))
        for fact in fields
        if fact.required
    }
    return json.dumps(example, ensure_ascii=False) if example else ""


def _value(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    return {"integer": 1, "number": 1.5, "boolean": True, "array": []}.get(
        schema.get("type", ""), "…"
    )
