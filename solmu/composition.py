"""How the rooms come together: menu, panels, viewer's facts, evidence. Read here what Solmu shows."""

from collections.abc import Callable

from django.db.models import Expression

from solmu.organisations import affiliations

# What a user is today; each room above people adds a line.
VIEWER_FACTS: dict[str, Callable[[], Expression]] = {
    "roles": affiliations.roles_fact,
}

MENU: tuple[object, ...] = ()
