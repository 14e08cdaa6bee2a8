"""What waits for somebody who studies: to go on while there is access."""

from django.utils.translation import gettext as _

from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.training import states, words
from solmu.training.models import Enrolment
from solmu.ui.menu import Waiting


def waits(viewer: Viewer) -> list[Waiting]:
    """One's own studies under way."""
    under_way = (
        Enrolment.objects.own(viewer)
        .filter(state__in=states.UNDER_WAY, paused_on=None)
        .select_related("programme", "cohort")
    )
    today = clock.today()
    return [
        Waiting(
            one.programme,
            _("you have access until %(day)s") % {"day": words.day(last)},
            _("Study"),
            one.get_absolute_url(),
        )
        for one in under_way
        if (last := one.last_day) and last >= today
    ]
