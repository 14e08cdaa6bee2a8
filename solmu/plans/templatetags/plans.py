"""What plans' pages show: {% load plans %}."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.goals.models import Indicator, IndicatorValue
from solmu.lib import periods
from solmu.plans import overview
from solmu.plans.models import Measure, Output
from solmu.plans.output_views import authors_of
from solmu.ui import charts, markup
from solmu.ui.templatetags.ui import crumbs, figures

register = template.Library()


@register.simple_tag
def measure_rows(measures: list[Measure], today: date) -> SafeString:
    """Measures one below the other: what, who and by when, how far."""
    rows = []
    # Many end on the same day and stand alike.
    by_day = cache(lambda day: _("by %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")})
    badge = cache(markup.badge)
    plan_at = cache(lambda slug: reverse("plans:plan", args=[slug]))
    for measure in measures:
        note = " · ".join(part for part in (*_notes(measure), by_day(measure.ends_on)) if part)
        rows.append(
            f'<li class="entry-row"><div>'
            f'<a href="{plan_at(measure.plan.network.slug)}measures/{measure.uuid}/"'
            f' lang="{measure.language}">{conditional_escape(measure.title)}</a>'
            f'<span class="note">{conditional_escape(note)}</span></div>'
            f"{badge(*overview.status_word(measure, today))}</li>"
        )
    return mark_safe(f'<ul class="rows measures">{"".join(rows)}</ul>')


def _notes(measure: Measure) -> tuple[str, str]:
    joined: int = measure.others  # type: ignore[attr-defined]
    together = (
        ngettext("with %(n)s other", "with %(n)s others", joined) % {"n": joined} if joined else ""
    )
    who = ", ".join(
        str(one)
        for one in (measure.group, measure.organisation, measure.person and measure.person.name)
        if one
    )
    return who, together


@register.simple_tag
def measure_crumbs(measure: Measure) -> SafeString:
    """The way from the network to a measure."""
    network = measure.plan.network
    return crumbs(
        [
            (network, network.get_absolute_url()),
            (
                _("Action plan %(year)s") % {"year": measure.plan.year},
                measure.plan.get_absolute_url(),
            ),
        ]
    )


@register.simple_tag
def value_trend(points: list[charts.Point], indicator: Indicator) -> SafeString:
    """What was measured over time, up to the target."""
    values = [point.value for point in points if point.value is not None]
    ends = [float(end) for end in (indicator.baseline, indicator.target) if end is not None]
    dated = [charts.Point(date_format(one.label, "SHORT_DATE_FORMAT"), one.value) for one in points]
    return charts.trend(
        dated,
        _("Measured values"),
        lowest=min(0.0, *values, *ends),
        highest=max(*values, *ends, 1.0),
    )


@register.simple_tag
def report_figures(told: dict[str, Any]) -> SafeString:
    """The year in large numbers."""
    return figures(
        [
            (len(told["members"]), _("members")),
            (len(told["groups"]), _("groups")),
            (told["measures"], _("measures")),
            (told["measures_done"], _("done")),
            (len(told["outputs"]), _("outputs")),
        ]
    )


@register.filter
def plain_number(value: Decimal | None) -> str:
    """A figure without the zeros that nobody wrote."""
    if value is None:
        return "–"
    return number_format(value.normalize() if value % 1 else int(value), use_l10n=True)


@register.filter
def last_day(valid: DateRange) -> date | None:
    """The last day of a period."""
    return periods.last_day(valid)


@register.filter
def latest_value(indicator: Indicator) -> IndicatorValue | None:
    """The latest value of an indicator whose values are loaded."""
    return max(indicator.values.all(), key=lambda one: one.on, default=None)


@register.filter
def authors(output: Output) -> str:
    """The names of an output's authors."""
    return authors_of(output)
