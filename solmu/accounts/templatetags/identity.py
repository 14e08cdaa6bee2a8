"""Identity providers on pages."""

from typing import Any
from urllib.parse import urlencode

from django import template

from solmu.accounts import identity

register = template.Library()


@register.simple_tag(takes_context=True)
def sign_in_links(context: dict[str, Any]) -> list[tuple[str, str]]:
    """The providers to sign in with: name and address, leading on to where one was going."""
    target = context["request"].GET.get("next", "")
    more = f"?{urlencode({'next': target})}" if target else ""
    return [(one.name, f"{one.sign_in_url}{more}") for one in identity.providers()]
