"""Addresses that have changed still lead: a page that isn't there any more sends to where it is."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from solmu.lib.problems import ProblemError
from solmu.organisations import merging
from solmu.organisations.models import Institution, Organisation

View = Callable[..., HttpResponseBase]
# Given the request and the address's parameters, the parameters of where it is now, or None.
Finder = Callable[..., dict[str, Any] | None]


def following(find: Finder) -> Callable[[View], View]:
    """Decorator of pages: where nothing is found, look whether it has moved, and lead there.

    `find` names only what the viewer may see; to everybody else nothing was ever there.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except Http404:
                match = request.resolver_match
                moved = find(request, **kwargs) if request.method in {"GET", "HEAD"} else None
                if moved is None or match is None:
                    raise
                address = reverse(match.view_name, kwargs={**kwargs, **moved})
                return redirect(_asked_alike(request, address))

        return answer

    return decorate


def leading(load: Callable[..., Any], find: Finder) -> Callable[..., Any]:
    """As `following`, for what an operation of the API reads: 307 to the record that stayed."""

    @wraps(load)
    def loaded(request: HttpRequest, **kwargs: Any) -> Any:
        try:
            return load(request, **kwargs)
        except Http404:
            match, moved = request.resolver_match, find(request, kwargs["id"])
            if moved is None or match is None:
                raise
            address = reverse(match.view_name, kwargs={"id": moved["pk"]})
            raise ProblemError(
                HTTPStatus.TEMPORARY_REDIRECT,
                "It was merged with another record.",
                headers={"Location": _asked_alike(request, address)},
            ) from None

    return loaded


def _asked_alike(request: HttpRequest, address: str) -> str:
    """An address with the query of the one that was asked for."""
    query = request.META.get("QUERY_STRING", "")
    return f"{address}?{query}" if query else address


def present_slug(request: HttpRequest, slug: str, **rest: Any) -> dict[str, Any] | None:
    """The present address of an institution that once had this one."""
    found = merging.address_of(slug)
    if found is None or found.slug == slug:
        return None
    seen = Institution.objects.visible_to(request.viewer).filter(pk=found.pk)
    return {"slug": found.slug} if seen.exists() else None


def present_entry(request: HttpRequest, pk: int, **rest: Any) -> dict[str, Any] | None:
    """The entry that a merged one has become."""
    gone = Organisation.objects.filter(pk=pk).exclude(merged_into=None).first()
    if gone is None:
        return None
    kept = merging.end_of(gone).pk
    seen = Organisation.objects.visible_to(request.viewer).filter(pk=kept)
    return {"pk": kept} if seen.exists() else None


at_present_address = following(present_slug)
at_present_entry = following(present_entry)
