"""Into Solmu's own environment by a link, when an account elsewhere can't be made."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop

from solmu.lib.translated import text_in
from solmu.notifications import outbox
from solmu.people.viewer import Viewer
from solmu.training import enrolling, states
from solmu.training.models import Enrolment

WHY = gettext_noop("studies in Solmu: the account elsewhere could not be made")


def open_for(enrolment: Enrolment, *, by: Viewer) -> None:
    """Open Solmu's own environment for the participant and tell them, once."""
    enrolling.account_for(enrolment)
    ready = Enrolment.State.ACCOUNT_READY
    if enrolment.state in states.BEFORE_START and states.can_move(enrolment, ready):
        states.move(enrolment, ready, by=by, why=WHY)
    person = enrolment.person
    if not person.email:
        return
    outbox.write(
        "training-own-environment",
        to=person.email,
        person=person,
        template="systems/email/own_environment",
        language=enrolment.language,
        key=f"training-own-environment-{enrolment.pk}",
        context={
            "name": person.given_name or person.name,
            "programme": text_in(enrolment.programme, "name", enrolment.language),
            "cohort": enrolment.cohort,
            "link": settings.SOLMU_ADDRESS + reverse("learning:home", args=[enrolment.uuid]),
            "contact": enrolment.programme.contact_email,
        },
    )
