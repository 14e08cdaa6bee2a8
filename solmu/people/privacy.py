"""Whoever asks can have their data out, or erased: both follow the marks on personal fields."""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils.html import escape
from django.utils.translation import gettext_noop

from solmu.accounts.models import ApiToken, User
from solmu.audit import history
from solmu.lib import personal
from solmu.lib.composed import follow
from solmu.people.models import Person, SignedLink
from solmu.people.viewer import Viewer

ERASED_ADDRESS = "erased-{}@erased.invalid"

# How Finnish and Swedish end a name in a sentence: "Anna Salon", "Anna Salolle", "Anna Salos".
_ENDING = r"(?::?i?(?:[nst]|lle|ksi|(?:ss|st|ll|lt|tt|n)?[aä]))?"


def export(
    person: Person | None,
    *,
    user: User | None = None,
    own: bool = False,
    reader: Viewer | None = None,
) -> dict[str, Any]:
    """Return every marked field of every row about the person.

    `own` is what they may have from their own page: found by the account and its proven address
    alone, without what institutions have written for themselves. A `reader` gets only what they may
    read themselves: an administrator no notes that are limited to their author and the leaders.
    """
    user = user or (person.user if person else None)
    records = []
    for model, found in _rows(person, user, own=own):
        for row in _readable(model, found, reader):
            records.append(
                {
                    "record": model._meta.label,  # noqa: SLF001
                    "id": str(getattr(row, "uuid", row.pk)),
                    "facts": {name: _told(getattr(row, name)) for name in model.PERSONAL},  # type: ignore[attr-defined]
                }
            )
    return {"format": "solmu-personal-data/1", "records": records}


def kept(person: Person) -> list[tuple[type[models.Model], int]]:
    """The kinds of record that tell of the person, each with how many there are."""
    found = [(model, rows.count()) for model, rows in _rows(person, person.user)]
    return [(model, count) for model, count in found if count]


@transaction.atomic
def erase(person: Person, *, by: Viewer, reason: str = "erased at the person's request") -> int:
    """Empty every marked field of every row about the person, in history too; returns the rows.

    The rows stay, nameless, so that what organisations did together is still known.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    user = person.user
    # Found before anything is emptied: the addresses lead to rows.
    found = [(model, [row.pk for row in rows]) for model, rows in _rows(person, user)]
    called = _called(person, user)
    count = 0
    with history.acting(by, reason):
        for model, keys in found:
            blank = _blank(model)
            if model is User:
                _close(keys)
                continue
            if model is SignedLink:
                SignedLink.objects.filter(pk__in=keys).delete()
                continue
            count += model._default_manager.filter(pk__in=keys).update(**blank)  # noqa: SLF001
    for model, keys in found:
        _redact_history(model, keys)
    _strike_out(called)
    if user:
        _forget_actor(user.pk)
    follow("person", [person.pk])
    return count


def main(argv: Sequence[str]) -> int:
    """Write out all that is known of a person, or erase it, when they ask for it."""
    parser = argparse.ArgumentParser(prog="solmu person", description=main.__doc__)
    parser.add_argument("verb", choices=["export", "erase"])
    parser.add_argument("email", help="the person's address")
    parser.add_argument("--yes", action="store_true", help="erase without asking once more")
    given = parser.parse_args(argv)
    address = models.Q(email__iexact=given.email) | models.Q(user__email__iexact=given.email)
    people = list(Person.objects.filter(address).distinct())
    if not people:
        print(f"Nobody has the address {given.email}.")
        return 1
    if given.verb == "export":
        known = [export(person) for person in people]
        print(json.dumps(known, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder))
        return 0
    if not given.yes and input(f"Erase {given.email} for good? (yes/no) ") != "yes":
        return 1
    rows = sum(
        erase(person, by=Viewer.system(gettext_noop("erased at the person's request")))
        for person in people
    )
    print(f"{rows} rows are nameless now.")
    return 0


def _rows(
    person: Person | None, user: User | None, *, own: bool = False
) -> Iterator[tuple[type[models.Model], models.QuerySet]]:
    people = _one_with(person) if person else []
    addresses = _addresses(people, user)
    if own:  # others may have written the rest
        addresses = {user.email} if user else set()
    for model in personal.marked(apps.get_models()):
        if own and getattr(model, "ON_REQUEST", False):
            continue
        about = models.Q()
        if people:
            for path in personal.subject_paths(model, Person):
                about |= models.Q(**{f"{path}__in": [one.pk for one in people]})
        if user:
            for path in personal.subject_paths(model, User):
                about |= models.Q(**{path: user.pk})
        for field in getattr(model, "SUBJECT_EMAIL", ()):
            for address in addresses:
                about |= models.Q(**{f"{field}__iexact": address})
        for path in getattr(model, "SUBJECT_TEXT", ()) if addresses else ():
            about |= models.Q(pk__in=_telling(model, path, addresses))
        if about:
            rows = model._base_manager  # noqa: SLF001
            yield model, rows.filter(pk__in=rows.filter(about).values("pk"))


def _telling(model: type[models.Model], path: str, addresses: set[str]) -> set[Any]:
    """The keys of the rows that have one of the addresses in a list of texts, not in another's."""
    near = models.Q()
    for address in addresses:
        near |= models.Q(**{f"{path}__icontains": address})
    whole = re.compile("|".join(_whole(one) for one in sorted(addresses)), re.IGNORECASE)
    found = model._base_manager.filter(near).values_list("pk", path)  # noqa: SLF001
    return {pk for pk, texts in found.iterator() if any(whole.search(str(one)) for one in texts)}


def _readable(
    model: type[models.Model], rows: models.QuerySet, reader: Viewer | None
) -> models.QuerySet:
    manager: Any = model._default_manager  # noqa: SLF001
    if reader is None or not hasattr(manager.all(), "visible_to"):
        return rows
    return rows.filter(pk__in=manager.visible_to(reader).values("pk"))


def _one_with(person: Person) -> list[Person]:
    """The person, and the records that were found to be the same one."""
    people = [person]
    while more := Person.objects.filter(merged_into__in=people).exclude(
        pk__in=[one.pk for one in people]
    ):
        people += more
    return people


def _addresses(people: list[Person], user: User | None) -> set[str]:
    addresses = {row.email for row in (*people, user) if row and row.email}
    return addresses | {address for one in people for address in one.other_emails}


def _called(person: Person, user: User | None) -> set[str]:
    """The person's whole name and addresses, as they stand in texts to others."""
    people = _one_with(person)
    names = {one.name for one in people if one.given_name and one.family_name}
    said = names | _addresses(people, user)
    return said | {escape(one) for one in said}


def _strike_out(called: set[str]) -> None:
    """Take the person's name and addresses out of what was written to others."""
    if not called:
        return
    struck = re.compile("|".join(_whole(one) for one in sorted(called)), re.IGNORECASE)
    for model in personal.marked(apps.get_models()):
        if not (fields := getattr(model, "MENTIONS", ())):
            continue
        named = models.Q()
        for field in fields:
            for one in called:
                named |= models.Q(**{f"{field}__icontains": one})
        rows = list(model._base_manager.filter(named))  # noqa: SLF001
        for row in rows:
            for field in fields:
                setattr(row, field, struck.sub("…", getattr(row, field)))
        model._base_manager.bulk_update(rows, fields, batch_size=500)  # noqa: SLF001


def _whole(one: str) -> str:
    """The pattern of a name or an address that is not part of another."""
    if "@" in one:
        return rf"(?<![\w.+-]){re.escape(one)}(?![\w-]|\.\w)"
    return rf"(?<![\w-]){re.escape(one)}(?={_ENDING}(?![\w-]))"


def _told(value: Any) -> Any:
    return f"({len(value)} bytes)" if isinstance(value, bytes | memoryview) else value


def _blank(model: type[models.Model]) -> dict[str, object]:
    return {
        name: personal.empty_value(model._meta.get_field(name))  # noqa: SLF001
        for name in model.PERSONAL  # type: ignore[attr-defined]
    }


def _close(user_ids: list[int]) -> None:
    for key in user_ids:
        user = User.objects.get(pk=key)
        user.email = ERASED_ADDRESS.format(key)
        user.is_active = False
        user.set_unusable_password()
        user.save()
        ApiToken.objects.filter(user=user).delete()
        for session in Session.objects.all().iterator():
            if session.get_decoded().get("_auth_user_id") == str(key):
                session.delete()


def _redact_history(model: type[models.Model], keys: list[int]) -> None:
    blank = _blank(model)
    for event in apps.get_models():
        if getattr(event, "pgh_tracked_model", None) is model:
            event._default_manager.filter(pgh_obj_id__in=keys).update(**blank)  # noqa: SLF001


def _forget_actor(user_id: int) -> None:
    """Take the name out of what the person changed; that somebody did it stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pghistory_context SET metadata = metadata - 'name'"
            " WHERE metadata->>'user' = %s",
            [str(user_id)],
        )
