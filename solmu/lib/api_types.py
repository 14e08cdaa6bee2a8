"""What all operations of the API share: strict input, days, lists with a cursor."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator

from solmu.lib import paging
from solmu.lib.problems import invalid

LONGEST_PAGE = 500
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# What a text column can't hold.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _day(value: Any) -> Any:
    if value is None or (isinstance(value, date) and type(value) is date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a day written YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such day") from None
    if not 1900 <= day.year <= 2200:
        raise ValueError("must be between the years 1900 and 2200")
    return day


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class Sent(BaseModel):
    """What a program sends: nothing unknown, nothing that can't be stored."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and _UNSTORABLE.search(text):
                raise ValueError("has a character that can't be stored")
        return value


class Input(Sent):
    """The body of a POST or PATCH; a number is not taken from a text, nor a text from a number."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @property
    def given(self) -> dict[str, Any]:
        """The fields that were sent, null among them."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def body_field(request: HttpRequest, name: str, kind: type) -> Any:
    """Return a field of the body before it is validated, for asking permission first; else None."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    value = body.get(name) if isinstance(body, dict) else None
    if type(value) is not kind or (isinstance(value, str) and _UNSTORABLE.search(value)):
        return None
    return value


class Listed(Sent):
    """The parameters of every list."""

    limit: int = Field(50, ge=1, le=LONGEST_PAGE, description="How many items at most")
    cursor: str | None = Field(None, description="`next` of the answer before this one")


class Listing[Item](BaseModel):
    """A page of a list; `next` is the cursor of the following page, null at the end."""

    items: list[Item]
    next: str | None = Field(description="The cursor of the following page; null at the end")


def listing[Row](
    queryset: QuerySet[Any, Row],
    order: paging.Order,
    asked: Listed,
    show: Callable[[Sequence[Row]], Sequence[Any]],
) -> dict[str, Any]:
    """Return one page of the rows, each as `show` makes it."""
    try:
        page = paging.page(queryset, order, asked.cursor, asked.limit)
    except paging.BadCursorError as error:
        raise invalid("cursor", str(error)) from error
    return {"items": list(show(page.rows)), "next": page.next}
