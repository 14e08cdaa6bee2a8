"""The room of how Solmu looks: templates, components, tags, icons."""

from django.apps import AppConfig
from django.db.models import fields


class UiConfig(AppConfig):
    """Components that every page is made of."""

    name = "solmu.ui"
    label = "ui"

    def ready(self) -> None:
        """A choice that may stay empty says so by a dash, which needs no translation."""
        fields.BLANK_CHOICE_LABEL = "–"
