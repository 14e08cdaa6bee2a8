"""The app's name in the database."""

from django.apps import AppConfig


class ExamConfig(AppConfig):
    """A smaller room of training, with tables of its own."""

    name = "solmu.training.exam"
    label = "training_exam"
