"""Who runs a programme: its trainers and assistants, for a time."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from solmu.lib import clock
from solmu.training.models import Staff


def training_fact() -> ArraySubquery:
    """The programmes that the user runs today, each with the role."""
    return ArraySubquery(
        Staff.objects.on(clock.today())
        .filter(person__user=OuterRef("pk"))
        .order_by("pk")
        .values(fact=JSONObject(programme="programme_id", role="role"))
    )
