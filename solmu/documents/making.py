"""Making PDF documents: accessible (PDF/UA-1) and fit for archives (PDF/A-2a), by typst.

A room keeps its own documents as `<room>/documents/<name>.typ`; they import
`/documents/templates/solmu.typ` and have a function `main` of the data that they say.
"""

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override

from solmu.installation import demo

ROOT = Path(__file__).resolve().parent.parent
FONTS = Path(__file__).resolve().parent / "fonts"
STANDARDS: Any = ["a-2a", "ua-1"]
WITH_FILES: Any = ["a-3a", "ua-1"]  # documents with other files attached

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
    with _lock:
        made: Any = _compiler().compile(
            source.encode(),
            format="pdf",
            pdf_standards=WITH_FILES if with_files else STANDARDS,
        )
    return bytes(made)
