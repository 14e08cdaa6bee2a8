"""What waits for somebody who studies: to go on while there is access."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.people.viewer import Viewer
from solmu.training import states, words
from solmu.training.models import Enrolment
from solmu.ui.menu import Waiting


def waits(viewer: Viewer) -> list[Waiting]:
    """One's own studies under way."""
    if viewer.person_id is None:
        return []
    today = clock.today()
    return [
        Waiting(
            one.programme,
            _("you have access until %(day)s") % {"day": words.day(last)},
            _("Study"),
            one.get_absolute_url(),
        )
        for one in _under_way(person=viewer.person_id)
        if (last := one.last_day) and last >= today
    ]


@compiled
def _under_way(*, person: int) -> QuerySet[Enrolment]:
    own = Enrolment.objects.filter(person_id=person)
    under_way = own.filter(state__in=states.UNDER_WAY, paused_on=None)
    return under_way.select_related("programme", "cohort")
