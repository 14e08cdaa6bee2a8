"""The app's name in the database."""

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    """A smaller room of training, with tables of its own."""

    name = "solmu.training.systems"
    label = "training_systems"
