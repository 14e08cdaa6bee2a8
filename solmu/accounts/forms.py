"""The forms of signing in: allauth's, with Solmu's words."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.utils.translation import gettext_lazy as _

WORDS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Present password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "remember": _("Keep me signed in on this device"),
}


class _Worded(forms.Form):
    """Labels in Solmu's words; the browser's own hints instead of placeholders."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = WORDS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in {"password", "oldpassword"}:
                field.help_text = ""
            if name == "password1":
                field.help_text = _("At least 12 characters; a sentence is easy to remember.")


class LoginForm(_Worded, allauth.LoginForm):
    """E-mail and password."""


class ResetPasswordForm(_Worded, allauth.ResetPasswordForm):
    """The address to which a link for a new password is sent."""


class ResetPasswordKeyForm(_Worded, allauth.ResetPasswordKeyForm):
    """A new password, after the link."""


class ChangePasswordForm(_Worded, allauth.ChangePasswordForm):
    """Another password."""


class SetPasswordForm(_Worded, allauth.SetPasswordForm):
    """A first password, for those who have signed in by link."""


class ReauthenticateForm(_Worded, allauth.ReauthenticateForm):
    """The password once more, before something that matters."""


class TokenForm(forms.Form):
    """What a new API token is for and how long it holds."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)
    days = forms.TypedChoiceField(
        label=_("How long does it hold?"),
        coerce=int,
        choices=[(30, _("30 days")), (365, _("a year")), (0, _("until revoked"))],
        initial=365,
    )
