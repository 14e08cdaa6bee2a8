"""The history of a record: {% load history %}{% history record %} or {% history parts %}."""

from typing import Any

from django import template
from django.db import models

from solmu.audit import changes

register = template.Library()


@register.filter
def small_first(text: object) -> str:
    """A kind as it is called in the middle of a line; an abbreviation stays as it is."""
    words = str(text)
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


@register.inclusion_tag("audit/history.html", takes_context=True)
def history(context: template.Context, of: Any) -> dict[str, Any]:
    """Every change of a record, or of the `audit.changes.Part`s that belong together."""
    request = context["request"]
    parts = changes.of_record(of) if isinstance(of, models.Model) else of
    shown = changes.read(parts, request.viewer, request.GET.get("before", ""))
    query = request.GET.copy()
    query["before"] = shown.before
    return {
        "changes": shown.changes,
        "more_url": f"?{query.urlencode()}" if shown.before else "",
        "is_later": "before" in request.GET,
    }
