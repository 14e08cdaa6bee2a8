"""What holds for personal data over all rooms."""

from django.apps import apps

from solmu.composition import PERSONAL_RECORDS
from solmu.lib import personal


def test_every_kind_of_personal_record_has_a_name_for_people() -> None:
    kinds = {model._meta.label for model in personal.marked(apps.get_models())}

    assert kinds - set(PERSONAL_RECORDS) == set()
