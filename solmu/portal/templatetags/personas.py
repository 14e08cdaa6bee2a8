"""The demo's personas on the sign-in page."""

from typing import Any

from django import template

from solmu.portal.personas import PERSONAS

register = template.Library()


@register.inclusion_tag("portal/personas.html", takes_context=True)
def personas(context: dict[str, Any]) -> dict[str, Any]:
    """One button for each persona; nothing outside a demo."""
    request = context["request"]
    return {
        "personas": PERSONAS if request.demo else (),
        "next": request.GET.get("next", ""),
        "csrf_token": context.get("csrf_token"),
    }
