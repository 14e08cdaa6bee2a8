"""Comments: sent for, written by the parties signed in or by a link, answered by the drafter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements import document, files
from solmu.agreements.drafting import commenting, comparing, drafting, people, shown, wording
from solmu.agreements.drafting import words as variables
from solmu.agreements.drafting.commenting import Receiver
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.forms import AskForm, MessageForm, ReplyForm, SayForm
from solmu.agreements.models import Agreement, Comment, Party, Version
from solmu.agreements.overview import Overview
from solmu.agreements.page import edited_agreement, open_agreement, shell
from solmu.agreements.permissions import can_see_confidential, spoken_for
from solmu.people.models import Person
from solmu.people.viewer import Viewer

TAB = "agreements:comments"


@dataclass(slots=True)
class Remark:
    """A comment as it is shown: what it would change, and what can be done with it."""

    comment: Comment
    change: Any = ""
    reply: ReplyForm | None = None


@dataclass(slots=True)
class Commented:
    """A clause with what was said of it, and the form to say more."""

    shown: shown.Shown | None
    remarks: list[Remark] = field(default_factory=list)
    form: SayForm | None = None


@require_safe
@login_required
def comments(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the parties say of the text; those who speak for one say it here."""
    agreement = open_agreement(request, pk)
    return _page(request, agreement)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def send(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the text for comments: to whom, with which greeting."""
    agreement = edited_agreement(request, pk)
    data = request.POST if request.method == "POST" else None
    parties = drafting.parties_of(agreement)[1:]
    known = people.known_by_party(agreement, parties)
    forms = [AskForm(data, party=party, people=known[party.pk]) for party in parties]
    message = MessageForm(data)
    problem = ""
    if data is not None and all([message.is_valid(), *[one.is_valid() for one in forms]]):
        try:
            with transaction.atomic():
                receivers = [
                    Receiver(one.party, _person(request.viewer, agreement, one))
                    for one in forms
                    if one.cleaned_data.get("asked")
                ]
                commenting.send(
                    agreement,
                    receivers,
                    message=message.cleaned_data["message"],
                    by=request.viewer,
                )
        except (DraftingError, ValueError) as error:
            problem = str(error)
        else:
            messages.success(request, _("It is sent. You get a message when they answer."))
            return redirect(agreement)
    more = {
        "forms": forms,
        "message": message,
        "problem": problem,
        "missing": [variables.label(name) for name in drafting.missing(agreement)],
    }
    status = 422 if data is not None else 200
    context = shell(request, agreement, TAB, **more)
    return render(request, "agreements/send.html", context, status=status)


@require_POST
@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the text back from the others."""
    agreement = edited_agreement(request, pk)
    try:
        commenting.take_back(agreement, by=request.viewer)
    except DraftingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is a draft again; the links have ended."))
    return redirect(agreement)


@require_POST
@login_required
def accept(request: HttpRequest, pk: int, comment: int) -> HttpResponse:
    """Take a suggested wording into the text."""
    agreement = edited_agreement(request, pk)
    row = get_object_or_404(Comment.objects.filter(agreement=agreement), pk=comment)
    try:
        commenting.accept(row, by=request.viewer)
    except DraftingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The wording is in the text now."))
    return redirect(f"{reverse(TAB, args=[pk])}#comment-{row.pk}")


@require_POST
@login_required
def reply(request: HttpRequest, pk: int, comment: int) -> HttpResponse:
    """Answer a comment, or decline a suggestion."""
    agreement = edited_agreement(request, pk)
    row = get_object_or_404(Comment.objects.filter(agreement=agreement), pk=comment)
    try:
        commenting.reply(
            row, request.POST.get("answer", ""), decline="decline" in request.POST,
            by=request.viewer,
        )  # fmt: skip
    except DraftingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your answer is sent."))
    return redirect(f"{reverse(TAB, args=[pk])}#comment-{row.pk}")


@require_POST
@login_required
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Comment signed in, for a party that one speaks for."""
    agreement = open_agreement(request, pk)
    party = _spoken(request, agreement)
    form = SayForm(request.POST)
    problem = _say(party, form, by=request.viewer, author=_own(request.viewer))
    if problem:
        return _page(request, agreement, sent=form, problem=problem)
    messages.success(request, _("Your comment is written. Send all of them when you are ready."))
    return redirect(f"{reverse(TAB, args=[pk])}#{form.cleaned_data['key'] or 'whole'}")


@require_POST
@login_required
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it is fine, or that the comments are done."""
    agreement = open_agreement(request, pk)
    party = _spoken(request, agreement)
    try:
        commenting.finish(
            party, fine="fine" in request.POST, by=request.viewer, name=request.viewer.name
        )
    except DraftingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you. Your answer is sent."))
    return redirect(TAB, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The text for somebody who was sent a link: read, comment, suggest, or say that it is fine."""
    opened = commenting.opened(token)
    if opened is None:
        return _private(render(request, "agreements/comment_gone.html", {}, status=404))
    agreement = opened.party.agreement
    if not opened.live:
        context = {"agreement": agreement, "party": opened.party}
        return _private(render(request, "agreements/comment_gone.html", context, status=410))
    if request.method == "POST":
        return _private(_answer_by_link(request, opened, token))
    return _private(_link_page(request, opened, token))


def _answer_by_link(request: HttpRequest, opened: commenting.Opened, token: str) -> HttpResponse:
    party = opened.party
    by = Viewer.system(commenting.SAID)
    here = reverse("agreements:comment", args=[token])
    if "fine" in request.POST or "done" in request.POST:
        name = opened.person.name if opened.person else str(party.organisation)
        try:
            commenting.finish(party, fine="fine" in request.POST, by=by, name=name)
        except DraftingError as error:
            return _link_page(request, opened, token, problem=str(error))
        messages.success(request, _("Thank you. Your answer is sent."))
        return redirect(here)
    form = SayForm(request.POST)
    problem = _say(party, form, by=by, author=opened.person)
    if problem:
        return _link_page(request, opened, token, sent=form, problem=problem)
    messages.success(request, _("Your comment is written. Send all of them when you are ready."))
    return redirect(f"{here}#{form.cleaned_data['key'] or 'whole'}")


def _link_page(
    request: HttpRequest,
    opened: commenting.Opened,
    token: str,
    *,
    sent: SayForm | None = None,
    problem: str = "",
) -> HttpResponse:
    party, agreement = opened.party, opened.party.agreement
    version = agreement.versions.order_by("number").last()
    content = version.content if version else drafting.content_of(agreement)
    code = _language(content)
    context = {
        "agreement": agreement,
        "party": party,
        "person": opened.person,
        "institution": agreement.institution.organisation,
        "version": version,
        "code": code,
        "codes": shown.languages(content),
        "language_names": document.LANGUAGE_NAMES,
        "here": reverse("agreements:comment", args=[token]),
        "problem": problem,
        "changed": _changed_since(agreement, version, code),
        **_said(agreement, content, code, party=party, sent=sent),
    }
    status = 422 if problem else 200
    return render(request, "agreements/comment.html", context, status=status)


def _page(
    request: HttpRequest,
    agreement: Agreement,
    *,
    sent: SayForm | None = None,
    problem: str = "",
) -> HttpResponse:
    page = Overview(request.viewer, agreement)
    read = files.text(request.viewer, agreement)
    content = read.content
    version = agreement.versions.order_by("number").last()
    speaks = spoken_for(request.viewer, agreement)
    party = None
    if agreement.state == Agreement.State.NEGOTIATION and speaks and version:
        party = next((one for one in speaks if one.voice == Party.Voice.WAITING), speaks[0])
        content = version.content
    code = _language(content)
    more = {
        "page": page,
        "party": party,
        "content": content,
        "code": code,
        "problem": problem,
        "here": reverse("agreements:say", args=[agreement.pk]),
        "finish_url": reverse("agreements:finish", args=[agreement.pk]),
        **_said(agreement, content, code, party=party, sent=sent, answers=page.may_edit,
                hide=not can_see_confidential(request.viewer, agreement)),
    }  # fmt: skip
    status = 422 if problem else 200
    context = shell(request, agreement, TAB, **more)
    return render(request, "agreements/comments.html", context, status=status)


def _said(
    agreement: Agreement,
    content: dict[str, Any],
    code: str,
    *,
    party: Party | None,
    sent: SayForm | None,
    answers: bool = False,
    hide: bool = False,
) -> dict[str, Any]:
    """Every clause with what was said of it; with a party, the forms to say more."""
    clauses = shown.clauses(content, hide=hide)
    raw = {clause["key"]: clause for clause in content["clauses"]}
    rows = {one.key: Commented(one) for one in clauses}
    whole = Commented(None)
    open_now = agreement.is_open
    hidden = {one.key for one in clauses if hide and one.confidential}
    for comment in commenting.of_agreement(agreement):
        if comment.key in hidden:
            continue
        remark = Remark(comment)
        clause = raw.get(comment.key)
        if comment.suggested:
            now = clause["text"].get(comment.language, "") if clause else ""
            before = _text_then(comment) if comment.state == Comment.State.ACCEPTED else now
            remark.change = shown.compared(wording.compared(before, comment.suggested))
        if answers and open_now and comment.state in {Comment.State.OPEN, Comment.State.ANSWERED}:
            remark.reply = ReplyForm(instance=comment, auto_id=f"reply-{comment.pk}-%s")
        rows.get(comment.key, whole).remarks.append(remark)
    if party is not None:
        for key, row in [("", whole), *rows.items()]:
            text = raw[key]["text"].get(code, "") if key else ""
            initial = {"key": key, "language": code, "suggested": text}
            row.form = SayForm(initial=initial, auto_id=f"say-{key or 'whole'}-%s")
            if sent is not None and sent.data.get("key", "") == key:
                sent.auto_id = f"say-{key or 'whole'}-%s"
                row.form = sent
    own = [
        remark
        for row in (whole, *rows.values())
        for remark in row.remarks
        if party is not None
        and remark.comment.organisation_id == party.organisation_id
        and remark.comment.state == Comment.State.OPEN
    ]
    said = any(row.remarks for row in (whole, *rows.values()))
    return {"whole": whole, "rows": list(rows.values()), "own_open": len(own), "said": said}


def _text_then(comment: Comment) -> str:
    """The clause as it was when it was commented on."""
    content = comment.version.content if comment.version else {"clauses": []}
    then = next((one for one in content["clauses"] if one["key"] == comment.key), None)
    return str(then["text"].get(comment.language, "")) if then else ""


def _changed_since(
    agreement: Agreement, version: Version | None, code: str
) -> list[dict[str, Any]]:
    """What has changed since the version that was sent before."""
    if version is None or version.number < 2:
        return []
    before = agreement.versions.filter(number=version.number - 1).first()
    if before is None:
        return []
    differences = comparing.compare(before.content["clauses"], version.content["clauses"], [code])
    return [
        {"title": one.title, "key": one.key, "text": shown.compared(one.words[0].text)}
        for one in comparing.changed(differences)
    ]


def _say(party: Party, form: SayForm, *, by: Viewer, author: Person | None) -> str:
    """Write the comment; the answer says why it can't be, else is empty."""
    if not form.is_valid():
        return _("Write a comment, or change the wording.")
    try:
        commenting.say(party, by=by, author=author, **form.cleaned_data)
    except DraftingError as error:
        return str(error)
    return ""


def _spoken(request: HttpRequest, agreement: Agreement) -> Party:
    speaks = spoken_for(request.viewer, agreement)
    if not speaks:
        raise PermissionDenied(
            _("The party's leaders, coordinators and contact person speak for it.")
        )
    return next((one for one in speaks if one.voice == Party.Voice.WAITING), speaks[0])


def _person(viewer: Viewer, agreement: Agreement, form: AskForm) -> Person:
    key = form.cleaned_data.get("person")
    if key and key in form.people:
        return form.people[key]
    return people.name_somebody(
        agreement,
        form.party,
        name=form.cleaned_data["name"],
        email=form.cleaned_data["email"],
        by=viewer,
    )


def _own(viewer: Viewer) -> Person | None:
    return Person.objects.filter(pk=viewer.person_id).first() if viewer.person_id else None


def _language(content: dict[str, Any]) -> str:
    """The reader's language where the text has it, else the one that prevails."""
    code = (get_language() or "fi")[:2]
    return code if code in content["languages"] else str(content["prevailing"])


def _private(answer: HttpResponse) -> HttpResponse:
    # The address holds the secret: it goes into no Referer and no search engine.
    answer["Referrer-Policy"] = "strict-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
