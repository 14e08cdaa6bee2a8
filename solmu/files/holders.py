"""What files can be attached to; composition.FILE_HOLDERS names each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Uploader(Protocol):
    """Who acts: people.viewer.Viewer, seen from below."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def is_admin(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Holder:
    """A kind of record that has files.

    `ids` gives a queryset of the ids of those that a viewer sees; `may_change` tells whether a
    viewer may add and remove files of one; `url` is the page that shows them.
    """

    ids: Callable[[Any], Any]
    may_change: Callable[[Any, int], bool]
    url: Callable[[int], str]
