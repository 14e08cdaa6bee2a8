"""What people enter of a cost case: the case itself, its costs and payers, what was paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from solmu.costs import sharing
from solmu.costs.drafting import CostError, Draft, Item, Paying
from solmu.costs.models import CostCase, CostItem
from solmu.costs.money import AmountField, WeightField
from solmu.costs.settling import Spent
from solmu.costs.weighing import Known, Weighing
from solmu.lib import clock
from solmu.networks.models import Group, Network
from solmu.organisations.models import Organisation
from solmu.ui.forms import DateField

BLANKS = 3  # empty rows for more costs
MOST_ITEMS = 60
FIGURES = (sharing.STUDENTS, sharing.STAFF, sharing.PARTICIPATION, sharing.FIXED)


class CaseForm(forms.Form):
    """What the case is, and its key."""

    title = forms.CharField(label=gettext_lazy("What is shared"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("What it is for"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    on = DateField(
        label=gettext_lazy("Date"), help_text=gettext_lazy("Says to which year it belongs.")
    )
    group = forms.ModelChoiceField(
        label=gettext_lazy("Prepared by the group"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=gettext_lazy("No group"),
        help_text=gettext_lazy("Its chairs and secretary can change the case."),
    )
    key = forms.ChoiceField(
        label=gettext_lazy("How it is shared"),
        choices=CostCase.Key,
        widget=forms.RadioSelect,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    mix_equal = WeightField(label=gettext_lazy("Equally, %"), required=False)
    mix_students = WeightField(label=gettext_lazy("By students, %"), required=False)
    mix_staff = WeightField(label=gettext_lazy("By staff, %"), required=False)
    mix_participation = WeightField(label=gettext_lazy("By participation, %"), required=False)
    mix_fixed = WeightField(label=gettext_lazy("By fixed shares, %"), required=False)

    def __init__(self, data: QueryDict | None, groups: Iterable[Group], **options: Any) -> None:
        super().__init__(data, **options)
        keys = [group.pk for group in groups]
        self.fields["group"].queryset = Group.objects.filter(pk__in=keys)  # type: ignore[attr-defined]

    @property
    def mix_fields(self) -> list[forms.BoundField]:
        """How much each key counts."""
        return [self[f"mix_{key}"] for key in sharing.KEYS]

    def clean_text(self) -> str:
        """Lines end alike, however the browser sends them."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").strip()

    def clean(self) -> dict[str, Any]:
        """A mix comes to a hundred percent."""
        cleaned = super().clean() or {}
        if cleaned.get("key") == CostCase.Key.MIX:
            parts = [cleaned.get(f"mix_{key}") or Decimal(0) for key in sharing.KEYS]
            if sum(parts) != 100:
                self.add_error("key", _("The parts of the mix come to 100 percent together."))
        return cleaned

    def mix(self) -> dict[str, str]:
        """The mix as it is kept."""
        parts = {key: self.cleaned_data.get(f"mix_{key}") for key in sharing.KEYS}
        return {key: f"{part.normalize():f}" for key, part in parts.items() if part}


class ItemForm(forms.Form):
    """One planned cost; an empty one isn't there."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("Cost"), max_length=200, required=False)
    planned = AmountField(label=gettext_lazy("Planned, €"), required=False)

    def clean(self) -> dict[str, Any]:
        """Both are written, or neither."""
        cleaned = super().clean() or {}
        if cleaned.get("title") and cleaned.get("planned") is None and "planned" not in self.errors:
            self.add_error("planned", _("Say how much."))
        if cleaned.get("planned") is not None and not cleaned.get("title"):
            self.add_error("title", _("Say what it is."))
        return cleaned

    def item(self) -> Item | None:
        """The cost as it is written."""
        title, planned = self.cleaned_data.get("title"), self.cleaned_data.get("planned")
        if not title or planned is None:
            return None
        return Item(title, planned, self.cleaned_data.get("pk"))


class PayerForm(forms.Form):
    """One who may pay: whether they do, and figures for this case."""

    pays = forms.BooleanField(required=False)
    students = WeightField(label=gettext_lazy("Students"), required=False)
    staff = WeightField(label=gettext_lazy("Staff"), required=False)
    participation = WeightField(label=gettext_lazy("Participation"), required=False)
    fixed = AmountField(label=gettext_lazy("Fixed share, €"), required=False)

    def __init__(
        self,
        data: QueryDict | None,
        organisation: Organisation,
        known: dict[str, Known],
        **options: Any,
    ) -> None:
        super().__init__(data, prefix=f"payer-{organisation.pk}", **options)
        self.organisation = organisation
        self.fields["pays"].label = str(organisation)
        for key in FIGURES:
            field = self.fields[key]
            # Each column has one heading; by itself a field says whose figure it is.
            field.widget.attrs["aria-label"] = f"{organisation}: {field.label}"
            one = known.get(key)
            if one and not one.entered and one.weight is not None:
                field.widget.attrs["placeholder"] = f"{one.weight.normalize():f}"

    @property
    def figures(self) -> list[tuple[str, forms.BoundField]]:
        """The figures, each with its key."""
        return [(key, self[key]) for key in FIGURES]

    def paying(self) -> Paying | None:
        """The payer as it is written; None: does not pay."""
        if not self.cleaned_data.get("pays"):
            return None
        return Paying(self.organisation.pk, **{key: self.cleaned_data.get(key) for key in FIGURES})


class CaseEntry:
    """The forms of one case together."""

    def __init__(
        self,
        data: QueryDict | None,
        network: Network,
        case: CostCase,
        *,
        groups: Iterable[Group],
        payers: Iterable[Organisation],
    ) -> None:
        self.data, self.case, self.errors = data, case, list[str]()
        held = {row.organisation_id: row for row in case.payers.all()} if case.pk else {}
        items = list(case.items.all()) if case.pk else []
        initial: dict[str, Any] = {
            "title": case.title,
            "text": case.text,
            "on": case.on,
            "group": case.group_id,
            "key": case.key,
            "revision": case.revision,
        }
        initial |= {f"mix_{key}": Decimal(str(part)) for key, part in case.mix.items()}
        self.form = CaseForm(data, groups, initial=initial)
        self.items = [
            ItemForm(
                data,
                prefix=f"item-{number}",
                initial={"pk": row.pk, "title": row.title, "planned": row.planned} if row else {},
            )
            for number, row in enumerate(self._item_rows(items))
        ]
        candidates = list(payers)
        known = _known(case, network, candidates)
        self.payers = [
            PayerForm(data, one, known[one.slug], initial=_payer_initial(case, held.get(one.pk)))
            for one in candidates
        ]

    def _item_rows(self, items: list[CostItem]) -> list[CostItem | None]:
        if self.data is None:
            return [*items, *([None] * BLANKS)]
        count = sum(key.startswith("item-") and key.endswith("-title") for key in self.data)
        more = BLANKS if "more" in self.data else 0
        return [None] * min(count + more, MOST_ITEMS)

    def is_valid(self) -> bool:
        """Look at all of it; a figure of somebody who doesn't pay is left alone."""
        items = [form.is_valid() for form in self.items]
        valid = [self.form.is_valid(), *items]
        paying = [form for form in self.payers if form["pays"].data]
        valid += [form.is_valid() for form in paying]
        if not paying:
            self.errors.append(_("Choose who pays."))
        if all(items) and not any(form.item() for form in self.items):
            self.errors.append(_("Say first what it costs."))
        return all(valid) and not self.errors

    def add_error(self, error: CostError) -> None:
        """Show why the case can't be like that."""
        if error.field in self.form.fields:
            self.form.add_error(error.field, str(error))
        else:
            self.errors.append(str(error))

    def take_revision(self, revision: int) -> None:
        """Let the next saving be meant although somebody else came before."""
        sent = QueryDict(mutable=True)
        sent.update(self.form.data)
        sent["revision"] = str(revision)
        self.form.data = sent

    @property
    def all_errors(self) -> list[tuple[str, Any]]:
        """Every error with the field that it is about, for the summary on top."""
        found: list[tuple[str, Any]] = [("", text) for text in self.errors]
        for form in (self.form, *self.items, *self.payers):
            if not form.is_bound:
                continue
            found += [("", text) for text in form.non_field_errors()]
            found += [(bound.auto_id, text) for bound in form for text in bound.errors]
        return found

    def draft(self) -> Draft:
        """The case as it is written."""
        facts = self.form.cleaned_data
        return Draft(
            title=facts["title"],
            text=facts["text"],
            language=self.case.language if self.case.pk else (get_language() or "fi")[:2],
            on=facts["on"],
            group_id=facts["group"].pk if facts["group"] else None,
            key=facts["key"],
            mix=self.form.mix() if facts["key"] == CostCase.Key.MIX else {},
            items=[item for form in self.items if (item := form.item())],
            payers=[
                paying for form in self.payers if form["pays"].data and (paying := form.paying())
            ],
        )


class AnswerForm(forms.Form):
    """An answer to a proposal."""

    voice = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("Reason or note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed when you decline. Everybody in the network sees it."),
    )


class SpentForm(forms.Form):
    """What an item came to."""

    actual = AmountField(label=gettext_lazy("Actual, €"), required=False)
    on = DateField(label=gettext_lazy("Paid on"), required=False)

    def __init__(self, data: QueryDict | None, payers: list[Organisation], **options: Any) -> None:
        super().__init__(data, **options)
        # One list for all rows: a query for each would grow with the case.
        self.fields["paid_by"] = forms.TypedChoiceField(
            label=gettext_lazy("Paid by"),
            choices=[("", "–"), *((one.pk, str(one)) for one in payers)],
            coerce=int,
            empty_value=None,
            required=False,
        )
        self.order_fields(("title", "actual", "paid_by", "on"))

    def clean(self) -> dict[str, Any]:
        """A cost that came to something was paid by somebody."""
        cleaned = super().clean() or {}
        if cleaned.get("actual") and not cleaned.get("paid_by") and "paid_by" not in self.errors:
            self.add_error("paid_by", _("Say who paid."))
        on = cleaned.get("on")
        if on and on > clock.today():
            self.add_error("on", _("The day is yet to come."))
        return cleaned

    def spent(self) -> Spent:
        """What was written."""
        facts = self.cleaned_data
        return Spent(facts.get("actual"), facts.get("paid_by"), facts.get("on"))


class UnplannedForm(SpentForm):
    """A cost that nobody had planned; an empty one isn't there."""

    title = forms.CharField(
        label=gettext_lazy("A cost that wasn't planned"), max_length=200, required=False
    )

    def clean(self) -> dict[str, Any]:
        """All of it is written, or nothing."""
        cleaned = super().clean()
        if cleaned.get("title") and not cleaned.get("actual") and "actual" not in self.errors:
            self.add_error("actual", _("Say how much."))
        if cleaned.get("actual") and not cleaned.get("title"):
            self.add_error("title", _("Say what it is."))
        return cleaned


class PaidForm(forms.Form):
    """When a payment came."""

    on = DateField(label=gettext_lazy("Paid on"), required=False)


class ReasonForm(forms.Form):
    """Why something is done; kept in the history."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=300,
        help_text=gettext_lazy("Kept in the history."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Somebody who may pay, weighed like a payer without figures of the case."""

    organisation: Organisation
    organisation_id: int
    students: Decimal | None = None
    staff: Decimal | None = None
    participation: Decimal | None = None
    fixed: Decimal | None = None


def _known(
    case: CostCase, network: Network, candidates: list[Organisation]
) -> dict[str, dict[str, Known]]:
    """What is known of each without the case's own figures, for the fields to hint at."""
    of = CostCase(network=network, key=case.key, mix=case.mix)
    rows: Any = [_Candidate(one, one.pk) for one in candidates]
    weighing = Weighing.of_payers(of, rows)
    return {one.slug: {key: weighing.known(key)[one.slug] for key in FIGURES} for one in candidates}


def _payer_initial(case: CostCase, row: Any) -> dict[str, Any]:
    if row is None:
        # Whoever starts a case shares it with everybody, and takes out who doesn't pay.
        return {"pays": case.pk is None}
    return {"pays": True, **{key: getattr(row, key) for key in FIGURES}}
