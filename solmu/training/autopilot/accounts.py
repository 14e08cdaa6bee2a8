"""Solmu's own accounts for many participants at once; who is no plain case is handled alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.translation import gettext_noop

from solmu.accounts.models import User
from solmu.audit import history
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.training import enrolling
from solmu.training.models import Enrolment


def open_for(rows: Sequence[Enrolment]) -> int:
    """Make the accounts that are missing, as `enrolling.account_for` does; says how many."""
    missing = [row for row in rows if row.person.user_id is None and row.person.email]
    if not missing:
        return 0
    emails = {row.person.email.lower() for row in missing}
    taken = set(
        User.objects.annotate(key=Lower("email")).filter(key__in=emails).values_list(
            "key", flat=True
        )
    )  # fmt: skip
    holders = Counter(
        Person.objects.filter(user=None, merged_into=None)
        .annotate(key=Lower("email"))
        .filter(key__in=emails)
        .values_list("key", flat=True)
    )
    plain = [
        row
        for row in missing
        if (key := row.person.email.lower()) not in taken
        and holders[key] == 1
        and row.person.merged_into_id is None
    ]
    users = User.objects.bulk_create(
        User(email=row.person.email.lower(), language=row.language, password=make_password(None))
        for row in plain
    )
    for row, user in zip(plain, users, strict=True):
        row.person.user = user
        row.person.language = row.person.language or row.language
    own = User.objects.annotate(key=Lower("email")).filter(key=Lower(OuterRef("email")))
    with history.acting(Viewer.system(gettext_noop("account made"))):
        Person.objects.filter(pk__in=[row.person.pk for row in plain]).update(
            user_id=Subquery(own.values("pk")[:1]),
            language=Coalesce(NullIf("language", Value("")), Subquery(own.values("language")[:1])),
        )
    done = {row.pk for row in plain}
    for row in missing:
        if row.pk not in done:
            enrolling.account_for(row)
    return len(missing)
