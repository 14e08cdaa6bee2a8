"""Certificates as Open Badges 3.0: a credential signed as a VC-JWT, and checking one.

The credential is made anew each time from the certificate, which is frozen; the signature of the
same key over the same words is the same.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, time
from typing import Any

import jwt
from django.conf import settings
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from solmu.lib import clock
from solmu.lib.translated import text_in
from solmu.organisations.models import Institution
from solmu.sealing.holders import Described
from solmu.training.certificates import badge_keys, sealed
from solmu.training.certificates.models import BadgeKey, Certificate
from solmu.training.models import Programme

# Their order is fixed.
CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
    "ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}
_JWT = re.compile(rb"\s*[\w-]+\.[\w-]+\.[\w-]+\s*")
_IN_PICTURE = re.compile(rb'<openbadges:credential verify="([\w.-]+)"\s*/>')
_LARGEST = 200_000


def profile(institution: Institution, language: str = "fi") -> dict[str, Any]:
    """Who issues the badges."""
    organisation = institution.organisation
    found = {
        "@context": CONTEXT,
        "id": address("certificates:badge-issuer", organisation.slug),
        "type": ["Profile"],
        "name": text_in(organisation, "name", language),
    }
    return found | ({"url": organisation.website} if organisation.website else {})


def achievement(programme: Programme, language: str) -> dict[str, Any]:
    """What is achieved."""
    name = text_in(programme, "name", language)
    with override(language):
        narrative = _(
            "All parts of the training studied and its test passed (%(percent)s %% needed to pass)."
        ) % {"percent": programme.pass_percent}
    return {
        "id": address(
            "certificates:badge-achievement", programme.institution.organisation.slug,
            programme.slug,
        ),
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "inLanguage": language,
        "name": name,
        "description": text_in(programme, "about", language) or name,
        "criteria": {"narrative": narrative},
    }  # fmt: skip


def credential(row: Certificate) -> dict[str, Any]:
    """The credential of a certificate (read with `told`): no nulls, nothing that is empty."""
    programme = row.enrolment.programme
    institution = programme.institution
    issuer = {
        name: fact
        for name, fact in profile(institution, row.language).items()
        if name != "@context"
    }
    subject: dict[str, Any] = {
        "id": f"urn:uuid:{row.uuid}",
        "type": ["AchievementSubject"],
        "achievement": {
            **achievement(programme, row.language),
            "name": row.programme_name,
        },
    }
    if row.identity:
        subject["identifier"] = [
            {
                "type": "IdentityObject",
                "identityType": "emailAddress",
                "hashed": True,
                "salt": row.salt,
                "identityHash": f"sha256${row.identity}",
            }
        ]
    return {
        "@context": CONTEXT,
        "id": address("certificates:badge-credential", row.uuid),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": issuer,
        "validFrom": _since(row).isoformat(),
        "name": row.programme_name,
        "credentialSubject": subject,
        "credentialSchema": [SCHEMA],
        "credentialStatus": {
            "id": address("certificates:badge-revocations", institution.organisation.slug),
            "type": "1EdTechRevocationList",
        },
    }


def signed(row: Certificate) -> str:
    """The credential as a VC-JWT, signed by the institution's key."""
    told = credential(row)
    institution = row.enrolment.programme.institution
    key = badge_keys.current(institution)
    claims = {
        **told,
        "iss": told["issuer"]["id"],
        "jti": told["id"],
        "nbf": int(_since(row).timestamp()),
        "sub": told["credentialSubject"]["id"],
    }
    where = address("certificates:badge-key", institution.organisation.slug, key.kid)
    return jwt.encode(
        claims, badge_keys.private(key), algorithm=badge_keys.ALGORITHM, headers={"kid": where}
    )


def picture(row: Certificate) -> str:
    """The badge as a picture that carries the credential in itself (SVG)."""
    name = row.programme_name
    institution = text_in(row.enrolment.programme.institution.organisation, "name", row.language)
    lines = "".join(
        f'<text x="200" y="{y}" font-size="{size}" text-anchor="middle" fill="#fbfaf6">'
        f"{escape(line)}</text>"
        for y, size, line in (
            *((150 + 30 * at, 24, line) for at, line in enumerate(_folded(name))),
            (270, 15, institution),
            (300, 15, f"{row.issued_on.isoformat()}"),
        )
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg"'
        ' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" width="400" height="400"'
        f' viewBox="0 0 400 400" role="img" aria-label="{escape(name)}">'
        f'<openbadges:credential verify="{signed(row)}"/>'
        '<circle cx="200" cy="200" r="196" fill="#0c6b6b"/><circle cx="200" cy="200" r="180"'
        ' fill="none" stroke="#fbfaf6" stroke-width="3"/>'
        f'<g font-family="Atkinson Hyperlegible Next, sans-serif">{lines}</g></svg>'
    )


def _folded(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) > 22:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines[:4]


def revocations(institution: Institution) -> dict[str, Any]:
    """The list of what no longer holds; of a person it says nothing but the badge's address."""
    rows = Certificate.objects.filter(
        enrolment__programme__institution=institution, revoked_on__isnull=False
    ).order_by("pk")
    return {
        "id": address("certificates:badge-revocations", institution.organisation.slug),
        "issuer": address("certificates:badge-issuer", institution.organisation.slug),
        "revokedCredential": [
            {"id": address("certificates:badge-credential", key), "revoked": True}
            for key in rows.values_list("uuid", flat=True)
        ],
    }


def verify(data: bytes) -> Described | None:
    """Tell what a dropped badge is; None for files of another kind. For composition.VERIFIERS."""
    if len(data) > _LARGEST:
        return None
    if found := _IN_PICTURE.search(data):
        return _pictured(data, found[1].decode())
    if _JWT.fullmatch(data):
        return _checked(data.decode().strip())
    if data.lstrip()[:1] == b"{":
        return _bare(data)
    return None


def _pictured(data: bytes, token: str) -> Described | None:
    """A badge in a picture: what can be seen is not signed, so it has to be the picture we made."""
    told = _checked(token)
    if told is None or told.broken:
        return told
    key = jwt.decode(token, options={"verify_signature": False})["jti"]
    row = Certificate.objects.told().get(uuid=key.rstrip("/").rpartition("/")[2])
    if data.strip() == picture(row).encode():
        return told
    return Described(
        title=_("Badge"),
        broken=_(
            "The picture is not the one that was made here: ask for the badge as a .jwt file."
        ),
    )


def _bare(data: bytes) -> Described | None:
    """A credential as JSON: it bears no signature of ours."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or "OpenBadgeCredential" not in str(told.get("type")):
        return None
    if isinstance(inside := told.get("verifiableCredential"), str):
        return _checked(inside)
    return Described(
        title=_("Badge"),
        broken=_("This file bears no signature of ours: ask for the badge as a .jwt file."),
    )


def _checked(token: str) -> Described | None:
    try:
        kid = str(jwt.get_unverified_header(token).get("kid", ""))
        said = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return Described(title=_("Badge"), broken=_("The badge can't be read."))
    if not isinstance(said.get("credentialSubject") or said.get("vc"), dict):
        return None
    key = BadgeKey.objects.filter(kid=kid.rstrip("/").rpartition("/")[2]).first()
    if key is None:
        return Described(title=_("Badge"), broken=_("It was not issued here."))
    try:
        # When it begins is of no matter: what is issued here is issued.
        claims = jwt.decode(
            token, jwt.PyJWK(key.public), algorithms=[badge_keys.ALGORITHM],
            options={"verify_nbf": False, "verify_aud": False},
        )  # fmt: skip
    except jwt.InvalidTokenError:
        return Described(
            title=_("Badge"), broken=_("Something in it has changed since it was signed.")
        )
    uuid = str(claims.get("jti", "")).rstrip("/").rpartition("/")[2]
    rows = Certificate.objects.filter(enrolment__programme__institution_id=key.institution_id)
    row = rows.filter(uuid=uuid).first() if re.fullmatch(r"[0-9a-f-]{36}", uuid) else None
    if row is None:
        return Described(title=_("Badge"), broken=_("Its certificate is not known here any more."))
    return sealed.described(row.pk)


def _since(row: Certificate) -> datetime:
    return datetime.combine(row.issued_on, time(0), clock.HELSINKI)


def address(name: str, *args: Any) -> str:
    """An address of ours, whole."""
    return settings.SOLMU_ADDRESS + reverse(name, args=args)
