"""What templates of training need."""

from datetime import date

from django import template

from solmu.training import words

register = template.Library()


@register.filter
def in_words(on: date | None) -> str:
    """A day as people say it."""
    return words.day(on) if on else ""
