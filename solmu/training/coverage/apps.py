"""The app's name in the database."""

from django.apps import AppConfig


class CoverageConfig(AppConfig):
    """A smaller room of training, with tables of its own."""

    name = "solmu.training.coverage"
    label = "training_coverage"
