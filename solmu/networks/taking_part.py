"""What a user is in networks today: the facts that their viewer is made of."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Value
from django.db.models.functions import JSONObject

from solmu.lib import clock
from solmu.networks.models import Participant, Representative, Term


def participations_fact() -> ArraySubquery:
    """The networks where the user leads, has joined, is a guest or comes for themselves."""
    return ArraySubquery(
        Participant.objects.on(clock.today())
        .filter(person__user=OuterRef("pk"), state=Participant.State.APPROVED)
        .order_by("pk")
        .values(fact=JSONObject(network="network_id", role="way", organisation="organisation_id"))
    )


def representations_fact() -> ArraySubquery:
    """The members of networks for which the user is the contact person or the deputy."""
    return ArraySubquery(
        Representative.objects.on(clock.today())
        .filter(person__user=OuterRef("pk"), network__elsewhere_of=None)
        .exclude(kind=Representative.Kind.OTHER)
        .order_by("pk")
        .values(fact=JSONObject(network="network_id", role="kind", organisation="organisation_id"))
    )


def terms_fact() -> ArraySubquery:
    """The seats that the user holds, each with its group."""
    today = clock.today()
    return ArraySubquery(
        Term.objects.on(today)
        .filter(person__user=OuterRef("pk"), seat__valid__contains=today)
        .filter(seat__group__valid__contains=today)
        .order_by("pk")
        .values(
            fact=JSONObject(
                network="seat__group__network_id",
                role=Value("seat"),
                organisation="seat__organisation_id",
                group="seat__group_id",
                term=F("role"),
            )
        )
    )
