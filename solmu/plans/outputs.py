"""Outputs: told, changed, made public."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.plans import indexing
from solmu.plans.models import Output


@transaction.atomic
def write(output: Output, *, by: Viewer, **facts: Any) -> Output:
    """Write an output, new or changed; what becomes public without a day is published today."""
    new = output.pk is None
    authors, organisations = facts.pop("authors", None), facts.pop("organisations", None)
    for name, value in facts.items():
        setattr(output, name, value)
    if output.public and output.published_on is None:
        output.published_on = clock.today()
    reason = gettext_noop("output told") if new else gettext_noop("output changed")
    with history.acting(by, reason):
        output.save()
        if authors is not None:
            output.authors.set(authors)
        if organisations is not None:
            output.organisations.set(organisations)
    indexing.index_outputs([output.pk])
    return output
