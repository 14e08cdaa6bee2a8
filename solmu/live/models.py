"""Events of live pages: rows, so that a page that was away can ask what it missed."""

from django.db import models

from solmu.lib import clock


class Event(models.Model):
    """Something that listeners of a channel want to know: it names records, no more."""

    channel = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.real_now, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["channel", "id"], name="live_channel")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
