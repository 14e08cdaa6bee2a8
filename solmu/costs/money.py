"""Amounts as people read and write them."""

import re
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.costs.sharing import LARGEST

_WRITTEN = re.compile(r"\d{1,13}([.,]\d{1,2})?", re.ASCII)
_WEIGHT = re.compile(r"\d{1,12}([.,]\d{1,6})?", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")


def euros(amount: Decimal | None) -> str:
    """An amount in the reader's language, with the sign of the euro."""
    if amount is None:
        return ""
    thousands, decimals = _separators(get_language())
    whole, cents = f"{amount:,.2f}".split(".")
    return f"{whole.replace(',', thousands)}{decimals}{cents}\N{NO-BREAK SPACE}€"


@cache
def _separators(language: str | None) -> tuple[str, str]:
    names = ("THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR")
    thousands, decimals = (get_format(name, language, use_l10n=True) for name in names)
    return str(thousands), str(decimals)


def plain(number: Decimal | None) -> str:
    """A weight in the reader's language, without zeros at its end."""
    if number is None:
        return ""
    text = f"{number:f}"
    decimals = len(text.partition(".")[2].rstrip("0"))
    return str(number_format(number, decimals, use_l10n=True, force_grouping=True))


class _Number(forms.CharField):
    """A number as people write it in any of the languages: 10 000,01 or 10000.01."""

    pattern = _WRITTEN
    bad = ""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 30)
        super().__init__(**options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "num"}

    def to_python(self, value: Any) -> Any:
        """Return the number, or None where nothing is written."""
        text = _SPACES.sub("", str(value or "")).removesuffix("€")
        if not text:
            return None
        if not self.pattern.fullmatch(text):
            raise ValidationError(self.message())
        return Decimal(text.replace(",", "."))

    def message(self) -> str:
        """What is wrong with what was written."""
        raise NotImplementedError

    def validate(self, value: Any) -> None:
        """Ask for a number where one is required."""
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """A number has no length."""

    def prepare_value(self, value: Any) -> Any:
        """Write the number as the reader would."""
        if isinstance(value, Decimal):
            return self.written(value)
        return value

    def written(self, value: Decimal) -> str:
        """The number for the field."""
        raise NotImplementedError


class AmountField(_Number):
    """Euros, at most two decimals, never negative."""

    def message(self) -> str:
        """What is wrong with what was written."""
        return _("Write an amount of euros with at most two decimals, such as 10000,01.")

    def to_python(self, value: Any) -> Any:
        """Return the amount; a bigger one than money goes is a slip of the keyboard."""
        amount = super().to_python(value)
        if amount is not None and amount > LARGEST:
            raise ValidationError(_("The amount is too big."))
        return amount

    def written(self, value: Decimal) -> str:
        """The amount for the field, with two decimals."""
        return str(number_format(value, 2, use_l10n=True, force_grouping=False))


class WeightField(_Number):
    """A figure to share by: a whole or a decimal number, never negative."""

    pattern = _WEIGHT

    def message(self) -> str:
        """What is wrong with what was written."""
        return _("Write a number that is zero or more.")

    def written(self, value: Decimal) -> str:
        """The number for the field, without zeros at its end."""
        text = f"{value:f}"
        decimals = len(text.partition(".")[2].rstrip("0"))
        return str(number_format(value, decimals, use_l10n=True, force_grouping=False))
