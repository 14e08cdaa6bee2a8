"""What the pages of an agreement's life show of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from solmu.agreements.living import lights, running
from solmu.agreements.living.lights import Light
from solmu.agreements.models import Agreement, Duty, Fulfilment, Notice, Party, Review
from solmu.agreements.permissions import can_edit, spoken_for
from solmu.agreements.querysets import seen_rows
from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.lib.periods import first_day, last_day
from solmu.people.viewer import Viewer


@dataclass(slots=True)
class DutyRow:
    """A duty as it stands, with when it was done before."""

    duty: Duty
    light: Light
    done: list[Fulfilment] = field(default_factory=list)
    may_tick: bool = False

    @property
    def is_open(self) -> bool:
        """It can be ticked."""
        return self.may_tick and not (self.duty.done_on and not self.duty.every_months)


def duty_rows(agreement: Agreement, may_tick: set[int]) -> list[DutyRow]:
    """The duties of both sides; what calls for doing first. `may_tick`: of which organisations."""
    today = clock.today()
    rows = Duty.objects.filter(agreement=agreement).select_related("organisation", "person")
    found = [
        DutyRow(
            one,
            lights.of_duty(one, today),
            list(one.fulfilments.all())[-3:],
            one.organisation_id in may_tick,
        )
        for one in rows.prefetch_related("fulfilments").order_by("due_on", "pk")
    ]
    return sorted(found, key=lambda one: not one.light.calls)


def ticks_for(viewer: Viewer, agreement: Agreement) -> set[int]:
    """The organisations whose duties the viewer ticks: all for those who keep the agreement."""
    if agreement.state != Agreement.State.ACTIVE:
        return set()
    if can_edit(viewer, agreement):
        return {one.organisation_id for one in agreement.parties.all()}
    return {one.organisation_id for one in spoken_for(viewer, agreement)}


class Life:
    """An agreement's life as one viewer sees it."""

    def __init__(self, viewer: Viewer, agreement: Agreement) -> None:
        self.viewer, self.agreement = viewer, agreement
        self.today = clock.today()

    @cached_property
    def notice(self) -> Notice | None:
        """That it ends, where notice has been given."""
        return next(iter(_notices(agreement=self.agreement.pk)), None)

    @property
    def starts(self) -> date | None:
        """The first day."""
        return first_day(self.agreement.valid) if self.agreement.valid else None

    @property
    def ends(self) -> date | None:
        """The last day, as it stands."""
        return last_day(self.agreement.valid) if self.agreement.valid else None

    @property
    def notice_by(self) -> date | None:
        """The last day to keep it from renewing itself."""
        return None if self.notice else running.notice_by(self.agreement)

    @property
    def is_active(self) -> bool:
        """It is in force."""
        return bool(self.agreement.state == Agreement.State.ACTIVE)

    @cached_property
    def reviews(self) -> list[Review]:
        """What was decided, the latest first."""
        return _reviews(agreement=self.agreement.pk)

    @cached_property
    def beside(self) -> list[tuple[Any, Agreement, bool]]:
        """The agreements that belong to this one: how, which, and whether it is a loose link."""
        this = self.agreement
        before = {"renews": this.renews_id or 0, "amends": this.amends_id or 0}
        rows = seen_rows(self.viewer, "beside", _beside, this=this.pk, **before)
        return [
            *[(_("renews"), one, False) for one in rows if one.pk == this.renews_id],
            *[(_("changes"), one, False) for one in rows if one.pk == this.amends_id],
            *[(_("is renewed by"), one, False) for one in rows if one.renews_id == this.pk],
            *[(_("is changed by"), one, False) for one in rows if one.amends_id == this.pk],
            *[(_("belongs with"), one, True) for one in rows if one.belongs],
        ]

    @property
    def lead(self) -> str:
        """How it stands, in a sentence."""
        words = {"ends": _day(self.ends), "by": _day(self.notice_by)}
        if self.agreement.state == Agreement.State.ENDED:
            reason = self.agreement.end_reason
            return _("It has ended. %(reason)s") % {"reason": _(reason) if reason else ""}
        if not self.is_active:
            return _("It isn't in force yet.")
        if self.notice:
            return _("It ends on %(ends)s: notice has been given.") % words
        if self.ends is None:
            return _("It goes on until further notice.")
        if self.notice_by:
            return _("It renews itself after %(ends)s, unless notice is given by %(by)s.") % words
        return _("It ends on %(ends)s.") % words


@compiled
def _notices(*, agreement: int) -> QuerySet[Notice]:
    return Notice.objects.filter(agreement_id=agreement).select_related("organisation")


@compiled
def _reviews(*, agreement: int) -> QuerySet[Review]:
    """The reviews of an agreement, the latest first."""
    rows = Review.objects.filter(agreement_id=agreement).select_related("by", "proposal")
    return rows.order_by("-on", "-pk")


def _beside(
    seen: QuerySet[Agreement], *, this: int, renews: int, amends: int
) -> QuerySet[Agreement]:
    every = Agreement.objects.order_by()
    related = Agreement.related.through.objects.filter(from_agreement_id=this)
    # Each way has its index, which a condition of all together can't use.
    near = every.filter(pk__in=[renews, amends]).values("pk")
    near = near.union(
        every.filter(renews_id=this).values("pk"),
        every.filter(amends_id=this).values("pk"),
        related.values("to_agreement_id"),
    )
    belongs = Exists(related.filter(to_agreement_id=OuterRef("pk")))
    return seen.filter(pk__in=near).annotate(belongs=belongs).order_by("pk")


def others_with_contact(agreement: Agreement) -> list[Party]:
    """The other parties who can be sent a link: still bound, with an address."""
    return [
        one
        for one in agreement.parties.all()
        if one.organisation_id != agreement.institution_id
        and one.state not in running.GONE
        and one.contact is not None
        and one.contact.email
    ]


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
