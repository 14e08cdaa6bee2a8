"""The components as HTML: what they say, and that they say it to everybody."""

from datetime import date

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe

from solmu.ui import charts, markup
from solmu.ui.filters import Filter, FilterBar
from solmu.ui.forms import DateField
from solmu.ui.menu import MenuItem, bar_of, groups_for


def _render(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class ExampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the register")
    begins = DateField(label="Begins", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect)


def test_badge_escapes_its_text() -> None:
    assert markup.badge("<b>", "berry") == '<span class="badge berry">&lt;b&gt;</span>'


def test_steps_say_their_word_or_their_number() -> None:
    assert strip_tags(markup.steps(3, 4, "Partner")) == "Partner"
    assert strip_tags(markup.steps(3, 4)) == "3/4"
    assert markup.steps(3, 4).count('class="full"') == 3


def test_field_ties_help_and_errors_to_its_control() -> None:
    html = _render("{% field form.name %}", form=ExampleForm({"name": ""}))

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html
    assert '<label for="id_name">Name</label>' in html


def test_date_field_speaks_iso_to_the_browser() -> None:
    html = _render(
        "{% field form.begins %}", form=ExampleForm(initial={"begins": date(2026, 11, 24)})
    )

    assert 'type="date"' in html
    assert 'value="2026-11-24"' in html


def test_date_field_takes_what_people_type() -> None:
    assert ExampleForm({"name": "x", "kind": "a", "begins": "24.11.2026"}).is_valid()


def test_half_filled_form_keeps_what_was_written() -> None:
    html = _render("{{ form }}", form=ExampleForm({"name": "Hoivakoti", "begins": "32.1.2026"}))

    assert 'value="Hoivakoti"' in html
    assert 'value="32.1.2026"' in html


def test_error_summary_takes_focus_and_links_to_the_fields() -> None:
    html = _render("{% form_errors form %}", form=ExampleForm({}))

    assert 'tabindex="-1" autofocus' in html
    assert 'href="#id_name"' in html


def test_error_summary_is_said_once() -> None:
    html = _render("{% form_errors form %}{{ form }}", form=ExampleForm({}))

    assert html.count('class="error-summary"') == 1


def test_form_without_errors_has_no_summary() -> None:
    assert _render("{% form_errors form %}", form=ExampleForm()) == ""


def test_verb_of_a_row_names_its_row() -> None:
    html = _render('{% entry "Leipomo" "/x/" "note" "Call" "/y/" %}')

    assert (
        '<a class="verb" href="/y/">Call<span class="visually-hidden">: Leipomo</span></a>' in html
    )


def test_current_tab_is_marked() -> None:
    html = _render("{% tabs items %}", items=[("List", "/a/", False), ("Map", "/b/", True)])

    assert html.count('aria-current="page"') == 1


def test_section_is_named_by_its_heading() -> None:
    html = _render('{% section "What waits" %}x{% endsection %}')

    assert 'aria-labelledby="s-what-waits"' in html
    assert '<h2 id="s-what-waits">What waits</h2>' in html


@pytest.mark.parametrize(
    "html",
    [
        charts.bars([("<i>", 3), ("b", 0)]),
        charts.bars([]),
        charts.ring([("<i>", 3, 1), ("b", 0, 2)]),
        charts.ring([("a", 0, 1)]),
        charts.trend([("<i>", 3), ("b", None), ("c", 1)]),
        charts.trend([]),
        charts.spans([("<i>", None, None)], date(2010, 1, 1), date(2026, 1, 1)),
        charts.share(250),
    ],
)
def test_chart_has_no_style_and_no_foreign_markup(html: str) -> None:
    assert "style=" not in html
    assert "<i>" not in html
    assert "nan" not in html


def test_chart_says_its_values_in_text() -> None:
    assert "3" in strip_tags(charts.bars([("a", 3)]))
    assert "12" in strip_tags(charts.ring([("a", 12, 1)]))
    assert "7" in strip_tags(charts.trend([("2026", 7)]))


def test_time_track_keeps_the_filter_and_works_without_script() -> None:
    request = RequestFactory().get("/?level=2&on=2020-01-01&after=x")

    html = _render(
        "{% time_track on first last %}",
        request=request,
        on=date(2025, 6, 1),
        first=date(2019, 1, 1),
        last=date(2026, 1, 1),
    )

    assert '<input type="hidden" name="level" value="2">' in html
    assert 'name="after"' not in html
    assert (
        'type="date" id="track-on" name="on" value="2025-06-01" min="2019-01-01" max="2026-01-01"'
        in html
    )
    assert 'max="2557"' in html


def test_filter_bar_takes_only_known_values() -> None:
    request = RequestFactory().get("/?level=2&level=9&q=%20leipomo&on=2025-01-01&after=x")
    bar = FilterBar(request, [Filter("level", "Level", [(1, "One"), (2, "Two")])], search="q")

    assert bar.chosen == {"level": ["2"]}
    assert bar.text == "leipomo"
    assert bar.clear_url == "?on=2025-01-01"
    assert 'value="2" checked' in bar.render()
    assert 'name="after"' not in bar.render()


def test_capture_and_plain_give_a_title_without_markup() -> None:
    html = _render("{% capture as x %} <b>A</b>\n B {% endcapture %}{{ x|plain }}")

    assert html == "A B"


def test_safe_note_is_not_escaped_twice() -> None:
    assert _render("{{ x }}", x=markup.noted(mark_safe("<b>a</b>"), "<c>")) == (
        '<b>a</b><span class="note">&lt;c&gt;</span>'
    )


def test_menu_shows_what_the_viewer_may_see_and_where_they_are() -> None:
    items = [
        MenuItem("", "Day", "ui:components", "house", count=lambda viewer: 3),
        MenuItem("see", "Hidden", "ui:components", "map", visible=lambda viewer: False),
        MenuItem("do", "Theme", "ui:theme", "sun"),
    ]

    groups = groups_for(items, None, "/ui/theme/x/")

    assert [(group.key, group.current, group.count) for group in groups] == [
        ("", False, 3),
        ("do", True, 0),
    ]


def test_bar_has_at_most_five_items_and_drops_what_stands_above_first() -> None:
    above = [MenuItem("", "Day", "ui:components", "house")]
    loop = [
        MenuItem(key, key, "ui:theme", "map") for key in ("see", "agree", "do", "learn", "reflect")
    ]

    assert len(bar_of(groups_for(above + loop, None, "/"))) == 5
    assert next(iter(bar_of(groups_for(above + loop[:1], None, "/")))).label == "Day"
