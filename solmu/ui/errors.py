"""Error pages in Solmu's look."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: known to the viewer, not open to them."""
    return render(request, "ui/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not for the viewer to know of."""
    return render(request, "ui/404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: Solmu's own fault."""
    return render(request, "ui/500.html", status=500)
