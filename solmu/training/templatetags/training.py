"""What templates of training need."""

from datetime import date

from django import template
from django.utils.html import format_html

from solmu.training import logos, words
from solmu.training.models import Programme

register = template.Library()


@register.filter
def in_words(on: date | None) -> str:
    """A day as people say it."""
    return words.day(on) if on else ""


@register.simple_tag
def logo(programme: Programme) -> str:
    """The programme's logo, told by the name of its institution; nothing where there is none."""
    file = logos.of(programme)
    if file is None:
        return ""
    address = file.get_absolute_url()
    return format_html(
        '<p class="logo"><img src="{}" alt="{}"></p>', address, programme.institution
    )
