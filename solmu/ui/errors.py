"""Error pages in Solmu's look."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: known to the viewer, not open to them."""
    # A room may say why, and where one can ask.
    facts = {name: getattr(exception, name, "") for name in ("url", "verb")}
    return render(request, "ui/403.html", {"why": str(exception or ""), **facts}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not for the viewer to know of."""
    return render(request, "ui/404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: Solmu's own fault."""
    return render(request, "ui/500.html", status=500)


class FormAddressMiddleware:
    """Lead from an address that only takes a form to the page above it.

    Who had to sign in again before sending a form, or opens its address anew, comes by GET.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
            and request.method == "GET"
            and request.path.endswith("/")
            and "text/html" in request.headers.get("Accept", "")
        ):
            return redirect(request.path.rsplit("/", 2)[0] + "/")
        return response
