"""Makes the viewer of a request: one query for the user and all that they are today."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from solmu.accounts.models import User
from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.lib.composed import composed
from solmu.people.viewer import Viewer

CURRENT_INSTITUTION = "institution"  # session key


class ViewerBackend(ModelBackend):
    """Loads the signed-in user together with the facts that make a viewer, in one query."""

    def get_user(self, user_id: int) -> User | None:
        """Return the active user with the viewer's facts annotated."""
        return next(iter(_user_of_session(clock.today(), pk=user_id)), None)


def user_with_facts(
    *conditions: Q, also: dict[str, Any] | None = None, **lookup: Any
) -> User | None:
    """Find an active user, annotated with the person, every room's fact and what else is asked."""
    return _with_facts(User.objects.filter(*conditions, **lookup)).annotate(**(also or {})).first()


def _with_facts(users: QuerySet[User]) -> QuerySet[User]:
    # Rooms above people (affiliations, seats …) say by an expression what a user is in them.
    facts = {f"fact_{name}": expression() for name, expression in composed("VIEWER_FACTS").items()}
    return users.filter(is_active=True).annotate(
        viewer_person_id=F("person__id"),
        viewer_given_name=F("person__given_name"),
        viewer_family_name=F("person__family_name"),
        **facts,
    )


@compiled
def _user_of_session(
    today: date, *, pk: int
) -> QuerySet[User]:  # what a user is, is told for today
    return _with_facts(User.objects.filter(pk=pk))


def viewer_of(user: User, institution_id: int | None = None) -> Viewer:
    """Make the viewer of a user loaded by `user_with_facts`, looking from one institution."""
    roles: dict[int, set[str]] = {}
    names: dict[int, str] = {}
    for fact in getattr(user, "fact_roles", []):
        roles.setdefault(fact["institution"], set()).add(fact["role"])
        names[fact["institution"]] = fact["name"]
    if institution_id not in roles:
        institution_id = next(iter(roles), None)
    networks: dict[int, set[str]] = {}
    groups: dict[int, str] = {}
    represented: set[tuple[int, int]] = set()
    for name in ("participations", "representations", "terms"):
        for fact in getattr(user, f"fact_{name}", []):
            networks.setdefault(fact["network"], set()).add(fact["role"])
            if name == "representations":
                represented.add((fact["network"], fact["organisation"]))
            elif name == "terms":
                groups[fact["group"]] = fact["term"]
    programmes = {fact["programme"]: fact["role"] for fact in getattr(user, "fact_training", [])}
    given = getattr(user, "viewer_given_name", None) or ""
    family = getattr(user, "viewer_family_name", None) or ""
    return Viewer(
        user_id=user.pk,
        person_id=getattr(user, "viewer_person_id", None),
        name=f"{given} {family}".strip() or user.email,
        language=user.language,
        is_admin=user.is_admin,
        roles={key: frozenset(held) for key, held in roles.items()},
        institution_id=institution_id,
        institution_names=names,
        networks={key: frozenset(held) for key, held in networks.items()},
        groups=groups,
        represented=frozenset(represented),
        programmes=programmes,
    )


def viewer_for_user_id(user_id: int) -> Viewer:
    """Make the viewer of a user by id: for jobs and the command line."""
    user = user_with_facts(id=user_id)
    return viewer_of(user) if user else Viewer.anonymous()


class ViewerMiddleware:
    """Puts `request.viewer` on every request; API tokens replace it by their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        viewer = Viewer.anonymous()
        if request.user.is_authenticated:
            user: User | None = request.user
            if not hasattr(user, "viewer_person_id"):  # signed in through another backend
                user = user_with_facts(id=request.user.pk)
            if user:
                viewer = viewer_of(user, request.session.get(CURRENT_INSTITUTION))
        request.viewer = viewer
        return self.get_response(request)
