"""Issuing certificates: with passing, once; revoking them; issuing them anew."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.documents import making
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.translated import text_in
from solmu.people.viewer import Viewer
from solmu.sealing import sealing
from solmu.sealing.models import Seal
from solmu.training import states
from solmu.training.certificates import mails
from solmu.training.certificates.models import SEALED, Certificate, CertificateSettings
from solmu.training.learning.models import Part
from solmu.training.models import Enrolment, Programme

State = Enrolment.State


class CertificateError(ValueError):
    """Why it can't be done; the text says so."""


def follow_passing(enrolment: Enrolment) -> None:
    """Issue the certificate in the transaction in which the participant passes."""
    issue(enrolment, by=Viewer.system(gettext_noop("passed the test")))


@transaction.atomic
def issue(enrolment: Enrolment, *, by: Viewer) -> Certificate:
    """Issue the certificate of who has passed, and have it sealed; the one there is stays."""
    row = _locked(enrolment)
    if row.state not in states.DONE:
        raise CertificateError(_("Only who has passed gets a certificate."))
    known = Certificate.objects.valid().filter(enrolment=row).first()
    if known is not None:
        return known
    return _make(row, name=row.person.name, language=row.language, replaces=None, by=by)


@transaction.atomic
def revoke(certificate: Certificate, *, why: str, by: Viewer) -> None:
    """Revoke a certificate: whoever checks it is told so, and why."""
    if not why.strip():
        raise CertificateError(_("Say why."))
    row = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if row.revoked_on is not None:
        raise CertificateError(_("It is revoked already."))
    row.revoked_on, row.revoked_why = clock.today(), why.strip()[:200]
    with history.acting(by, gettext_noop("certificate revoked")):
        row.save(update_fields=["revoked_on", "revoked_why"])
    certificate.revoked_on, certificate.revoked_why = row.revoked_on, row.revoked_why


@transaction.atomic
def reissue(
    certificate: Certificate, *, name: str, language: str, why: str, by: Viewer
) -> Certificate:
    """Issue a certificate anew, as when the name was misspelled; the old one is revoked."""
    name = _drawable(name)
    row = _locked(certificate.enrolment)
    if row.state not in states.DONE:
        raise CertificateError(_("Only who has passed gets a certificate."))
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if Certificate.objects.filter(replaces=old).exists():
        raise CertificateError(_("A newer certificate has replaced this one."))
    if old.revoked_on is None:
        revoke(old, why=why, by=by)
    elif not why.strip():
        raise CertificateError(_("Say why."))
    return _make(row, name=name, language=language, replaces=old, by=by)


def letters_missing(seal: Seal | None) -> str:
    """The letters that no font of certificates has, because of which one could not be made."""
    if seal is None or seal.state != Seal.State.FAILED:
        return ""
    kind, _colon, letters = seal.problem.partition(": ")
    return letters if kind == making.LettersError.__name__ else ""


@transaction.atomic
def rename(certificate: Certificate, *, name: str, by: Viewer) -> None:
    """Write the name of a certificate that could not be made so that it can; it is made then."""
    row = Certificate.objects.select_for_update().get(pk=certificate.pk)
    seal = Seal.objects.get(subject_kind=SEALED, subject_id=row.pk)
    if not (row.is_valid and letters_missing(seal)):
        raise CertificateError(_("The certificate is made already; issue it anew instead."))
    row.name = _drawable(name)
    with history.acting(by, gettext_noop("name on the certificate changed")):
        row.save(update_fields=["name"])
    sealing.try_again(seal)
    certificate.name = row.name


def _drawable(name: str) -> str:
    """A name as it stands on a certificate; CertificateError where it can't."""
    name = name.strip()[:200]
    if not name:
        raise CertificateError(_("The certificate needs a name."))
    try:
        making.check(name)
    except making.LettersError as error:
        raise CertificateError(
            _("The certificate has no letters for %(letters)s. Write the name in Latin letters.")
            % {"letters": error}
        ) from error
    return name


def _locked(enrolment: Enrolment) -> Enrolment:
    return (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("person", "programme__institution__organisation")
        .get(pk=enrolment.pk)
    )


def _make(
    row: Enrolment, *, name: str, language: str, replaces: Certificate | None, by: Viewer
) -> Certificate:
    programme = row.programme
    shows = CertificateSettings.objects.filter(programme=programme, shows_score=True).exists()
    salt = secrets.token_hex(8)
    email = row.person.email.strip().lower()
    with history.acting(by, gettext_noop("certificate issued")):
        made = Certificate.objects.create(
            enrolment=row,
            name=name[:200],
            programme_name=text_in(programme, "name", language)[:160],
            language=language,
            parts=titles_of(programme, language),
            hours=programme.hours,
            score=row.score if shows else None,
            replaces=replaces,
            salt=salt if email else "",
            identity=hashlib.sha256((email + salt).encode()).hexdigest() if email else "",
        )
    sealing.ask(SEALED, made.pk, institution=programme.institution)
    return made


def titles_of(programme: Programme, language: str) -> list[str]:
    """The titles of the parts that are published now."""
    latest = programme.versions.filter(state="published").order_by("-number").values("pk")[:1]
    return [
        text_in(part, "title", language)[:200]
        for part in Part.objects.filter(version__in=latest).order_by("number")
    ]


@transaction.atomic
def sealed(key: int) -> None:
    """Send the certificate that has just been sealed, once; with that it is out."""
    row = Certificate.objects.select_for_update(of=("self",)).told().get(pk=key)
    if row.sent_at is not None or not row.is_valid or not row.enrolment.person.email:
        return
    mails.certificate(row)
    row.sent_at = clock.real_now()
    row.save(update_fields=["sent_at"])
    certified(row, by=Viewer.system(gettext_noop("certificate sent")))


def certified(row: Certificate, *, by: Viewer) -> None:
    """The certificate is on its way: nothing is left to do for the participant."""
    enrolment = row.enrolment
    if enrolment.state == State.PASSED and states.can_move(enrolment, State.CERTIFIED):
        states.move(enrolment, State.CERTIFIED, by=by, why=gettext_noop("certificate sent"))


@transaction.atomic
def seal_of(certificate: Certificate) -> Seal:
    """The certificate's seal; one that was never made, or got lost, is asked for now."""
    institution = certificate.enrolment.programme.institution
    seal = sealing.ask(SEALED, certificate.pk, institution=institution)
    if seal.state == Seal.State.WAITING:
        tasks.enqueue("sealing.seal", key=f"sealing.seal-{seal.pk}", seal=seal.pk)
    return seal


def with_codes(rows: list[Certificate]) -> list[tuple[Certificate, str]]:
    """Certificates, each with the code of its seal; what was never asked to be sealed is now."""
    known = dict(
        Seal.objects.filter(
            subject_kind=SEALED, subject_id__in=[row.pk for row in rows]
        ).values_list("subject_id", "code")
    )
    return [(row, known.get(row.pk) or seal_of(row).code) for row in rows]


def codes_of(enrolments: list[int]) -> dict[int, str]:
    """The codes of the valid certificates, by enrolment."""
    found = dict(
        Certificate.objects.valid()
        .filter(enrolment__in=enrolments)
        .values_list("pk", "enrolment_id")
    )
    codes = Seal.objects.filter(subject_kind=SEALED, subject_id__in=found)
    return {found[key]: code for key, code in codes.values_list("subject_id", "code")}
