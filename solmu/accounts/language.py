"""The reader's language: their own choice, else the browser's, else Finnish."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

COOKIE = settings.LANGUAGE_COOKIE_NAME
_OFFERED = {code for code, _name in settings.LANGUAGES}


def language_of(request: HttpRequest) -> str:
    """Return fi, sv or en for the request."""
    chosen = getattr(request.user, "language", "") or request.COOKIES.get(COOKIE, "")
    if chosen in _OFFERED:
        return str(chosen)
    for code, _quality in parse_accept_lang_header(
        request.headers.get("Accept-Language", "").lower()
    ):
        if code[:2] in _OFFERED:
            return code[:2]
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Answers each request in the reader's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response
