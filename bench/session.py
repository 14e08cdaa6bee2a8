"""A signed-in session for who sees most in a seeded database."""

import os
import subprocess
import sys

MAKE = """
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from solmu.accounts.models import User
from solmu.accounts.sessions import SessionStore
user = User.objects.get(email="leader-1@solmu.example")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "solmu.people.viewing.ViewerBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(session.session_key)
"""


def leader_session(database_url: str) -> str:
    """Return the key of a new session."""
    environment = {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "solmu.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", MAKE],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return answer.stdout.split()[-1]
