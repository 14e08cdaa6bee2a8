"""Signing: by a personal link without an account, or signed in; reading, identifying, declining."""

from __future__ import annotations

import io
import uuid as uuids
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.accounts import identity
from solmu.agreements import document
from solmu.agreements.binding import joining
from solmu.agreements.drafting import shown
from solmu.agreements.models import Agreement, Signature
from solmu.agreements.signing import asking_links, codes, identifying, signing
from solmu.agreements.signing.asking_links import Opened
from solmu.agreements.signing.forms import DeclineForm, SignForm
from solmu.agreements.signing.signing import Circumstances, SigningError
from solmu.people.viewer import Viewer
from solmu.sealing import sealing
from solmu.sealing.models import Seal

Means = Agreement.Means
# What stands in the way, and the answer's status: 200 where the page is of use to its reader.
STATUS = {signing.TURN: 200, signing.SIGNED: 200, signing.MANDATE: 403}


@dataclass(frozen=True, slots=True)
class Door:
    """Through what a signer came in: the addresses of the pages behind it."""

    sign: str
    code: str
    decline: str
    pdf: str
    identify: str

    @classmethod
    def of_link(cls, token: str) -> Door:
        """A personal link."""
        return cls(*(reverse(f"agreements:{name}", args=[token]) for name in _LINKED))

    @classmethod
    def of_account(cls, signature: Signature) -> Door:
        """The signer's own account."""
        return cls(*(reverse(f"agreements:{name}", args=[signature.uuid]) for name in _OWN))


_LINKED = ("sign", "sign-code", "sign-decline", "sign-pdf", "sign-identify")
_OWN = ("own-sign", "own-sign-code", "own-sign-decline", "own-sign-pdf", "own-sign-identify")
_BACK = "signing"  # session key
Inside = Callable[[HttpRequest, Opened, Door], HttpResponseBase]


def by_link(inside: Inside) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """A page behind a personal link; one that never was, or is kept no longer, is unknown."""

    @wraps(inside)
    @never_cache
    def view(request: HttpRequest, token: str) -> HttpResponseBase:
        opened = asking_links.opened(token)
        if opened is None:
            return _private(render(request, "agreements/sign/unknown.html", status=404))
        return _private(inside(request, opened, Door.of_link(token)))

    return view


def by_account(inside: Inside) -> Callable[[HttpRequest, uuids.UUID], HttpResponseBase]:
    """The same page for the signer who is signed in."""

    @wraps(inside)
    @login_required
    @never_cache
    def view(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
        opened = asking_links.own(request.viewer, uuid)
        if opened is None:
            raise Http404
        return inside(request, opened, Door.of_account(opened.signature))

    return view


def _sign(request: HttpRequest, opened: Opened, door: Door) -> HttpResponseBase:
    """The whole text, and signing it; opening the page changes nothing."""
    row = opened.signature
    what = _obstacle(opened)
    if request.method != "POST":
        if what:
            return _told(request, door, opened, what)
        form = SignForm(None, digest=row.subject.digest, by_code=row.means == Means.CODE)
        return _reading(request, door, row, form)
    if what:
        return _told(request, door, opened, what, refused=True)
    form = SignForm(request.POST, digest=row.subject.digest, by_code=row.means == Means.CODE)
    if not form.is_valid():
        return _reading(request, door, row, form, status=422)
    try:
        identified = identifying.identify(request, row, form.cleaned_data.get("code", ""))
        job = joining.sign if row.joinder_id else signing.sign
        job(
            row,
            digest=form.cleaned_data["digest"],
            by=_by(row),
            seen=Circumstances(
                address=request.META.get("REMOTE_ADDR", ""),
                browser=request.headers.get("User-Agent", ""),
                identified=identified,
            ),
        )
    except SigningError as error:
        row = asking_links.again(row)
        if now := signing.obstacle(row.agreement, row):
            again = Opened(row, opened.live, opened.copy)
            return _told(request, door, again, now, refused=True)
        form.add_error("code" if "code" in form.fields else None, str(error))
        return _reading(request, door, row, form, status=422)
    identifying.done(request)
    return redirect(door.sign)


def _identify(request: HttpRequest, opened: Opened, door: Door) -> HttpResponseBase:
    """Go to an identity provider and come back; what leaves this house doesn't hold the secret."""
    provider = identity.provider(request.GET.get("provider", ""))
    if provider is None or _obstacle(opened):
        return redirect(door.sign)
    request.session[_BACK] = door.sign
    return redirect(identity.identify_url(provider.slug, reverse("agreements:sign-back")))


@require_safe
@never_cache
def back(request: HttpRequest) -> HttpResponseBase:
    """Back from an identity provider, to what was being signed."""
    return redirect(f"{request.session.pop(_BACK, '/')}#identify")


def _send_code(request: HttpRequest, opened: Opened, door: Door) -> HttpResponseBase:
    """Send a code to the address that the request went to, and nowhere else."""
    row = opened.signature
    what = _obstacle(opened)
    if what and what != signing.MANDATE:
        return _told(request, door, opened, what, refused=True)
    back = door.decline if request.POST.get("next") == "decline" else door.sign
    if row.means != Means.CODE:
        return redirect(back)
    try:
        codes.send(row)
    except codes.TooManyCodesError as error:
        context = _context(request, door, row) | {"problem": str(error)}
        return render(request, "agreements/sign/codes.html", context, status=429)
    except SigningError:
        return redirect(back)
    return redirect(f"{back}#identify")


def _decline(request: HttpRequest, opened: Opened, door: Door) -> HttpResponseBase:
    """Decline to sign, with a reason."""
    row = opened.signature
    what = _obstacle(opened)
    if what and what != signing.MANDATE:
        return _told(request, door, opened, what, refused=request.method == "POST")
    form = DeclineForm(
        request.POST if request.method == "POST" else None, by_code=row.means == Means.CODE
    )
    if request.method == "POST" and form.is_valid():
        try:
            identifying.identify(request, row, form.cleaned_data.get("code", ""))
            job = joining.decline if row.joinder_id else signing.decline
            job(row, reason=form.cleaned_data["reason"], by=_by(row))
        except SigningError as error:
            form.add_error("code" if "code" in form.fields else None, str(error))
        else:
            return redirect(door.sign)
    context = _context(request, door, row) | {"form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "agreements/sign/decline.html", context, status=status)


def _pdf(request: HttpRequest, opened: Opened, door: Door) -> HttpResponseBase:
    """The document: sealed once it is, else as it is to be signed."""
    if not opened.live:
        return _told(request, door, opened, _obstacle(opened))
    row = opened.signature
    name = f"{slugify(row.subject.content['title'])[:80] or 'agreement'}.pdf"
    seal = _seal(row)
    if seal is not None and seal.file is not None:
        data = sealing.sealed_bytes(seal)
    else:
        data = document.pdf(row.subject.content, version=_number(row))
    return FileResponse(io.BytesIO(data), filename=name, content_type="application/pdf")


sign = require_http_methods(["GET", "HEAD", "POST"])(by_link(_sign))
send_code = require_POST(by_link(_send_code))
decline = require_http_methods(["GET", "HEAD", "POST"])(by_link(_decline))
pdf = require_safe(by_link(_pdf))
identify = require_safe(by_link(_identify))
own_identify = require_safe(by_account(_identify))
own_sign = require_http_methods(["GET", "HEAD", "POST"])(by_account(_sign))
own_send_code = require_POST(by_account(_send_code))
own_decline = require_http_methods(["GET", "HEAD", "POST"])(by_account(_decline))
own_pdf = require_safe(by_account(_pdf))


def _obstacle(opened: Opened) -> str:
    row = opened.signature
    what = signing.obstacle(row.agreement, row)
    if what:
        return what
    if opened.copy or not opened.live:
        return signing.OVER
    return ""


def _by(row: Signature) -> Viewer:
    return Viewer(
        user_id=row.person.user_id, person_id=row.person_id, name=row.name or row.person.name
    )


def _number(row: Signature) -> int:
    version = row.version or (row.joinder.version if row.joinder else None)
    return version.number if version else 0


def _seal(row: Signature) -> Seal | None:
    kind, key = (
        (joining.SEALED, row.joinder_id)
        if row.joinder_id
        else (signing.SEALED, row.version_id or 0)
    )
    return Seal.objects.filter(subject_kind=kind, subject_id=key).select_related("file").first()


def _context(request: HttpRequest, door: Door, row: Signature) -> dict[str, Any]:
    agreement = row.agreement
    joinder = row.joinder
    return {
        "door": door,
        "signature": row,
        "agreement": agreement,
        "institution": agreement.institution.organisation,
        "party": row.party.organisation,
        "joining": joinder,
        "until": joinder.sign_by if joinder else agreement.sign_by,
        "by_code": row.means == Means.CODE,
        "masked": _masked(row.email),
        "code_waits": codes.waits(row),
        "who": identifying.of(request, row),
        "needs_provider": row.means == Means.IDENTITY,
        # The address holds no secret, so that it may be passed through signing in.
        "own_url": reverse("agreements:own-sign", args=[row.uuid]),
        "providers": identity.providers() if row.means == Means.IDENTITY else [],
    }


def _reading(
    request: HttpRequest, door: Door, row: Signature, form: SignForm, *, status: int = 200
) -> HttpResponse:
    content = row.subject.content
    context = _context(request, door, row) | {
        "form": form,
        "content": content,
        "texts": _texts(content),
        "joined_texts": _texts(row.joinder.version.content) if row.joinder else [],
        "also": _others(row),
    }
    return render(request, "agreements/sign/sign.html", context, status=status)


def _texts(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The text in each language, the prevailing first."""
    clauses = shown.clauses(content)
    return [
        {
            "code": code,
            "name": document.LANGUAGE_NAMES[code],
            "prevails": code == content["prevailing"],
            "clauses": [
                (clause, cell, cell.lines)
                for clause in clauses
                for cell in clause.cells
                if cell.code == code
            ],
        }
        for code in shown.languages(content)
    ]


def _others(row: Signature) -> list[Signature]:
    subject = row.subject
    return list(
        subject.signatures.exclude(pk=row.pk)
        .select_related("party__organisation")
        .order_by("position", "pk")
    )


def _told(
    request: HttpRequest, door: Door, opened: Opened, what: str, *, refused: bool = False
) -> HttpResponse:
    """What has become of the request, on a page of its own."""
    row = opened.signature
    seal = _seal(row) if what == signing.SIGNED else None
    context = _context(request, door, row) | {
        "what": what,
        "live": opened.live,
        "seal": seal,
        "all_signed": seal is not None,
        "waiting": [one for one in _others(row) if one.state == Signature.State.WAITING],
    }
    status = STATUS.get(what, 410)
    if refused and status == 200:
        status = 409
    return render(request, "agreements/sign/told.html", context, status=status)


def _masked(email: str) -> str:
    name, _at, host = email.partition("@")
    return f"{name[:1]}…@{host}" if host else ""


def _private(answer: HttpResponseBase) -> Any:
    # The address holds the secret: it goes into no Referer and no search engine.
    answer["Referrer-Policy"] = "strict-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
