"""Fields of education and work: the broad fields of Finland's classification (2016)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FIELDS = {
    "education": _("education"),
    "arts": _("arts and humanities"),
    "social": _("social sciences"),
    "business": _("business, administration and law"),
    "natural_sciences": _("natural sciences"),
    "ict": _("information and communication technologies"),
    "engineering": _("engineering and construction"),
    "agriculture": _("agriculture and forestry"),
    "health": _("health and welfare"),
    "services": _("services"),
}


def named(codes: set[Any]) -> dict[Any, str]:
    """What fields are called, by their codes; one that isn't known keeps its code."""
    return {code: str(FIELDS.get(code, code)) for code in codes}
