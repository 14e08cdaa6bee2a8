"""The app's name in the database."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """A smaller room of training, with tables of its own."""

    name = "solmu.training.learning"
    label = "training_learning"
