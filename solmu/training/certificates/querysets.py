"""Reads of certificates, scoped by who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from solmu.documents.making import LettersError
from solmu.sealing.models import Seal
from solmu.training.querysets import run_by

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class CertificateQuerySet(models.QuerySet):
    """Certificates."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of programmes that one runs."""
        if viewer.is_anonymous:
            return self.none()
        return self.filter(run_by(viewer, "enrolment__programme__"))

    def known_to(self, viewer: Viewer) -> Self:
        """Those of programmes that one runs, and one's own."""
        if viewer.is_anonymous:
            return self.none()
        if viewer.is_admin:
            return self
        seen = run_by(viewer, "enrolment__programme__")
        if viewer.person_id is None:
            return self.filter(seen)
        return self.filter(seen | Q(enrolment__person_id=viewer.person_id))

    def valid(self) -> Self:
        """Those that have not been revoked."""
        return self.filter(revoked_on=None)

    def told(self) -> Self:
        """With all that a page or a document says of them."""
        return self.select_related(
            "enrolment__person",
            "enrolment__cohort",
            "enrolment__programme__institution__organisation",
            "enrolment__programme__certificate_settings",
        )

    def unmade(self) -> Self:
        """Valid ones that can't be made, since no font has all of their letters."""
        failed = Seal.objects.filter(
            subject_kind="certificate",
            state=Seal.State.FAILED,
            problem__startswith=LettersError.__name__,
        )
        return self.valid().filter(pk__in=failed.values("subject_id"))

    def to_post(self) -> Self:
        """Valid ones that are wanted on paper, with an address, and have not been posted."""
        return (
            self.valid()
            .filter(mailing=None, enrolment__wants_paper=True)
            .exclude(enrolment__postal_address="")
        )
