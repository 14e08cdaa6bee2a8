"""Markdown into safe HTML, and check questions."""

import pytest

from solmu.training.learning import texts
from solmu.training.learning.texts import TextError

CHECK = """Ennen.

::check p1-a-1
Mikä on oikein?
- [ ] Väärä
- [x] **Oikea**
= Koska on.
::end

Jälkeen."""


def test_check_is_taken_out_of_the_text():
    found = texts.parts_of(CHECK)

    assert "::" not in found.markdown
    assert "Ennen." in found.markdown
    assert "Jälkeen." in found.markdown
    assert found.checks == [texts.Check("Mikä on oikein?", ("Väärä", "**Oikea**"), 1, "Koska on.")]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("x\n::check\nK?\n- [x] a\n- [ ] b\n= w", 2),
        ("::check\nK?\n- [ ] a\n- [ ] b\n= w\n::end", 1),
        ("::check\nK?\n- [x] a\n- [x] b\n= w\n::end", 1),
        ("::check\nK?\n- [x] a\n- [ ] b\n::end", 1),
        ("::check\n- [x] a\n- [ ] b\n= w\n::end", 1),
    ],
)
def test_check_that_cannot_be_read_is_told_with_its_line(body, line):
    with pytest.raises(TextError) as told:
        texts.parts_of(body)

    assert told.value.line == line


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "[x](vbscript:x)",
    ],
)
def test_text_makes_no_script(attack):
    html = texts.html_of(attack).lower()

    assert "<script" not in html
    assert "<img src=x" not in html
    assert 'href="javascript' not in html
    assert 'src="javascript' not in html
    assert 'href="data:' not in html
    assert 'href="vbscript' not in html


def test_headings_stand_below_the_pages_own():
    assert texts.html_of("### Otsikko") == "<h2>Otsikko</h2>\n"


def test_task_is_marked():
    assert 'class="task"' in texts.html_of("> **Tehtävä (10 min):** Kokeile.")
    assert 'class="task"' not in texts.html_of("> Lainaus.")
