"""Members from a spreadsheet: the file, the preview, the yes."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from solmu.imports.reading import ReadingError
from solmu.networks import importing, membering
from solmu.networks.page import led_network, shell


class FileForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("XLSX, ODS or CSV."))


@require_http_methods(["GET", "POST"])
@login_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Read members from a file, show what would happen, and make it so."""
    network = led_network(request, slug)
    if request.method == "POST" and "seal" in request.POST:
        try:
            count = importing.apply(network, request.POST["seal"], by=request.viewer)
        except membering.MemberingError as error:
            messages.error(request, str(error))
            return redirect("networks:members-import", network.slug)
        text = ngettext("%(n)s member is added.", "%(n)s members are added.", count)
        messages.success(request, text % {"n": count})
        return redirect("networks:members", network.slug)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
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
            seal=importing.sealed(rows) if taken and rows else "",
        ),
        status=422 if form.is_bound and not form.is_valid() else 200,
    )
