"""What waits for somebody who studies: to go on while there is access."""

from datetime import date
from functools import partial

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.people.viewer import Viewer
from solmu.training import states, words
from solmu.training.models import Enrolment
from solmu.ui.menu import Waiting, Waits


def waits(viewer: Viewer) -> list[Waits[Enrolment]]:
    """One's own studies under way."""
    if viewer.person_id is None:
        return []
    return [Waits(_under_way.asked(person=viewer.person_id), partial(_to_study, clock.today()))]


def _to_study(today: date, enrolments: list[Enrolment]) -> list[Waiting]:
    return [
        Waiting(
            one.programme,
            _("you have access until %(day)s") % {"day": words.day(last)},
            _("Study"),
            one.get_absolute_url(),
        )
        for one in enrolments
        if (last := one.last_day) and last >= today
    ]


@compiled
def _under_way(*, person: int) -> QuerySet[Enrolment]:
    own = Enrolment.objects.filter(person_id=person)
    under_way = own.filter(state__in=states.UNDER_WAY, paused_on=None)
    return under_way.select_related("programme", "cohort")
