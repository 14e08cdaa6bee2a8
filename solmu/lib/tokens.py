"""Secret tokens: made once, shown once, stored as a hash."""

import hashlib
import secrets


def new_token() -> str:
    """Return a new URL-safe secret of 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a token: its SHA-256 as hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
