"""What the variables of texts are called when they are asked for."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Days, which become the agreement's term.
START, END = "start", "end"
LABELS: dict[str, Any] = {
    "title": gettext_lazy("Title of the agreement"),
    "today": gettext_lazy("Day of the agreement"),
    START: gettext_lazy("First day in force"),
    END: gettext_lazy("Last day in force"),
    "notice_months": gettext_lazy("Notice, months"),
    "network.name": gettext_lazy("Name of the network"),
    # What the templates that come with Solmu ask for.
    "field": gettext_lazy("Field of work"),
    "region": gettext_lazy("Region"),
    "court": gettext_lazy("District court"),
    "project.name": gettext_lazy("Name of the project"),
    "project.lead": gettext_lazy("Who leads the project"),
    "project.funder": gettext_lazy("Who funds the project"),
}
SIDES: dict[str, Any] = {
    "institution": gettext_lazy("Institution"),
    "partner": gettext_lazy("Partner"),
    "network": gettext_lazy("Network"),
}
PARTS: dict[str, Any] = {
    "name": gettext_lazy("name"),
    "business_id": gettext_lazy("business ID"),
    "called": gettext_lazy("called in the text"),
    "contact": gettext_lazy("contact person"),
    "address": gettext_lazy("address"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("phone"),
    "signer": gettext_lazy("signer"),
    "title": gettext_lazy("title"),
}


def label(name: str) -> str:
    """What a variable is called to people; one that nobody has named reads as it is written."""
    if name in LABELS:
        return str(LABELS[name])
    side, _dot, part = name.partition(".")
    if part in PARTS:
        whose = SIDES.get(side)
        if whose is None and side.startswith("party"):
            whose = _("Party %(n)s") % {"n": side.removeprefix("party")}
        if whose is not None:
            return f"{whose}: {PARTS[part]}"
    return capfirst(name.replace(".", ": ").replace("_", " "))
