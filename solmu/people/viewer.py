"""The viewer: who asks. Every query for people, programs, links and jobs is scoped by one."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and what they are on the day they ask.

    `roles` maps an institution's id (its organisation's id) to the roles held there today.
    """

    user_id: int | None = None
    person_id: int | None = None
    name: str = ""
    language: str = ""
    is_admin: bool = False
    roles: Mapping[int, frozenset[str]] = field(default_factory=dict)
    institution_id: int | None = None
    institution_names: Mapping[int, str] = field(default_factory=dict)
    # The networks that the viewer is in today, each with how: lead, contact, deputy, seat, joined …
    networks: Mapping[int, frozenset[str]] = field(default_factory=dict)
    # Groups of networks where the viewer has a seat today, each with the role in it: chair …
    groups: Mapping[int, str] = field(default_factory=dict)
    # (network, organisation) pairs for which the viewer is the contact person or the deputy.
    represented: frozenset[tuple[int, int]] = frozenset()
    # Programmes of training that the viewer runs today, each with the role: trainer, assistant.
    programmes: Mapping[int, str] = field(default_factory=dict)
    system_reason: str = ""

    @classmethod
    def anonymous(cls) -> Self:
        """Somebody of whom nothing is known."""
        return cls()

    @classmethod
    def system(cls, reason: str) -> Self:
        """Solmu itself at work in a job: sees all, and its changes say why."""
        return cls(is_admin=True, system_reason=reason)

    @property
    def is_anonymous(self) -> bool:
        """True for a visitor who has not signed in."""
        return self.user_id is None and not self.system_reason

    @property
    def institutions(self) -> frozenset[int]:
        """The ids of the institutions where the viewer has a role today."""
        return frozenset(self.roles)

    @property
    def institution_name(self) -> str:
        """The name of the institution that the viewer is looking from."""
        return self.institution_names.get(self.institution_id or 0, "")

    @property
    def form(self) -> tuple[Hashable, ...]:
        """What decides the form of the viewer's queries: not which person it is.

        Networks are left out: where they decide too, their ids are values of the query.
        """
        roles = sorted((key, *sorted(held)) for key, held in self.roles.items())
        return self.is_anonymous, self.is_admin, self.system_reason, *roles

    def has_role(self, institution_id: int | None, *roles: str) -> bool:
        """Tell whether the viewer holds one of the roles in the institution (none named: any)."""
        held = self.roles.get(institution_id or 0, frozenset())
        return bool(held.intersection(roles)) if roles else bool(held)

    def represents(self, network_id: int) -> frozenset[int]:
        """The members of a network for which the viewer is the contact person or the deputy."""
        return frozenset(one for network, one in self.represented if network == network_id)
