"""Downloading files, adding them to records, and removing them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from solmu.files import storing
from solmu.files.forms import UploadForm
from solmu.files.holders import Holder
from solmu.files.models import File
from solmu.lib.composed import composed


@require_safe
def download(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """A file's bytes, for those who see what it is attached to; a browser never runs them."""
    file = File.objects.visible_to(request.viewer).present().filter(uuid=uuid).first()
    if file is None:
        if request.viewer.is_anonymous:
            return redirect_to_login(request.get_full_path())
        raise Http404
    try:
        stream = file.path.open("rb")
    except FileNotFoundError:
        raise Http404
    response = FileResponse(stream, as_attachment=True, filename=file.name)
    response.headers["Content-Type"] = file.content_type
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: HttpRequest, kind: str, holder_id: int) -> HttpResponse:
    """Attach files to a record."""
    holder = _holder(kind)
    if not holder.ids(request.viewer).filter(pk=holder_id).exists():
        raise Http404
    if not holder.may_change(request.viewer, holder_id):
        raise PermissionDenied
    back = holder.url(holder_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            sent = form.cleaned_data["attached"]
            with transaction.atomic():
                for upload in sent:
                    storing.store(upload, kind=kind, holder_id=holder_id, by=request.viewer)
            told = ngettext("The file was added.", "%(n)s files were added.", len(sent))
            messages.success(request, told % {"n": len(sent)})
            return redirect(back)
    status = 422 if form.errors else 200
    return render(request, "files/add.html", {"form": form, "back": back}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask, then take a file off its record."""
    file = get_object_or_404(File.objects.visible_to(request.viewer).present(), uuid=uuid)
    holder = _holder(file.holder_kind)
    if not holder.may_change(request.viewer, file.holder_id):
        raise PermissionDenied
    back = holder.url(file.holder_id)
    if request.method == "POST":
        storing.remove(file, by=request.viewer)
        messages.success(request, _("The file was removed."))
        return redirect(back)
    return render(request, "files/remove.html", {"file": file, "back": back})


def _holder(kind: str) -> Holder:
    holder: Holder | None = composed("FILE_HOLDERS").get(kind)
    if holder is None:
        raise Http404
    return holder
