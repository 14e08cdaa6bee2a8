"""The app's name in the database."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """A smaller room of training, with tables of its own."""

    name = "solmu.training.certificates"
    label = "training_certificates"
