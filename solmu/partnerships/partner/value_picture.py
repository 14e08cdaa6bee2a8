"""Value both ways as small pictures; the same is always beside them in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.html import conditional_escape as escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from solmu.partnerships.models import ValueAssessment
from solmu.partnerships.partner.page import day_of
from solmu.partnerships.partner.value import HIGHEST, NAMES

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
        look = "gets" if at else "gives"
        left, right = _length(ours), _length(theirs)
        rows += [
            _rect("track", 0, y, _HALF),
            _rect(look, _HALF - left, y, left),
            _rect("track", _HALF + _LABEL, y, _HALF),
            _rect(look, _HALF + _LABEL, y, right),
            f'<text x="{middle}" y="{y + 12}" text-anchor="middle">{escape(word)}</text>',
        ]
    width = 2 * _HALF + _LABEL
    we, they = escape(_("we")), escape(_("the partner"))
    return mark_safe(
        f'<svg class="value-balance" viewBox="0 0 {width} 84" role="img"'
        f' aria-label="{escape(in_words(assessment))}">'
        f'<text class="head" x="{_HALF}" y="14" text-anchor="end">{we}</text>'
        f'<text class="head" x="{_HALF + _LABEL}" y="14">{they}</text>{"".join(rows)}</svg>'
    )


def in_words(assessment: ValueAssessment) -> str:
    """The scores in one line, for those who can't see the picture."""
    parts = []
    for key, name in NAMES.items():
        score = getattr(assessment, f"{key}_score")
        if score is not None:
            parts.append(
                _("%(name)s %(score)s of %(highest)s")
                % {"name": name, "score": score, "highest": HIGHEST}
            )
    return ", ".join(parts) or _("Nothing is scored yet.")


def trend(assessments: Sequence[ValueAssessment]) -> SafeString:
    """How what each gains has changed from assessment to assessment; dates in true distance."""
    width, height, left = 640, 150, 26
    first, last = assessments[0].on, assessments[-1].on
    span = max(1, (last - first).days)

    def spot(on: date, score: int) -> tuple[float, float]:
        x = left + 8 + (on - first).days / span * (width - left - 24)
        return x, height - 12 - score / HIGHEST * (height - 24)

    heights = [(score, spot(first, score)[1]) for score in range(HIGHEST + 1)]
    grid = "".join(
        f'<line class="grid" x1="{left}" x2="{width}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{left - 8}" y="{y + 5:.1f}" text-anchor="end">{score}</text>'
        for score, y in heights
    )
    curves = []
    for number, key in enumerate(_CURVES, 1):
        known = [(a.on, getattr(a, f"{key}_score")) for a in assessments]
        spots = [spot(on, score) for on, score in known if score is not None]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        dots = "".join(
            f'<circle class="dot c{number}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>' for x, y in spots
        )
        curves.append(f'<polyline class="curve c{number}" points="{line}"/>{dots}')
    legend = "".join(
        f'<li><svg class="key" viewBox="0 0 32 10" aria-hidden="true">'
        f'<polyline class="curve c{number}" points="2,5 30,5"/></svg>{escape(str(NAMES[key]))}</li>'
        for number, key in enumerate(_CURVES, 1)
    )
    y = height + 16
    ends = (
        f'<text x="{left + 8}" y="{y}">{escape(day_of(first))}</text>'
        f'<text x="{width - 16}" y="{y}" text-anchor="end">{escape(day_of(last))}</text>'
    )
    return mark_safe(
        '<figure class="chart value-trend">'
        f'<svg viewBox="0 0 {width} {height + 22}" aria-hidden="true">{grid}'
        f'{"".join(curves)}{ends}</svg><ul class="row legend">{legend}</ul></figure>'
    )


def _rect(look: str, x: float, y: float, width: float) -> str:
    return f'<rect class="{look}" x="{x}" y="{y}" width="{width}" height="14" rx="7"/>'


def _length(score: int | None) -> float:
    return (score or 0) / HIGHEST * _HALF
