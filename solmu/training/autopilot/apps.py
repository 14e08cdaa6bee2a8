"""The app's name in the database."""

from django.apps import AppConfig


class AutopilotConfig(AppConfig):
    """A smaller room of training, with tables of its own."""

    name = "solmu.training.autopilot"
    label = "training_autopilot"
