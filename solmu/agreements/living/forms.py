"""What people fill in about an agreement's life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.agreements.models import Agreement, Review
from solmu.lib import clock
from solmu.lib.months import months_later
from solmu.organisations.models import Organisation
from solmu.partnerships.models import Level
from solmu.ui.forms import DateField


class NoticeForm(forms.Form):
    """Who ends the agreement, and why."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("Who gives notice"), empty_label=None
    )
    told_on = DateField(label=gettext_lazy("Notice given on"))
    agreed_on = DateField(
        label=gettext_lazy("Last day, if the parties have agreed on one"),
        required=False,
        help_text=gettext_lazy("Empty: it is counted from the notice."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The other parties read it."),
    )

    def __init__(self, data: Any, *, agreement: Agreement) -> None:
        super().__init__(data, initial={"told_on": clock.today()})
        today = clock.today()
        bound = agreement.parties.filter(bound__contains=today).values("organisation_id")
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=bound).order_by("sort_fi")
        field.initial = agreement.institution_id


class DecisionForm(forms.Form):
    """What is decided of the agreement after its year."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    next_on = DateField(
        label=gettext_lazy("Next review"),
        required=False,
        help_text=gettext_lazy("Not needed when the agreement ends."),
    )

    def __init__(self, data: Any, *, level: Level | None, may_end: bool) -> None:
        super().__init__(data, initial={"next_on": months_later(clock.today(), 12)})
        words = {
            Review.Decision.GO_ON: _("Go on as it is"),
            Review.Decision.RENEW: _("Renew: a new draft for the time after this one"),
            Review.Decision.CHANGE: _("Change: a new draft that takes this one's place"),
            Review.Decision.END: _("End: notice is given today"),
        }
        if level is not None:
            words[Review.Decision.RAISE] = _("Propose the level “%(level)s” to a leader") % {
                "level": level.name
            }
        if not may_end:
            del words[Review.Decision.END]
        field: Any = self.fields["decision"]
        field.choices = [(key, words[key]) for key in Review.Decision if key in words]

    def clean_next_on(self) -> Any:
        """Refuse a day that has been, or lies too far."""
        on = self.cleaned_data["next_on"]
        if on and on <= clock.today():
            raise forms.ValidationError(_("The next review lies ahead."))
        if on and on > clock.today() + timedelta(days=3660):
            raise forms.ValidationError(_("That is too far ahead."))
        return on


class TickForm(forms.Form):
    """That a duty was done."""

    done_on = DateField(label=gettext_lazy("Done on"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)
    due = forms.CharField(max_length=10, required=False)

    def clean_done_on(self) -> Any:
        """Refuse a day to come."""
        on = self.cleaned_data["done_on"]
        if on and on > clock.today():
            raise forms.ValidationError(_("The day can't be in the future."))
        return on


class RetentionForm(forms.Form):
    """What the archive needs to know."""

    case_number = forms.CharField(label=gettext_lazy("Case number"), max_length=60, required=False)
    retention_class = forms.CharField(
        label=gettext_lazy("Retention class"), max_length=60, required=False
    )
