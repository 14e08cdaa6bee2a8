"""A session of who sees most in a seeded database, and the queries that their pages make."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable

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


COUNT = """
import json, sys, django
django.setup()
from django.core.signals import request_started
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
request_started.disconnect(reset_queries)
client = Client(HTTP_HOST="127.0.0.1")
client.cookies["sessionid"] = sys.argv[1]
counts = {}
for path in sys.argv[2:]:
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        client.get(path)
    counts[path] = len(found)
print(json.dumps(counts))
"""


def leader_session(database_url: str) -> str:
    """Return the key of a new session."""
    return _run(MAKE, database_url)


def queries(database_url: str, session: str, paths: Iterable[str]) -> dict[str, int]:
    """How many queries each page makes when it is warm."""
    counts: dict[str, int] = json.loads(_run(COUNT, database_url, session, *paths))
    return counts


def _run(script: str, database_url: str, *arguments: str) -> str:
    environment = {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "solmu.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return answer.stdout.strip().splitlines()[-1]
