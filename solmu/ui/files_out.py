"""Lists as files: one way to answer with a spreadsheet, CSV or JSON, from whatever page."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.lib import sheets_out

FORMATS = ("xlsx", "csv", "json")


def answer(
    request: HttpRequest,
    form: str,
    headings: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    *,
    name: str,
    keys: Sequence[str] = (),
) -> HttpResponseBase:
    """Return rows as a file called `name`; `keys` name the columns in JSON.

    In a demo the file says itself that what it holds is fiction: it leaves its page.
    """
    headings = [str(heading) for heading in headings]
    keys = list(keys) or headings
    filename = f"{slugify(name) or 'list'}.{form}"
    if getattr(request, "demo", False):
        mark = _("Fictional demo content")
        headings, keys = [*headings, mark], [*keys, "demo"]
        rows = ([*row, mark if form == "json" else None] for row in rows)
        filename = f"{slugify(name) or 'list'}-demo.{form}"
    response: HttpResponseBase
    if form == "xlsx":
        file = sheets_out.xlsx_file(headings, rows, title=name)
        response = FileResponse(file, as_attachment=True, filename=filename)
    elif form == "csv":
        language = (get_language() or "en")[:2]
        response = StreamingHttpResponse(sheets_out.csv_chunks(headings, rows, language=language))
    else:
        response = StreamingHttpResponse(sheets_out.json_chunks(keys, rows))
    response.headers["Content-Type"] = sheets_out.TYPES[form]
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-store"
    return response
