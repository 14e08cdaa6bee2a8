"""Value both ways as small pictures; the same is always beside them in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from solmu.partnerships.models import ValueAssessment
from solmu.partnerships.partner import day_of
from solmu.partnerships.value import HIGHEST, NAMES

# Half the picture's width, in which the highest score fits.
_HALF, _LABEL, _ROW = 120, 84, 30

# The curves of the trend, in this order and each with its own dashes.
_CURVES = ("we_get", "they_get", "student")


def balance(assessment: ValueAssessment) -> SafeString:
    """What each side gives and gets: ours to the left, the partner's to the right."""
    middle = _HALF + _LABEL / 2
    rows = []
    for at, (word, ours, theirs) in enumerate(
        (
            (_("giving"), assessment.we_give_score, assessment.they_give_score),
            (_("getting"), assessment.we_get_score, assessment.they_get_score),
        )
    ):
        y = 26 + at * _ROW
        left, right = _length(ours), _length(theirs)
        start = middle + _LABEL / 2
        rows.append(
            f'<rect class="track" x="0" y="{y}" width="{_HALF}" height="14" rx="7"/>'
            f'<rect class="{"gives" if at == 0 else "gets"}" x="{_HALF - left}" y="{y}" width="{left}" height="14" rx="7"/>'
            f'<rect class="track" x="{start}" y="{y}" width="{_HALF}" height="14" rx="7"/>'
            f'<rect class="{"gives" if at == 0 else "gets"}" x="{start}" y="{y}" width="{right}" height="14" rx="7"/>'
            f'<text x="{middle}" y="{y + 12}" text-anchor="middle">{conditional_escape(word)}</text>'
        )
    width = 2 * _HALF + _LABEL
    we, they = conditional_escape(_("we")), conditional_escape(_("the partner"))
    return mark_safe(
        f'<svg class="value-balance" viewBox="0 0 {width} 84" role="img"'
        f' aria-label="{conditional_escape(in_words(assessment))}">'
        f'<text class="head" x="{_HALF}" y="14" text-anchor="end">{we}</text>'
        f'<text class="head" x="{_HALF + _LABEL}" y="14">{they}</text>{"".join(rows)}</svg>'
    )


def in_words(assessment: ValueAssessment) -> str:
    """The scores in one line, for those who can't see the picture."""
    parts = []
    for key, name in NAMES.items():
        score = getattr(assessment, f"{key}_score")
        if score is not None:
            parts.append(_("%(name)s %(score)s of %(highest)s") % {"name": name, "score": score, "highest": HIGHEST})
    return ", ".join(parts) or _("Nothing is scored yet.")


def trend(assessments: Sequence[ValueAssessment]) -> SafeString:
    """How what each gains has changed from assessment to assessment; dates in true distance."""
    width, height, left = 640, 150, 26
    first, last = assessments[0].on, assessments[-1].on
    span = max(1, (last - first).days)

    def spot(on: date, score: int) -> tuple[float, float]:
        x = left + 8 + (on - first).days / span * (width - left - 24)
        return x, height - 12 - score / HIGHEST * (height - 24)

    grid = "".join(
        f'<line class="grid" x1="{left}" x2="{width}" y1="{spot(first, n)[1]:.1f}" y2="{spot(first, n)[1]:.1f}"/>'
        f'<text x="{left - 8}" y="{spot(first, n)[1] + 5:.1f}" text-anchor="end">{n}</text>'
        for n in range(HIGHEST + 1)
    )
    curves = []
    for number, key in enumerate(_CURVES, 1):
        known = [(a.on, getattr(a, f"{key}_score")) for a in assessments]
        spots = [spot(on, score) for on, score in known if score is not None]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        dots = "".join(f'<circle class="dot c{number}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>' for x, y in spots)
        curves.append(f'<polyline class="curve c{number}" points="{line}"/>{dots}')
    legend = "".join(
        f'<li><svg class="key" viewBox="0 0 32 10" aria-hidden="true"><polyline class="curve c{number}"'
        f' points="2,5 30,5"/></svg>{conditional_escape(NAMES[key])}</li>'
        for number, key in enumerate(_CURVES, 1)
    )
    ends = (
        f'<text x="{left + 8}" y="{height + 16}">{conditional_escape(day_of(first))}</text>'
        f'<text x="{width - 16}" y="{height + 16}" text-anchor="end">{conditional_escape(day_of(last))}</text>'
    )
    return mark_safe(
        f'<figure class="chart value-trend"><svg viewBox="0 0 {width} {height + 22}" aria-hidden="true">'
        f'{grid}{"".join(curves)}{ends}</svg><ul class="row legend">{legend}</ul></figure>'
    )


def _length(score: int | None) -> float:
    return (score or 0) / HIGHEST * _HALF
