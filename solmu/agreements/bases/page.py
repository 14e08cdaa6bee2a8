"""What every page of a template shares: finding it, who may open it, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from solmu.agreements.bases import copying, differing, samples, writing
from solmu.agreements.document import LANGUAGE_NAMES
from solmu.agreements.drafting import wording
from solmu.agreements.drafting.wording import Gap
from solmu.agreements.models import Agreement, Base, BaseClause, BaseVersion
from solmu.agreements.permissions import can_approve_base, can_copy_base, can_draft, can_edit_base
from solmu.lib.translated import LANGUAGES, text_in
from solmu.people.viewer import Viewer

State = BaseVersion.State


def open_base(request: HttpRequest, pk: int) -> Base:
    """Return the template at the address; 404 for those who may not know of it."""
    found: Base | None = (
        Base.objects.visible_to(request.viewer)
        .select_related(
            "institution__organisation",
            "network__organisation",
            "level",
            "content",
            "copied_from__institution__organisation",
            "copied_from__network__organisation",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None or not (
        sees_drafts(request.viewer, found) or found.versions.exclude(state=State.DRAFT).exists()
    ):
        raise Http404
    return found


def edited_base(request: HttpRequest, pk: int) -> Base:
    """Return a template that the viewer writes; 403 for its other readers."""
    base = open_base(request, pk)
    if not can_edit_base(request.viewer, base):
        raise PermissionDenied(_("Those who write the owner's templates can do this."))
    return base


def sees_drafts(viewer: Viewer, base: Base) -> bool:
    """Read what isn't approved yet: the owner's own people."""
    if viewer.is_admin:
        return True
    if base.network_id is not None:
        return base.network_id in viewer.networks
    return base.institution_id in viewer.institutions


def owner_name(base: Base) -> str:
    """Whose the template is."""
    if base.institution:
        return str(base.institution)
    return str(base.network) if base.network else _("Solmu’s own")


@dataclass(frozen=True, slots=True)
class Shown:
    """A clause as the page shows it: its text in parts, with variables apart."""

    number: int
    clause: BaseClause
    title: str
    parts: list[str | Gap]
    missing: bool


@dataclass(frozen=True, slots=True)
class OnOld:
    """Agreements that were made of an earlier version."""

    number: int
    count: int
    url: str

    @property
    def label(self) -> str:
        """How many, in words."""
        return ngettext(
            "%(count)s agreement still on version %(number)s",
            "%(count)s agreements still on version %(number)s",
            self.count,
        ) % {"count": self.count, "number": self.number}


class BasePage:
    """A template as one viewer sees it: one of its versions, in one language."""

    def __init__(
        self, viewer: Viewer, base: Base, *, version: str = "", language: str = ""
    ) -> None:
        self.viewer = viewer
        self.base = base
        self._version = version
        self._language = language

    @cached_property
    def versions(self) -> list[BaseVersion]:
        """The versions that the viewer may read, the newest first."""
        rows = self.base.versions.select_related("approved_by", "asked_by").order_by("-number")
        return [one for one in rows if self.sees_drafts or one.state != State.DRAFT]

    @cached_property
    def version(self) -> BaseVersion:
        """The version shown: the one asked for, else the one in use, else the newest."""
        asked = [one for one in self.versions if str(one.number) == self._version]
        in_use = [one for one in self.versions if one.state == State.APPROVED]
        return (asked or in_use or self.versions)[0]

    @cached_property
    def in_use(self) -> BaseVersion | None:
        """The version that agreements start from."""
        return next((one for one in self.versions if one.state == State.APPROVED), None)

    @cached_property
    def draft(self) -> BaseVersion | None:
        """The version that is being written, for those who see it."""
        return next((one for one in self.versions if one.state == State.DRAFT), None)

    @cached_property
    def clauses(self) -> list[BaseClause]:
        """The clauses of the version shown."""
        return list(self.version.clauses.all())

    @cached_property
    def spoken(self) -> list[str]:
        """The languages that the version has."""
        found = [
            code for code in LANGUAGES if any(getattr(one, f"title_{code}") for one in self.clauses)
        ]
        return found or ["fi"]

    @cached_property
    def language(self) -> str:
        """The language shown."""
        asked = self._language or (get_language() or "fi")[:2]
        return asked if asked in self.spoken else self.spoken[0]

    @cached_property
    def language_links(self) -> list[tuple[str, str, str, bool]]:
        """The languages that can be chosen: code, name, address, whether it is shown."""
        address = self.base.get_absolute_url()
        return [
            (
                code,
                LANGUAGE_NAMES[code],
                f"{address}?version={self.version.number}&language={code}",
                code == self.language,
            )
            for code in self.spoken
        ]

    def shown(self, values: dict[str, str] | None = None) -> list[Shown]:
        """The clauses in the language shown, filled with sample values or with gaps."""
        code = self.language
        return [
            Shown(
                number,
                clause,
                wording.filled(text_in(clause, "title", code), values or {}),
                wording.parts(getattr(clause, f"text_{code}"), values or {}),
                missing=not getattr(clause, f"title_{code}"),
            )
            for number, clause in enumerate(self.clauses, start=1)
        ]

    @property
    def plain(self) -> list[Shown]:
        """The clauses with their variables shown as such."""
        return self.shown()

    @property
    def sampled(self) -> list[Shown]:
        """The clauses filled with sample values."""
        return self.shown(samples.values(self.language))

    @cached_property
    def asked(self) -> list[str]:
        """What the drafter is asked for."""
        return samples.asked(self.clauses)

    @cached_property
    def untranslated(self) -> list[tuple[str, str]]:
        """Clauses that lack a language, each with the languages' names."""
        return [
            (title, ", ".join(LANGUAGE_NAMES[code] for code in codes))
            for title, codes in writing.untranslated(self.clauses)
        ]

    @cached_property
    def lone_alternatives(self) -> list[str]:
        """Groups of alternatives that have one clause only."""
        groups = [one.alternatives for one in self.clauses if one.alternatives]
        return sorted({one for one in groups if groups.count(one) == 1})

    @cached_property
    def owner(self) -> str:
        """Whose the template is."""
        return owner_name(self.base)

    @cached_property
    def sees_drafts(self) -> bool:
        """Whether the viewer reads drafts."""
        return sees_drafts(self.viewer, self.base)

    @cached_property
    def may_edit(self) -> bool:
        """Whether the viewer writes the template."""
        return can_edit_base(self.viewer, self.base)

    @cached_property
    def may_approve(self) -> bool:
        """Whether the viewer takes versions into use."""
        return can_approve_base(self.viewer, self.base)

    @cached_property
    def may_copy(self) -> bool:
        """Whether the viewer may copy it; nobody copies their own, nor what isn't approved."""
        if self.in_use is None or self.base.institution_id == (self.viewer.institution_id or 0):
            return False
        return can_copy_base(self.viewer, self.base)

    @cached_property
    def use_url(self) -> str:
        """Where an agreement starts from it; empty for those who draft none."""
        if self.in_use is None or self.base.ended_on:
            return ""
        if not can_draft(self.viewer, self.viewer.institution_id):
            return ""
        return f"{reverse('agreements:new')}?base={self.in_use.pk}"

    @cached_property
    def on_old(self) -> list[OnOld]:
        """Living agreements that the viewer sees, made of an earlier version."""
        if self.in_use is None:
            return []
        ended = (Agreement.State.ENDED,)
        rows = (
            Agreement.objects.visible_to(self.viewer)
            .filter(base_version__base=self.base, base_version__number__lt=self.in_use.number)
            .exclude(state__in=ended)
            .values_list("base_version_id", "base_version__number")
            .annotate(n=Count("pk", distinct=True))
            .order_by("base_version__number")
        )
        address = reverse("agreements:list")
        return [OnOld(number, n, f"{address}?base={pk}") for pk, number, n in rows]

    @cached_property
    def newer_original(self) -> BaseVersion | None:
        """The original's newer version, for those who write the copy."""
        return copying.newer_original(self.base) if self.sees_drafts else None

    @cached_property
    def from_original(self) -> list[differing.Difference] | None:
        """What differs from the version that it was copied of; None where it is no copy."""
        before = copying.copied(self.base)
        if before is None or not self.sees_drafts:
            return None
        return differing.changed(before.clauses.all(), self.clauses)

    @property
    def lead(self) -> str:
        """How the template stands, in one sentence."""
        if self.base.ended_on:
            return _("Out of use. Agreements that were made of it stay as they are.")
        if self.in_use is None:
            return _("A draft: no agreement can start from it before it is approved.")
        if self.draft is not None:
            return _("Version %(n)s is in use; version %(draft)s is being written.") % {
                "n": self.in_use.number,
                "draft": self.draft.number,
            }
        return _("Version %(n)s is in use.") % {"n": self.in_use.number}


def words_of(shown: Iterable[differing.Difference]) -> list[dict[str, Any]]:
    """Differences with the names that a page shows."""
    kinds = {
        "changed": _("has changed"),
        "added": _("new"),
        "removed": _("taken out"),
        "moved": _("moved"),
    }
    facts = {
        "kind": _("what Solmu adds"),
        "optional": _("may be left out"),
        "alternatives": _("alternatives"),
        "note": _("note for the drafter"),
    }
    return [
        {
            "key": one.key,
            "title": one.title,
            "what": one.what,
            "word": kinds.get(one.what, ""),
            "words": [(LANGUAGE_NAMES[words.code], words) for words in one.words],
            "facts": ", ".join(facts[name] for name in one.facts),
        }
        for one in shown
    ]
