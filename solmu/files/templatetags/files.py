"""The files of a record: {% load files %}{% files panel %}, where panel is `files.panel.of(…)`."""

from typing import Any

from django import template

from solmu.files.panel import Panel

register = template.Library()


@register.inclusion_tag("files/panel.html", takes_context=True)
def files(context: template.Context, panel: Panel, *, empty: Any = "") -> dict[str, Any]:
    """The list of a record's files, and the form that adds to it."""
    return {
        "panel": panel,
        "empty": empty,
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
    }
