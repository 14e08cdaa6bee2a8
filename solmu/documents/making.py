"""Making PDF documents: accessible (PDF/UA-1) and fit for archives (PDF/A-2a), by typst.

A room keeps its own documents as `<room>/documents/<name>.typ`; they import
`/documents/templates/solmu.typ` and have a function `main` of the data that they say.
"""

import base64
import json
import re
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override

from solmu.installation import demo

ROOT = Path(__file__).resolve().parent.parent
FONT = "Atkinson Hyperlegible Next"
FONTS = Path(__file__).resolve().parent / "fonts"
STANDARDS: Any = ["a-2a", "ua-1"]
WITH_FILES: Any = ["a-3a", "ua-1"]  # documents with other files attached

_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class LettersError(ValueError):
    """Letters that no font of the documents has; accessible PDF doesn't allow such."""

    def __init__(self, letters: Iterable[str]) -> None:
        self.letters = frozenset(letters)
        super().__init__(" ".join(sorted(self.letters)))

    def are_in(self, text: str) -> bool:
        """Whether a text has some of them."""
        return any(one in text for one in self.letters)


# One compiler a process, used by one thread at a time: it keeps fonts and parsed templates.
_lock = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(root=str(ROOT), font_paths=fonts)


def pdf(
    template: Path, data: dict[str, Any], *, language: str = "fi", with_files: bool = False
) -> bytes:
    """Return the document as PDF bytes; in a demo each page says that the content is fictional.

    `with_files`: the template attaches files, which PDF/A-3 allows and PDF/A-2 doesn't.
    """
    with override(language):
        notice = _("Fictional demo content") if demo.is_demo() else ""
    sent = {**data, "language": language, "notice": notice}
    # Not in sys.inputs: they belong to typst's library, and with another one it forgets whatever it
    # has laid out. So templates and what stands in every document of a kind are laid out once.
    said = json.dumps(sent, ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    source = (
        f'#import "/{template.relative_to(ROOT).as_posix()}": main\n#main(json(bytes("{said}")))'
    )
    return _compiled(source, WITH_FILES if with_files else STANDARDS)


def check(text: str) -> None:
    """LettersError says which letters of a text no document can show."""
    said = json.dumps(text, ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    _compiled(
        f'#set document(title: "-")\n#set text(font: "{FONT}")\n#json(bytes("{said}"))', STANDARDS
    )


def picture(content: bytes, content_type: str) -> str:
    """A PNG, JPEG or WebP picture as templates take it: as text, an SVG around it."""
    inside = base64.b64encode(content).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">'
        f'<image href="data:{content_type};base64,{inside}"/></svg>'
    )


def _compiled(source: str, standards: Any) -> bytes:
    try:
        with _lock:
            made: Any = _compiler().compile(source.encode(), format="pdf", pdf_standards=standards)
    except typst.TypstError as error:
        # Each in its own words, those that aren't seen by themselves by their number.
        if found := _MISSING.findall(f"{error.message}\n{error.diagnostic}"):
            raise LettersError(
                _ESCAPED.sub(lambda one: chr(int(one[1], 16)), each) for each in found
            ) from error
        raise
    return bytes(made)
