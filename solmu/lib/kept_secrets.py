"""Secrets of outside services, encrypted with a key derived from the installation's own."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class LostSecretError(ValueError):
    """The secret was kept under another key of the installation, and must be given again."""


def keep(secret: str) -> str:
    """The secret as it may be stored; nothing stays nothing."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def read(kept: str) -> str:
    """What was kept."""
    if not kept:
        return ""
    try:
        return _box().decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise LostSecretError from error


def _box() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"solmu kept secrets")
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))
