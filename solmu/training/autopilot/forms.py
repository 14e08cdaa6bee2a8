"""The forms of the autopilot: a step of a programme, a step in a cohort, a message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib import clock
from solmu.training.autopilot import letters, steps
from solmu.training.autopilot.models import Kind, Mode, Step, StepRun


class StepForm(forms.ModelForm):
    """A step of a programme: its day, who starts it, and what is written."""

    # Without the empty choice of a model's field: one of them always holds.
    mode = forms.ChoiceField(
        label=gettext_lazy("When its day comes"), choices=Mode.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Step
        fields: ClassVar = [
            "on", "days", "mode", "meets_at", "minutes", "subject_fi", "body_fi", "subject_sv",
            "body_sv", "subject_en", "body_en",
        ]  # fmt: skip
        widgets: ClassVar = {
            "meets_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            **{f"body_{code}": forms.Textarea(attrs={"rows": 12}) for code in letters.LANGUAGES},
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        step = self.instance
        self.fields["days"].label = (
            _("Days from the last day of access")
            if step.kind in steps.FROM_END
            else _("Days from the start")
        )
        self.fields["days"].help_text = _("Before it: a negative number.")
        if step.kind != Kind.KICK_OFF:
            del self.fields["meets_at"], self.fields["minutes"]
        for code in letters.LANGUAGES:
            if code not in step.programme.languages and not getattr(step, f"body_{code}"):
                del self.fields[f"subject_{code}"], self.fields[f"body_{code}"]
                continue
            text = letters.text_of(step.kind, code, step)
            self.initial[f"subject_{code}"] = text.subject
            self.initial[f"body_{code}"] = text.body

    def clean(self) -> dict[str, Any]:
        """Names in braces mean something; what is as shipped is not kept as one's own."""
        facts = super().clean() or {}
        for code in letters.LANGUAGES:
            shipped = letters.text_of(self.instance.kind, code)
            for name, given in (("subject", shipped.subject), ("body", shipped.body)):
                key = f"{name}_{code}"
                if key not in self.fields or key not in facts:
                    continue
                text = facts[key].replace("\r\n", "\n").strip()
                if unknown := letters.unknown_places(text):
                    self.add_error(
                        key,
                        _("These names in braces are not known: %(names)s")
                        % {"names": ", ".join(unknown)},
                    )
                facts[key] = "" if text == given else text
        return facts


class RunForm(forms.Form):
    """A step in one cohort: its day, and who starts it."""

    due_on = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("When its day comes"), choices=Mode.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, run: StepRun, **more: Any) -> None:
        super().__init__(*args, **more)
        self._run = run

    def clean_due_on(self) -> Any:
        """Not a day gone by, nor one long after the cohort."""
        day = self.cleaned_data["due_on"]
        last = self._run.cohort.access_until + timedelta(days=60)
        if day != self._run.due_on and not clock.today() <= day <= last:
            raise forms.ValidationError(
                _("Choose a day from today until two months after the end.")
            )
        return day


class MessageForm(forms.Form):
    """A message to participants."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=160)
    body = forms.CharField(
        label=gettext_lazy("Message"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("{name} becomes the receiver's first name."),
    )
    key = forms.CharField(max_length=32, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        more["initial"] = {"key": uuid4().hex[:16], **(more.get("initial") or {})}
        super().__init__(*args, **more)
