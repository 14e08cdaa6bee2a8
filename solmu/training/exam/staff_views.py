"""The trainers' pages of questions: the bank with what the answers tell, editing, files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.imports.previews import StaleError
from solmu.imports.reading import ReadingError
from solmu.training.exam import gift, importing, items, qti, writing
from solmu.training.exam.bank import option_text
from solmu.training.exam.forms import FileForm, QuestionForm
from solmu.training.exam.importing import CREATED, REJECTED, UNCHANGED, UPDATED
from solmu.training.exam.items import Item
from solmu.training.exam.models import Question
from solmu.training.exam.writing import Draft, QuestionError
from solmu.training.models import Programme
from solmu.training.page import programme_shell, run_programme, trail
from solmu.training.permissions import can_teach
from solmu.ui import files_out, markup
from solmu.ui.tables import Column, Table

TAB = "exam:questions"


def _taught(request: HttpRequest, slug: str) -> Programme:
    """A programme whose questions the viewer sees and changes: assistants don't."""
    programme = run_programme(request, slug)
    if not can_teach(request.viewer, programme):
        raise PermissionDenied(_("Only trainers see the questions of the test."))
    return programme


def _shell(request: HttpRequest, programme: Programme, **more: Any) -> dict[str, Any]:
    steps = trail(programme)
    if "form" in more:
        steps.append((_("Questions"), reverse(TAB, args=[programme.slug])))
    return {**programme_shell(request, programme, TAB, **more), "trail": steps}


def _bank(programme: Programme) -> QuerySet[Question]:
    rows: QuerySet[Question] = Question.objects.filter(programme=programme)
    return rows


@require_safe
@login_required
def questions(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The bank: each question with how hard it is and whether it tells who knows."""
    programme = _taught(request, slug)
    figures = items.of_programme(programme)
    rows = _bank(programme)
    retired = "retired" in request.GET
    rows = rows.filter(active=False) if retired else rows.active()  # type: ignore[attr-defined]
    asked = request.GET.get("part", "")
    if asked.isdecimal():
        rows = rows.filter(part=int(asked))
    weak = [key for key, item in figures.items() if items.is_weak(item)]
    if "weak" in request.GET:
        rows = rows.filter(pk__in=weak)
    table = Table(
        request,
        _columns(figures, programme),
        rows,
        default_sort="key",
        page_size=100,
        name="questions",
        caption=_("Questions"),
        empty=_("No questions here"),
    )
    if given := table.export():
        return given
    active = list(_bank(programme).filter(active=True).values_list("pk", "part"))
    parts: dict[int, int] = {}
    for _pk, part in active:
        parts[part] = parts.get(part, 0) + 1
    doubted = len({pk for pk, _part in active} & set(weak))
    context = {
        "table": table,
        "parts": sorted(parts.items()),
        "part": int(asked) if asked.isdecimal() else None,
        "retired": retired,
        "weak": doubted,
        "weak_on": "weak" in request.GET,
        "lead": _lead(len(active), doubted, figures),
        "languages": ("fi", "sv", "en"),
    }
    return render(request, "exam/questions.html", _shell(request, programme, **context))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a question."""
    programme = _taught(request, slug)
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            writing.add(programme, form.draft(), by=request.viewer)
        except QuestionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The question is in the bank."))
            return redirect(TAB, slug)
    context = _shell(request, programme, form=form)
    return render(request, "exam/question.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def question(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A question, what its answers tell, and changing it: attempts keep what they asked."""
    programme = _taught(request, slug)
    row = get_object_or_404(_bank(programme), pk=pk)
    newer = row.replaced_by.first()
    form = QuestionForm(request.POST if request.method == "POST" else None, Draft.of(row))
    if request.method == "POST" and form.is_valid():
        try:
            made = writing.change(row, form.draft(row.key), by=request.viewer)
        except QuestionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Attempts made before keep the earlier question."))
            return redirect("exam:question", slug, made.pk)
    item = items.of_programme(programme).get(row.pk)
    context = _shell(
        request,
        programme,
        question=row,
        form=form,
        item=item,
        options=_option_figures(row, item),
        remarks=items.remarks(row, item),
        enough=items.ENOUGH,
        newer=newer,
        older=row.replaces,
    )
    return render(request, "exam/question.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def use(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a question out of use, or back into it."""
    programme = _taught(request, slug)
    row = get_object_or_404(_bank(programme), pk=pk)
    try:
        writing.use(row, active="on" in request.POST, by=request.viewer)
    except QuestionError as error:
        messages.error(request, str(error))
    return redirect("exam:question", slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Read questions from a file, show what would happen, and make it so."""
    programme = _taught(request, slug)
    if request.method == "POST" and "seal" in request.POST:
        try:
            count = importing.apply_sealed(programme, request.POST["seal"], by=request.viewer)
        except (QuestionError, StaleError) as error:
            messages.error(request, str(error))
            return redirect("exam:read", slug)
        text = ngettext("One question is written.", "%(n)s questions are written.", count)
        messages.success(request, text % {"n": count})
        return redirect(TAB, slug)
    posted = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if posted else FileForm()
    plan = None
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            rows = importing.read(
                content,
                is_gift=importing.looks_like_gift(file.name, content),
                language=form.cleaned_data["language"],
            )
        except ReadingError as error:
            form.add_error("file", str(error))
        else:
            plan = importing.plan(programme, rows)
    context = _shell(
        request,
        programme,
        form=form,
        plan=plan,
        taken=[*plan.of(CREATED), *plan.of(UPDATED)] if plan else [],
        same=plan.of(UNCHANGED) if plan else [],
        rejected=plan.of(REJECTED) if plan else [],
        seal=importing.seal(programme, plan) if plan and plan.drafts else "",
    )
    return render(request, "exam/read.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def xlsx(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The bank as a spreadsheet that can be read back (?format=csv: as CSV)."""
    programme = _taught(request, slug)
    form = "csv" if request.GET.get("format") == "csv" else "xlsx"
    rows = importing.lines(_in_use(programme))
    name = f"{programme.slug}-questions"
    return files_out.answer(request, form, importing.headings(), rows, name=name)


@require_safe
@login_required
def gift_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The bank as GIFT, in one language."""
    programme = _taught(request, slug)
    language = _asked_language(request)
    content = gift.write(importing.written(_in_use(programme), language))
    if request.demo:
        content = f"// {_('Fictional demo content')}\n\n{content}"
    return _file(
        request, content.encode(), f"{programme.slug}-{language}", "gift.txt", "text/plain"
    )


@require_safe
@login_required
def qti_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The bank as a QTI 3.0 package, in one language."""
    programme = _taught(request, slug)
    language = _asked_language(request)
    title = str(programme)
    if request.demo:
        title = f"{title} – {_('Fictional demo content')}"
    content = qti.package(
        importing.written(_in_use(programme), language), title=title, language=language
    )
    return _file(request, content, f"{programme.slug}-{language}", "qti.zip", "application/zip")


def _file(request: HttpRequest, content: bytes, name: str, ending: str, kind: str) -> HttpResponse:
    demo = "-demo" if request.demo else ""
    return HttpResponse(
        content,
        headers={
            "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            "Content-Disposition": f'attachment; filename="{name}{demo}.{ending}"',
            "Cache-Control": "no-store",
        },
    )


def _in_use(programme: Programme) -> list[Question]:
    return list(_bank(programme).filter(active=True).order_by("part", "key"))


def _asked_language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in {"fi", "sv", "en"} else (get_language() or "fi")[:2]


def _lead(active: int, doubted: int, figures: dict[int, Item]) -> str:
    first = ngettext(
        "%(n)s question is in use.", "%(n)s questions are in use.", active
    ) % {"n": active}  # fmt: skip
    if not any(item.is_enough for item in figures.values()):
        return f"{first} {_('There are too few answers yet to say how they work.')}"
    if not doubted:
        return f"{first} {_('All of them tell those who know from those who do not.')}"
    then = ngettext(
        "%(n)s may not tell those who know from those who don't.",
        "%(n)s may not tell those who know from those who don't.",
        doubted,
    ) % {"n": doubted}
    return f"{first} {then}"


def _columns(figures: dict[int, Item], programme: Programme) -> list[Column[Any]]:
    def share(row: Question) -> str:
        item = figures.get(row.pk)
        return f"{round(100 * item.share)} %" if item and item.is_enough else "–"

    def tells(row: Question) -> str:
        item = figures.get(row.pk)
        if item is None or not item.is_enough or item.tells is None:
            return "–"
        return str(localize(round(item.tells, 2)))

    def answers(row: Question) -> int:
        item = figures.get(row.pk)
        return item.answers if item else 0

    def says(row: Question) -> SafeString | str:
        found = items.remarks(row, figures.get(row.pk))
        return markup.joined([format_html("<p>{}</p>", text) for text in found]) if found else ""

    def title(row: Question) -> SafeString:
        url = reverse("exam:question", args=[programme.slug, row.pk])
        return markup.link(url, row.text, note=row.key)

    return [
        Column("key", _("Question"), title, sort="key", export=lambda row: row.text),
        Column("part", _("Part"), lambda row: row.part, sort="part", numeric=True),
        Column("answers", _("Answers"), answers, numeric=True, export=answers),
        Column("share", _("Right"), share, numeric=True, export=share),
        Column("tells", _("Tells who knows"), tells, numeric=True, export=tells),
        Column("says", _("To look at"), says,
               export=lambda row: " ".join(items.remarks(row, figures.get(row.pk)))),
    ]  # fmt: skip


def _option_figures(row: Question, item: Item | None) -> list[dict[str, Any]]:
    language = (get_language() or "fi")[:2]
    found = []
    for place, option in enumerate(row.options):
        count, rest = (item.chosen if item else {}).get(place, (0, 0.0))
        found.append(
            {
                "letter": items.letter(place),
                "text": option_text(option, language),
                "right": place == row.right,
                "count": count,
                "percent": round(100 * count / item.answers) if item and item.answers else 0,
                "rest": round(rest, 1) if count else None,
            }
        )
    return found
