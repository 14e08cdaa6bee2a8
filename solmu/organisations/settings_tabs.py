"""The tabs of an institution's settings: composition.INSTITUTION_TABS lists them."""

from django.urls import reverse

from solmu.lib.composed import composed
from solmu.organisations.models import Institution
from solmu.people.viewer import Viewer


def tabs(viewer: Viewer, institution: Institution, current: str) -> list[tuple[str, str, bool]]:
    """The tabs that the viewer may open; `current` is the name of an address."""
    slug = institution.organisation.slug
    return [
        (str(label), reverse(url_name, args=[slug]), url_name == current)
        for label, url_name, *may in composed("INSTITUTION_TABS")
        if all(can(viewer, institution.pk) for can in may)
    ]
