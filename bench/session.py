"""A signed-in session for the leader of the first seeded institution."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "solmu.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from solmu.accounts.models import User  # noqa: E402


def leader_session() -> str:
    """Return the key of a new session."""
    user = User.objects.get(email="leader-1@solmu.example")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "solmu.people.viewing.ViewerBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
