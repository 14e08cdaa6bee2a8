"""Members from a spreadsheet: the file, the preview, the yes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from solmu.imports.previews import SheetForm, StaleError
from solmu.imports.reading import ReadingError
from solmu.networks import importing, membering
from solmu.networks.page import led_network, shell


@require_http_methods(["GET", "POST"])
@login_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Read members from a file, show what would happen, and make it so."""
    network = led_network(request, slug)
    if request.method == "POST" and "seal" in request.POST:
        try:
            count = importing.apply(network, request.POST["seal"], by=request.viewer)
        except (membering.MemberingError, StaleError) as error:
            messages.error(request, str(error))
            return redirect("networks:members-import", network.slug)
        text = ngettext("%(n)s member is added.", "%(n)s members are added.", count)
        messages.success(request, text % {"n": count})
        return redirect("networks:members", network.slug)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    rows: list[importing.Row] | None = None
    if form.is_bound and form.is_valid():
        try:
            rows = importing.read(network, form.cleaned_data["file"].read(), viewer=request.viewer)
        except ReadingError as error:
            form.add_error("file", str(error))
    taken = [row for row in rows or () if not row.reason and not row.there]
    return render(
        request,
        "networks/members_import.html",
        shell(
            request,
            network,
            "networks:members",
            form=form,
            rows=rows,
            taken=taken,
            rejected=[row for row in rows or () if row.reason],
            there=[row for row in rows or () if row.there],
            seal=importing.sealed(network, rows) if taken and rows else "",
        ),
        status=422 if form.is_bound and not form.is_valid() else 200,
    )
