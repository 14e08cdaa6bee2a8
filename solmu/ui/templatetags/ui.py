"""The components as template tags; /ui/ shows each of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.ui import charts, markup
from solmu.ui.filters import FilterBar
from solmu.ui.static_files import stylesheets
from solmu.ui.tables import Table

register = template.Library()

register.simple_tag(stylesheets)
register.simple_tag(markup.icon, name="icon")
register.simple_tag(markup.badge, name="badge")
register.simple_tag(markup.steps, name="steps")
register.simple_tag(markup.swatch, name="swatch")
register.simple_tag(charts.bars, name="bars")
register.simple_tag(charts.share, name="share")
register.simple_tag(charts.ring, name="ring")
register.simple_tag(charts.trend, name="trend")
register.simple_tag(charts.spans, name="spans")


@register.simple_block_tag
def capture(content: str) -> SafeString:
    """Keep what is inside for later: {% capture as name %}…{% endcapture %}."""
    return mark_safe(content.strip())


@register.filter
def plain(text: str) -> str:
    """Text without markup on one line, for <title>."""
    return " ".join(strip_tags(text).split())


@register.simple_block_tag
def section(
    content: str,
    title: Any,
    *,
    id: str = "",  # noqa: A002
    more_url: str = "",
    more_label: Any = "",
    level: int = 2,
) -> SafeString:
    """A part of a page under its heading."""
    anchor = id or f"s-{slugify(title)}"
    more = (
        f'<a href="{conditional_escape(more_url)}">{conditional_escape(more_label)}</a>'
        if more_url
        else ""
    )
    return mark_safe(
        f'<section aria-labelledby="{anchor}"><div class="section-head"><h{level} id="{anchor}">'
        f"{conditional_escape(title)}</h{level}>{more}</div>{content}</section>"
    )


@register.simple_block_tag
def waits(content: str, title: Any, *, id: str = "waits") -> SafeString:  # noqa: A002
    """The one warm panel: what waits for you."""
    return mark_safe(
        f'<section class="waits" aria-labelledby="{id}"><h2 id="{id}">{conditional_escape(title)}'
        f"</h2>{content}</section>"
    )


@register.simple_tag
def entry(
    title: Any, url: str = "", note: Any = "", verb: Any = "", verb_url: str = "", end: Any = ""
) -> SafeString:
    """A row of a list of `rows`: what, a quieter line, and the one verb that does it."""
    name: str = conditional_escape(title)
    if url:
        name = f'<a href="{conditional_escape(url)}">{name}</a>'
    below = f'<span class="note">{conditional_escape(note)}</span>' if note else ""
    after: str = conditional_escape(end)
    if verb:
        # The name is in the link too: "Call" alone says nothing when links are read as a list.
        about = f'<span class="visually-hidden">: {conditional_escape(title)}</span>'
        after = (
            f'<a class="verb" href="{conditional_escape(verb_url)}">{conditional_escape(verb)}'
            f"{about}</a>"
        )
    return mark_safe(f'<div class="entry-row"><div>{name}{below}</div>{after}</div>')


@register.simple_block_tag
def dialog(content: str, id: str, title: Any) -> SafeString:  # noqa: A002
    """A question over the page; opened by <a href="#id" data-opens> or by data-opens="id".

    Without JavaScript the link opens it by its address and Close leads back.
    """
    close = conditional_escape(_("Close"))
    return mark_safe(
        f'<dialog class="dialog" id="{id}" aria-labelledby="{id}-title"><header>'
        f'<h2 id="{id}-title">{conditional_escape(title)}</h2>'
        f'<a class="icon-button" href="#" data-shuts>{markup.icon("x")}'
        f'<span class="visually-hidden">{close}</span></a></header>{content}</dialog>'
    )


@register.simple_tag
def tabs(items: Iterable[tuple[Any, str, bool]], label: Any = "") -> SafeString:
    """Views of the same thing, each at its own address."""
    links = "".join(
        f'<a href="{conditional_escape(url)}"{' aria-current="page"' if current else ""}>'
        f"{conditional_escape(text)}</a>"
        for text, url, current in items
    )
    name = conditional_escape(label or _("Views"))
    return mark_safe(f'<nav class="tabs" aria-label="{name}">{links}</nav>')


@register.simple_tag
def crumbs(items: Iterable[tuple[Any, str]]) -> SafeString:
    """The way here, above the title."""
    steps = "".join(
        f'<li><a href="{conditional_escape(url)}">{conditional_escape(text)}</a></li>'
        for text, url in items
    )
    return mark_safe(
        f'<nav aria-label="{conditional_escape(_("You are here"))}">'
        f'<ol class="crumbs">{steps}</ol></nav>'
    )


@register.simple_tag
def empty_state(title: Any, text: Any = "", url: str = "", label: Any = "") -> SafeString:
    """Nothing here yet, and the one next thing to do."""
    facts = {"title": title, "text": text, "url": url, "label": label}
    return mark_safe(render_to_string("ui/empty.html", facts))


@register.simple_tag
def figures(items: Iterable[tuple[Any, ...]]) -> SafeString:
    """Large numbers with their words: (number, word) or (number, word, url)."""
    cells = []
    for number, word, *url in items:
        shown: str = conditional_escape(number)
        if url and url[0]:
            shown = f'<a href="{conditional_escape(url[0])}">{shown}</a>'
        cells.append(f"<div><dt>{conditional_escape(word)}</dt><dd>{shown}</dd></div>")
    return mark_safe(f'<dl class="figures">{"".join(cells)}</dl>')


@register.simple_tag
def timeline(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """What happened, newest first: dicts of on, title and optionally text, note, url, tone."""
    rows = []
    for item in items:
        on = item["on"]
        shown = date_format(on, "SHORT_DATE_FORMAT") if isinstance(on, date) else str(on)
        stamp = f' datetime="{on.isoformat()}"' if isinstance(on, date) else ""
        title: str = conditional_escape(item["title"])
        if item.get("url"):
            title = f'<a href="{conditional_escape(item["url"])}">{title}</a>'
        note = item.get("note")
        text = item.get("text")
        rows.append(
            f'<li class="{conditional_escape(item.get("tone", ""))}">'
            f"<time{stamp}>{conditional_escape(shown)}</time>"
            f'<div class="what">{title}</div>'
            + (f'<div class="text">{conditional_escape(text)}</div>' if text else "")
            + (f'<div class="note">{conditional_escape(note)}</div>' if note else "")
            + "</li>"
        )
    return mark_safe(f'<ol class="timeline">{"".join(rows)}</ol>')


@register.simple_tag
def routine(
    items: Iterable[tuple[Any, Any, str]], *, done: Any = "", coming: Any = ""
) -> SafeString:
    """A line of steps: (name, note, state), where state is done, now or empty."""
    words = {"done": done or _("done"), "now": _("now"), "": coming or _("to come")}
    rows = "".join(
        f'<li class="{state}"{' aria-current="step"' if state == "now" else ""}><b>'
        f'{conditional_escape(name)}<span class="visually-hidden">, '
        f"{conditional_escape(words[state])}</span></b>"
        f'<span class="note">{conditional_escape(note)}</span></li>'
        for name, note, state in items
    )
    return mark_safe(f'<ol class="routine">{rows}</ol>')


@register.simple_tag
def table(table: Table[Any]) -> SafeString:
    """A solmu.ui.tables.Table."""
    return table.render()


@register.simple_tag
def filters(bar: FilterBar) -> SafeString:
    """A solmu.ui.filters.FilterBar."""
    return bar.render()


@register.simple_tag
def field(bound: BoundField, *, compact: bool = False) -> SafeString:
    """A form field with label, help, control and errors; compact sets choices side by side."""
    return bound.render(context={**bound.get_context(), "compact": compact})


@register.simple_tag
def form_errors(form: BaseForm, *, focus: bool = True) -> SafeString:
    """What has to be mended, on top of the form; takes the focus when the page opens."""
    if not form.is_bound or not form.errors or getattr(form, "summed_up", False):
        return mark_safe("")
    # {{ form }} says it too, unless it was said before.
    form.summed_up = True  # type: ignore[attr-defined]
    lines: list[tuple[BoundField | None, Any]] = [
        (None, message) for message in form.non_field_errors()
    ]
    for bound in form:
        lines += [(bound, message) for message in bound.errors]
    title = ngettext("One thing needs mending", "%(n)s things need mending", len(lines)) % {
        "n": len(lines)
    }
    items = "".join(f"<li>{_error_line(bound, message)}</li>" for bound, message in lines)
    return mark_safe(
        f'<div class="error-summary" tabindex="-1"{" autofocus" if focus else ""} role="group" '
        f'aria-labelledby="error-summary"><h2 id="error-summary">{conditional_escape(title)}</h2>'
        f"<ul>{items}</ul></div>"
    )


def _error_line(bound: BoundField | None, message: Any) -> str:
    text = conditional_escape(message)
    if bound is None:
        return text
    anchor = bound.id_for_label or bound.auto_id
    return f'<a href="#{anchor}">{conditional_escape(bound.label)}: {text}</a>'


@register.simple_tag(takes_context=True)
def time_track(
    context: template.Context,
    on: date,
    first: date,
    last: date,
    *,
    name: str = "on",
    label: Any = "",
    target: str = "",
) -> SafeString:
    """The day that a picture shows, to be moved; `target` is what htmx exchanges when it moves."""
    kept = [
        (key, value)
        for key, values in context["request"].GET.lists()
        if key not in {name, "after"}
        for value in values
    ]
    days = max(1, (last - first).days)
    facts = {
        "on": on,
        "first": first,
        "last": last,
        "name": name,
        "label": label or _("Shown on"),
        "kept": kept,
        "target": target,
        "days": days,
        "day": min(days, max(0, (on - first).days)),
        "percent": f"{100 * min(days, max(0, (on - first).days)) / days:.2f}%",
    }
    return mark_safe(render_to_string("ui/time_track.html", facts))
