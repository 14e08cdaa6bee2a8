"""What waits for an institution's leaders in sealing: what failed, and certificates that end."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.lib import clock
from solmu.lib.compiled import compiled, several
from solmu.organisations.models import Affiliation
from solmu.people.viewer import Viewer
from solmu.sealing.certificates import WARNED
from solmu.sealing.models import Seal, SigningCertificate
from solmu.ui.menu import Waiting, Waits

MOST = 1000


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """Documents that couldn't be sealed, and uploaded certificates that end soon or have ended."""
    led = [key for key in viewer.institutions if viewer.has_role(key, Affiliation.Role.LEADER)]
    if not led:
        return []
    ids = several(led)
    until = clock.real_now().date() + WARNED
    return [
        Waits(_without_seal.asked(**ids), _failed),
        Waits(_soon_ended.asked(until=until, **ids), _ending),
    ]


def _failed(seals: list[Any]) -> list[Waiting]:
    found = Counter(seal.slug for seal in seals)
    return [
        Waiting(
            _("Documents without a seal"),
            ngettext("%(n)s document couldn't be sealed", "%(n)s documents couldn't be sealed", n)
            % {"n": n},
            _("Look"),
            reverse("seals:seal", args=[slug]),
        )
        for slug, n in found.items()
    ]


@compiled
def _without_seal(**led: int) -> Any:
    seals = Seal.objects.filter(institution_id__in=[*led.values()], state=Seal.State.FAILED)
    return seals.only("pk").annotate(slug=F("institution__organisation__slug"))[:MOST]


def _ending(certificates: list[SigningCertificate]) -> list[Waiting]:
    today = clock.real_now().date()
    found = []
    for certificate in certificates:
        ends = certificate.valid.upper
        words = {"day": date_format(ends, "SHORT_DATE_FORMAT")}
        text = (
            _("has ended on %(day)s; documents get a technical seal made by Solmu")
            if ends <= today
            else _("ends on %(day)s; upload its successor")
        )
        found.append(
            Waiting(
                _("Certificate for sealing"),
                text % words,
                _("Look"),
                reverse("seals:seal", args=[certificate.institution.organisation.slug]),
            )
        )
    return found


@compiled
def _soon_ended(*, until: date, **led: int) -> QuerySet[SigningCertificate]:
    return SigningCertificate.objects.filter(
        institution_id__in=[*led.values()],
        own=False,
        retired_at=None,
        valid__endswith__lte=until,
    ).select_related("institution__organisation")
