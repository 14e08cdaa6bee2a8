"""The public pages where anybody checks a document."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from solmu.sealing import verifying
from solmu.sealing.forms import FileForm
from solmu.sealing.models import Seal
from solmu.sealing.verifying import Outcome, Verdict

_BADGES = {
    Outcome.HOLDS: "good",
    Outcome.EARLIER: "good",
    Outcome.UNKNOWN: "wait",
}


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Drop a file, or give the code that stands in it."""
    if code := request.GET.get("code", "").strip():
        seal = verifying.find(code)
        if seal is not None:
            return redirect(seal)
        return _page(request, None, FileForm(), None, code=code, status=404)
    return _answer(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What the code belongs to; and whether a file is that document, unchanged."""
    seal = verifying.find(code)
    if seal is None:
        return _page(request, None, FileForm(), None, code=code, status=404)
    if code != seal.code:
        return redirect(seal)
    return _answer(request, seal)


def _answer(request: HttpRequest, seal: Seal | None) -> HttpResponse:
    if request.method != "POST":
        return _page(request, seal, FileForm(), None)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, seal, form, None, status=422)
    data = form.cleaned_data["file"].read()
    return _page(request, seal, FileForm(), verifying.examine(data, expected=seal))


def _page(
    request: HttpRequest,
    seal: Seal | None,
    form: FileForm,
    verdict: Verdict | None,
    *,
    code: str = "",
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "sealing/verify.html",
        {
            "seal": seal,
            "described": verifying.described(seal) if seal else None,
            "kind": verifying.kind_of(seal.certificate) if seal and seal.certificate else "",
            "proof": verifying.proof_of(seal) if seal else "",
            "form": form,
            "verdict": verdict,
            "badge": _BADGES.get(verdict.outcome, "bad") if verdict else "",
            "unknown": code,
        },
        status=status,
    )
