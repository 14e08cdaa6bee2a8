"""Closing is dated by the day with whose end it runs, no more by the day after it."""

from django.db import migrations
from django.db.models import F


def earlier(apps, _editor):
    step = apps.get_model("training_autopilot", "Step")
    step.objects.filter(kind="close").update(days=F("days") - 1)


def later(apps, _editor):
    step = apps.get_model("training_autopilot", "Step")
    step.objects.filter(kind="close").update(days=F("days") + 1)


class Migration(migrations.Migration):
    dependencies = [("training_autopilot", "0001_initial")]
    operations = [migrations.RunPython(earlier, later, elidable=True)]
