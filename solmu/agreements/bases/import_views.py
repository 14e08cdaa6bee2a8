"""A template from a file: a Word document or JSON, shown before anything is made of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.agreements.bases import exchange, owning, word_in, writing
from solmu.agreements.bases.exchange import TemplateIn
from solmu.agreements.bases.forms import FileForm, ImportedForm
from solmu.agreements.bases.rules import BaseError
from solmu.agreements.document import LANGUAGE_NAMES
from solmu.agreements.models import Base
from solmu.imports import previews
from solmu.lib.translated import LANGUAGES

SEALED = "template of a file"
PAGE = "agreements/bases/import.html"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_base(request: HttpRequest) -> HttpResponseBase:
    """Read a file, show what became what, and start a template of it when that is accepted.

    What was previewed travels with the page, signed for the person who saw it.
    """
    owners = owning.owners_or_403(request.viewer)
    if request.method == "POST" and "accepted" in request.POST:
        return _accept(request, owners)
    form = FileForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            facts = _preview(request, form, owners)
        except BaseError as error:
            form.add_error("file", str(error))
        else:
            return render(request, PAGE, facts)
    return render(request, PAGE, {"form": form}, status=422 if form.errors else 200)


def _preview(request: HttpRequest, form: FileForm, owners: list[owning.Owner]) -> dict[str, Any]:
    file, language = form.cleaned_data["file"], form.cleaned_data["language"]
    if file.size > word_in.LARGEST_FILE:
        raise BaseError(
            _("The file is larger than %(n)s MB. An agreement is much smaller: leave pictures out.")
            % {"n": word_in.LARGEST_FILE // 1024 // 1024}
        )
    content = file.read()
    found: list[dict[str, Any]] = []
    left_out: list[str] = []
    if content.lstrip()[:1] == b"{":
        template = exchange.read_json(content)
        languages = [code for code in LANGUAGES if getattr(template.name, code)]
        language = languages[0]
        sources = [("json", 0, 0)] * len(template.clauses)
    else:
        read = word_in.read(content)
        left_out = read.left_out
        sources = [(one.source, one.paragraphs, one.tables) for one in read.clauses]
        template = exchange.read(
            {
                "kind": "other",
                "name": {language: read.title or file.name.rpartition(".")[0][:160] or "–"},
                "clauses": [
                    {"title": {language: one.title}, "text": {language: one.text}}
                    for one in read.clauses
                ],
            }
        )
    for clause, (source, paragraphs, tables) in zip(template.clauses, sources, strict=True):
        text = getattr(clause.text, language)
        found.append(
            {
                "title": getattr(clause.title, language),
                "source": source,
                "paragraphs": paragraphs,
                "tables": tables,
                "text": text[:280],
                "more": len(text) > 280,
            }
        )
    kept = {"template": template.model_dump(), "language": language}
    sealed = previews.seal(SEALED, request.viewer.user_id or 0, kept)
    name = getattr(template.name, language)
    decide = ImportedForm(
        owners=owners, initial={"name": name, "kind": template.kind, "accepted": sealed}
    )
    return {
        "decide": decide,
        "found": found,
        "left_out": left_out,
        "language": LANGUAGE_NAMES[language],
        "code": language,
    }


def _accept(request: HttpRequest, owners: list[owning.Owner]) -> HttpResponseBase:
    try:
        kept = previews.unseal(SEALED, request.viewer.user_id or 0, request.POST["accepted"])
    except previews.StaleError as error:
        messages.error(request, str(error))
        return redirect("agreements:base-import")
    decide = ImportedForm(request.POST, owners=owners)
    template = TemplateIn.model_validate(kept["template"])
    if not decide.is_valid():
        return render(
            request,
            PAGE,
            {"decide": decide, "language": LANGUAGE_NAMES[kept["language"]]},
            status=422,
        )
    setattr(template.name, kept["language"], decide.cleaned_data["name"])
    template.kind = Base.Kind(decide.cleaned_data["kind"]).value  # type: ignore[assignment]
    made = writing.create(
        template,
        by=request.viewer,
        institution=decide.chosen.institution,
        network=decide.chosen.network,
    )
    messages.success(request, _("The template is a draft. Go through its clauses."))
    return redirect("agreements:base-edit", made.pk)
