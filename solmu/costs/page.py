"""All that the page of a case shows, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.approvals.models import Round, Voice
from solmu.audit.changes import Part
from solmu.costs import agreeing, content, settling, sharing
from solmu.costs.drafting import CostError
from solmu.costs.models import KIND, CostCase, CostItem, Payer, Transfer
from solmu.costs.money import euros, plain
from solmu.costs.permissions import can_answer, can_mark_paid, can_write
from solmu.costs.weighing import AnyPayer, Known, Shared, Weighing, payers_of
from solmu.lib.compiled import compiled
from solmu.networks.models import Network
from solmu.people.viewer import Viewer

State = CostCase.State
# So many payers are listed, and compared under every key; of more, one asks for the others.
MOST_LISTED = 40


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A payer: what it weighs, what it pays, what it has answered."""

    payer: AnyPayer
    weight: str
    share: str
    part: int
    voice: Voice | None
    mine: bool


class CasePage:
    """A case as one viewer sees it; with `whole`, however many pay."""

    def __init__(self, viewer: Viewer, case: CostCase, *, whole: bool = False) -> None:
        self.viewer, self.case, self.whole = viewer, case, whole

    @classmethod
    def of_each(cls, viewer: Viewer, cases: list[CostCase]) -> list[CasePage]:
        """Many cases as one viewer sees them, read together; answers only where they are shown."""
        prefetch_related_objects(
            cases,
            Prefetch("items", CostItem.objects.select_related("paid_by")),
            Prefetch("payers", Payer.objects.select_related("organisation")),
        )
        rounds: dict[int, list[Round]] = {case.pk: [] for case in cases}
        asked = Round.objects.filter(subject_kind=KIND, subject_id__in=rounds)
        for one in asked.order_by("-number"):
            rounds[one.subject_id].append(one)
        weighings = Weighing.of_each((case, list(case.payers.all())) for case in cases)
        pages = [cls(viewer, case) for case in cases]
        for page, weighing in zip(pages, weighings, strict=True):
            page.items, page.weighing = list(page.case.items.all()), weighing
            page.payers = _by_name(page.case.payers.all())
            page.rounds = rounds[page.case.pk]
        return pages

    @cached_property
    def may_write(self) -> bool:
        """The viewer may change the case."""
        return can_write(self.viewer, self.case)

    @cached_property
    def items(self) -> list[CostItem]:
        """The costs."""
        return _items(case=self.case.pk)

    @cached_property
    def amount(self) -> Decimal:
        """What is planned."""
        return sum((item.planned for item in self.items), Decimal("0.00"))

    @cached_property
    def spent(self) -> Decimal | None:
        """What has been spent so far; None before anything is known."""
        known = [item.actual for item in self.items if item.actual is not None]
        return sum(known, Decimal("0.00")) if known else None

    @cached_property
    def payers(self) -> list[AnyPayer]:
        """The payers by name."""
        return _by_name(payers_of(self.case))

    @cached_property
    def weighing(self) -> Weighing:
        """The payers with their weights of today."""
        return Weighing.of(self.case, self.payers)

    @cached_property
    def rounds(self) -> list[Round]:
        """Every asking, the latest first, with its answers."""
        rounds = _rounds(case=self.case.pk)
        voices = Voice.objects.select_related("organisation", "person", "by").order_by("pk")
        prefetch_related_objects(rounds, Prefetch("voices", voices))
        return rounds

    @property
    def round(self) -> Round | None:
        """The latest asking."""
        return self.rounds[0] if self.rounds else None

    @cached_property
    def agreed(self) -> Round | None:
        """The latest asking that was approved: what holds."""
        return next((one for one in self.rounds if one.state == Round.State.APPROVED), None)

    @cached_property
    def frozen(self) -> Round | None:
        """The asking whose shares are shown: the open one, or the one that was approved."""
        if self.case.state == State.PROPOSED:
            return self.round
        return self.agreed if self.case.state in {State.AGREED, State.SETTLED} else None

    @cached_property
    def shared(self) -> Shared:
        """What each pays: as asked or agreed, else by the figures of today."""
        if self.frozen:
            shares = {slug: Decimal(payer["share"]) for slug, payer in self._asked.items()}
            return Shared(self.case.key, shares)
        return self.weighing.now(self.amount)

    @cached_property
    def _asked(self) -> dict[str, Any]:
        """The payers of the asking that is shown, by slug."""
        payers = self.frozen.content["payers"] if self.frozen else []
        return {payer["slug"]: payer for payer in payers}

    @property
    def key_name(self) -> str:
        """The key in words."""
        if self.case.key == sharing.MIX:
            return content.mix_name(self.case.mix)
        return str(self.case.get_key_display())

    @cached_property
    def voices(self) -> list[Voice]:
        """The answers of the latest asking, while it is what holds or is asked."""
        shown = self.frozen or (self.round if self.case.state == State.DRAFT else None)
        return list(shown.voices.all()) if shown else []

    @cached_property
    def listed(self) -> list[AnyPayer]:
        """The payers that are listed: of many the first by name, the viewer's, who declined."""
        if self.whole or not self.is_long:
            return self.payers
        kept = self.viewer.represents(self.case.network_id).union(
            self.viewer.institutions,
            (voice.organisation_id for voice in self.voices if voice.answer == Voice.Answer.NO),
        )
        rest = (payer for payer in self.payers[MOST_LISTED:] if payer.organisation_id in kept)
        return [*self.payers[:MOST_LISTED], *rest]

    @property
    def is_folded(self) -> bool:
        """Some payers are not listed."""
        return len(self.listed) < len(self.payers)

    @property
    def show_all(self) -> str:
        """What leads to all payers."""
        return _("Show all %(n)s payers") % {"n": len(self.payers)}

    @cached_property
    def share_rows(self) -> list[ShareRow]:
        """The listed payers with their shares."""
        by_organisation = {v.organisation_id: v for v in self.voices if v.person_id is None}
        largest = max(self.shared.amounts.values(), default=Decimal(0)) or Decimal(1)
        rows = []
        for payer in self.listed:
            slug = payer.organisation.slug
            share = self.shared.amounts.get(slug)
            rows.append(
                ShareRow(
                    payer,
                    self._weight(slug),
                    euros(share),
                    int(100 * share / largest) if share else 0,
                    by_organisation.get(payer.organisation_id),
                    payer.organisation_id in self.viewer.institutions,
                )
            )
        return rows

    def _weight(self, slug: str) -> str:
        if self.frozen:
            weights = self._asked[slug]["weights"] if slug in self._asked else {}
            return ", ".join(
                told(key, Known(Decimal(weight)))
                for key, weight in weights.items()
                if key != "equal"
            )
        return ", ".join(
            told(key, self.weighing.known(key)[slug])
            for key in self.weighing.used_keys()
            if key != sharing.EQUAL
        )

    @property
    def is_long(self) -> bool:
        """So many pay that the shares under every key are shown when somebody asks for them."""
        return len(self.payers) > MOST_LISTED

    @cached_property
    def what_if(self) -> list[dict[str, Any]]:
        """Each key with its name, its problem, and whether it is the case's own."""
        return [
            {
                "key": one.key,
                "label": CostCase.Key(one.key).label,
                "problem": one.problem,
                "own": one.key == self.case.key,
            }
            for one in self._what_if
        ]

    @cached_property
    def _what_if(self) -> list[Shared]:
        return self.weighing.what_if(self.amount)

    @cached_property
    def what_if_rows(self) -> list[tuple[AnyPayer, list[tuple[Any, str, bool]]]]:
        """Each listed payer with its share under each key."""
        return [
            (
                payer,
                [
                    (
                        CostCase.Key(one.key).label,
                        euros(one.amounts.get(payer.organisation.slug)) or "–",
                        one.key == self.case.key,
                    )
                    for one in self._what_if
                ],
            )
            for payer in self.listed
        ]

    @cached_property
    def to_answer(self) -> list[Voice]:
        """The answers that wait for the viewer."""
        if self.case.state != State.PROPOSED or self.round is None or not self.round.is_open:
            return []
        return [voice for voice in self.voices if can_answer(self.viewer, self.case, voice)]

    @property
    def waiting_for(self) -> list[Voice]:
        """Those who have not answered yet."""
        return [voice for voice in self.voices if not voice.answer]

    @property
    def by_seats(self) -> bool:
        """The steering group decides, not the payers."""
        return any(voice.person_id for voice in self.voices)

    @cached_property
    def changed(self) -> list[str]:
        """What has changed since the question was asked the time before."""
        if self.case.state != State.PROPOSED or len(self.rounds) < 2:
            return []
        names = {p.organisation_id: str(p.organisation) for p in self.payers}
        return content.changes(self.rounds[1].content, self.rounds[0].content, names)

    @cached_property
    def since_agreed(self) -> list[str]:
        """What a draft of a change says otherwise than what holds."""
        if self.agreed is None or self.case.state != State.DRAFT:
            return []
        try:
            now = content.of(self.case, self.items, self.weighing)
        except sharing.SharingError:
            return []
        names = {p.organisation_id: str(p.organisation) for p in self.payers}
        return content.changes(self.agreed.content, now, names)

    @cached_property
    def transfers(self) -> list[tuple[Transfer, bool]]:
        """The payments that were drawn up, and whether the viewer may mark each."""
        rows = _transfers(case=self.case.pk)
        return [(row, can_mark_paid(self.viewer, self.case, row)) for row in rows]

    @property
    def listed_transfers(self) -> list[tuple[Transfer, bool]]:
        """Of many payments those that wait, the first of them, and the viewer's own."""
        rows = self.transfers
        if self.whole or len(rows) <= MOST_LISTED:
            return rows
        own = self.viewer.represents(self.case.network_id).union(self.viewer.institutions)
        first = {row.pk for row, _may in sorted(rows, key=_is_paid)[:MOST_LISTED]}
        return [
            (row, may)
            for row, may in rows
            if row.pk in first or own.intersection({row.payer_id, row.receiver_id})
        ]

    @cached_property
    def sheet_lines(self) -> list[settling.Line]:
        """The settlement's lines: of the listed payers, and of all who have paid a supplier."""
        lines = self.sheet.lines if self.sheet else []
        if not self.is_folded:
            return lines
        listed = {payer.organisation_id for payer in self.listed}
        return [line for line in lines if line.borne or line.organisation.pk in listed]

    @cached_property
    def sheet(self) -> settling.Sheet | None:
        """The settlement, where there is one to make."""
        try:
            return settling.sheet(self.case, self.items)
        except CostError as error:
            self.sheet_waits = str(error)
            return None

    sheet_waits = ""

    @property
    def lead(self) -> str:
        """How things stand, in a sentence."""
        amount = euros(self.amount)
        payers = ngettext(
            "%(amount)s over one payer.", "%(amount)s over %(n)s payers.", len(self.payers)
        ) % {"amount": amount, "n": len(self.payers)}
        return f"{payers} {self._how_it_stands()}".strip()

    def _how_it_stands(self) -> str:
        state, voices = self.case.state, self.voices
        if state == State.PROPOSED:
            yes = sum(voice.answer == "yes" for voice in voices)
            return _("%(yes)s of %(n)s have approved.") % {"yes": yes, "n": len(voices)}
        if state == State.DRAFT and self.round and self.round.state == Round.State.DECLINED:
            return _("Declined: it waits to be changed.")
        if state == State.DRAFT and self.agreed:
            return _("A change is being drafted; what was agreed holds until then.")
        if state == State.DRAFT:
            return _("A draft: nobody has been asked yet.")
        if state == State.WITHDRAWN:
            return _("Withdrawn.")
        if state == State.SETTLED:
            return _("Agreed, paid and settled.")
        unpaid = sum(row.paid_on is None for row, _may in self.transfers)
        if unpaid:
            return (
                ngettext("Agreed; one payment waits.", "Agreed; %(n)s payments wait.", unpaid)
                % {"n": unpaid}
            )  # fmt: skip
        return _("Agreed.")

    @cached_property
    def asked_people(self) -> list[tuple[str, str]]:
        """Who will be asked, each with for whom."""
        network = self.case.network
        if network.cost_rule == Network.CostRule.STEERING:
            terms = agreeing.steering_seats(network)
            return [(term.person.name, str(_("steering group"))) for term in terms]
        ids = [payer.organisation_id for payer in self.payers]
        people = agreeing.who_answers(network, ids)
        return [
            (", ".join(one.name for one in people[payer.organisation_id]) or "–", str(payer))
            for payer in self.payers
        ]

    @property
    def history(self) -> list[Part]:
        """The case with all that belongs to it, for the history."""
        of = Q(case_id=self.case.pk)
        return [
            Part(CostCase, Q(pgh_obj_id=self.case.pk), _("costs"), hidden=frozenset({"revision"})),
            Part(CostItem, of, _("cost"), title=("title",)),
            Part(Payer, of, _("payer"), title=("organisation",)),
            Part(Transfer, of, _("payment"), title=("payer", "receiver")),
        ]


def _is_paid(row: tuple[Transfer, bool]) -> bool:
    return row[0].paid_on is not None


def _by_name(payers: Iterable[AnyPayer]) -> list[AnyPayer]:
    return sorted(payers, key=lambda payer: str(payer.organisation).casefold())


@compiled
def _items(*, case: int) -> QuerySet[CostItem]:
    return CostItem.objects.filter(case=case).select_related("paid_by")


@compiled
def _rounds(*, case: int) -> QuerySet[Round]:
    return Round.objects.filter(subject_kind=KIND, subject_id=case).order_by("-number")


@compiled
def _transfers(*, case: int) -> QuerySet[Transfer]:
    return Transfer.objects.filter(case=case).select_related("payer", "receiver")


def told(key: str, known: Known) -> str:
    """A weight with its unit and where it is from."""
    if known.weight is None:
        return str(_("not known"))
    if key == sharing.FIXED:
        return euros(known.weight)
    whole = int(known.weight)
    if key == sharing.STUDENTS:
        words = ngettext("%(n)s student", "%(n)s students", whole)
    elif key == sharing.STAFF:
        words = ngettext("%(n)s of staff", "%(n)s of staff", whole)
    elif key == sharing.PARTICIPATION and not known.entered:
        words = ngettext("%(n)s seat", "%(n)s seats", whole)
    else:
        words = "%(n)s"
    text = words % {"n": plain(known.weight)}
    return f"{text} ({known.year})" if known.year else text
