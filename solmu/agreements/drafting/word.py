"""An agreement as a document for a word processor: headings, tables with heading rows, language."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.document import Document

from solmu.agreements import document
from solmu.agreements.word_file import add_table, add_text, clean, new, speak
from solmu.installation import demo


def docx(content: dict[str, Any], *, mark: str = "", hide_confidential: bool = False) -> bytes:
    """Return the document of a version's content, each language after another."""
    prevailing = content["prevailing"]
    parties = [party["name"] for party in content["parties"]]
    made = new(prevailing, title=content["title"], author=", ".join(parties))
    with override(prevailing):
        speak(made.add_heading(clean(content["title"]), level=0), prevailing)
        speak(made.add_paragraph(clean(" · ".join(parties)), style="Subtitle"), prevailing)
        notes = [mark, _("Fictional demo content") if demo.is_demo() else ""]
        for note in filter(None, notes):
            speak(made.add_paragraph(note), prevailing).runs[0].bold = True
    codes = sorted(content["languages"], key=lambda code: code != prevailing)
    for code in codes:
        with override(code):
            _language(made, content, code, several=len(codes) > 1, hide=hide_confidential)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def _language(
    made: Document, content: dict[str, Any], code: str, *, several: bool, hide: bool
) -> None:
    if several:
        name = document.LANGUAGE_NAMES[code]
        prevails = f" ({_('prevailing')})" if code == content["prevailing"] else ""
        speak(made.add_heading(f"{name}{prevails}", level=1), code)
    for number, clause in enumerate(content["clauses"], start=1):
        shown = document.clause_shown(content, clause, code, hide=hide)
        title = f"{number}. {clean(shown['title'])}"
        speak(made.add_heading(title, level=2 if several else 1), code)
        add_text(made, shown["text"], code)
        if shown["rows"]:
            add_table(made, shown["columns"], shown["rows"], code)
