"""The room of how Solmu looks: templates, components, tags, icons."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Components that every page is made of."""

    name = "solmu.ui"
    label = "ui"
