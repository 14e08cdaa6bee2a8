"""Taking all of a network's data along: asked for, made in the background, downloaded."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from solmu.networks import archive
from solmu.networks.models import Archive
from solmu.networks.page import led_network, shell


@require_http_methods(["GET", "POST"])
@login_required
def archives(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the archive, see how it comes along, and where to download it."""
    network = led_network(request, slug)
    if request.method == "POST":
        archive.ask(network, by=request.viewer)
        return redirect("networks:archive", network.slug)
    one = (
        Archive.objects.filter(network=network)
        .defer("content")
        .select_related("asked_by")
        .order_by("-pk")
        .first()
    )
    template = "networks/archive.html"
    if request.headers.get("HX-Request"):
        template += "#progress"
    return render(
        request, template, shell(request, network, "networks:home", one=one, kept=archive.KEPT)
    )


@require_GET
@login_required
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The packed file."""
    network = led_network(request, slug)
    one = Archive.objects.filter(network=network, state=Archive.State.READY).first()
    if one is None or one.content is None:
        raise Http404
    response = HttpResponse(bytes(one.content), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{network.slug}-solmu.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response
