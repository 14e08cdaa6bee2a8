"""What is handed in: a file or a code to check, a certificate, an authority's address."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib.outside import AddressError, check_address

_LONGEST_KEY_FILE = 100_000


class FileForm(forms.Form):
    """A file to check."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.json,.jwt,.png,.svg"}),
    )

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is bigger than any of ours."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.SOLMU_FILE_LIMIT:
            raise forms.ValidationError(
                _("The file is too big: at most %(limit)s.")
                % {"limit": filesizeformat(settings.SOLMU_FILE_LIMIT)}
            )
        return file


class CertificateForm(forms.Form):
    """An institution's own certificate."""

    file = forms.FileField(
        label=gettext_lazy("PKCS#12 file"),
        help_text=gettext_lazy("Ends in .p12 or .pfx; it holds the key and its certificates."),
        widget=forms.FileInput(attrs={"accept": ".p12,.pfx"}),
    )
    password = forms.CharField(
        label=gettext_lazy("The file's password"),
        help_text=gettext_lazy("Opens the file once; it isn't kept."),
        max_length=200,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean_file(self) -> bytes:
        """Return the file's bytes."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > _LONGEST_KEY_FILE:
            raise forms.ValidationError(_("The file is too big to be a certificate."))
        data: bytes = file.read()
        return data


class AuthorityForm(forms.Form):
    """The address of a time-stamp authority."""

    authority = forms.URLField(
        label=gettext_lazy("Address of the time-stamp authority"),
        help_text=gettext_lazy(
            "A service that speaks RFC 3161, such as https://tsa.example.org/. Empty: seals say by"
            " Solmu's own clock when they were made."
        ),
        max_length=200,
        required=False,
        assume_scheme="https",
    )

    def clean_authority(self) -> str:
        """Refuse an address that lies in an inner network."""
        address: Any = self.cleaned_data["authority"]
        if address:
            try:
                check_address(address)
            except AddressError:
                raise forms.ValidationError(
                    _("This address can't be reached from here, or lies in an inner network.")
                )
        return str(address)
