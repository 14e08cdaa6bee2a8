"""Starting an agreement: with whom, from which template, with which of its clauses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.agreements.drafting import drafting
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.forms import FindForm, NewForm
from solmu.agreements.models import Base, BaseVersion
from solmu.agreements.permissions import can_draft
from solmu.lib import clock, modules
from solmu.networks.models import Network
from solmu.organisations.models import Institution, Organisation
from solmu.organisations.querysets import called
from solmu.partnerships.models import Stakeholder, Standing
from solmu.people.models import Person

FOUND = 12


@dataclass(frozen=True, slots=True)
class With:
    """Whom the agreement is made with."""

    name: str
    query: str
    stakeholder: Stakeholder | None = None
    network: Network | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponseBase:
    """Start an agreement: first with whom, then the template, then its clauses."""
    own = request.viewer.institution_id
    partner = _partner(request)
    if partner and partner.stakeholder:
        own = partner.stakeholder.institution_id
    if not can_draft(request.viewer, own):
        raise PermissionDenied(_("The institution's leaders and coordinators draft agreements."))
    institution = Institution.objects.select_related("organisation").get(pk=own)
    if partner is None:
        return _whom(request, institution)
    version = _version(request)
    if version is None:
        return _which(request, institution, partner)
    return _what(request, institution, partner, version)


def _partner(request: HttpRequest) -> With | None:
    key, slug = request.GET.get("partner", ""), request.GET.get("network", "")
    if key.isdecimal() and len(key) < 18:
        stakeholder = get_object_or_404(
            Stakeholder.objects.visible_to(request.viewer).select_related("organisation"),
            pk=int(key),
        )
        return With(str(stakeholder.organisation), f"partner={key}", stakeholder)
    if slug:
        network = get_object_or_404(
            Network.objects.visible_to(request.viewer).select_related("organisation"),
            organisation__slug=slug,
        )
        return With(str(network), f"network={network.slug}", None, network)
    return None


def _version(request: HttpRequest) -> BaseVersion | None:
    key = request.GET.get("base", "")
    if not key.isdecimal() or len(key) > 18:
        return None
    bases = Base.objects.visible_to(request.viewer).offered(clock.today())
    return get_object_or_404(
        BaseVersion.objects.filter(base__in=bases, state=BaseVersion.State.APPROVED).select_related(
            "base"
        ),
        pk=int(key),
    )


def _whom(request: HttpRequest, institution: Institution) -> HttpResponse:
    """Find the partner; networks that one is in are few enough to be listed."""
    form = FindForm(request.GET or None)
    text = request.GET.get("find", "").strip().replace("\0", "")[:100]
    partners: list[Stakeholder] = []
    if text:
        rows = Stakeholder.objects.visible_to(request.viewer).filter(
            called(text, "organisation__"), institution=institution
        )
        language = (get_language() or "fi")[:2]
        partners = list(
            rows.select_related("organisation").order_by(f"organisation__sort_{language}")[:FOUND]
        )
    networks = Network.objects.visible_to(request.viewer).run_here()
    networks = networks.filter(pk__in=request.viewer.networks.keys())
    context = {
        "form": form,
        "text": text,
        "partners": partners,
        "networks": networks.select_related("organisation").order_by("organisation__sort_fi"),
        "add_url": reverse("partnerships:new") if modules.is_on("partnerships") else "",
    }
    return render(request, "agreements/new_whom.html", context)


def _which(request: HttpRequest, institution: Institution, partner: With) -> HttpResponse:
    """Choose the template; those that fit the partner come first."""
    rows = BaseVersion.objects.filter(
        base__in=Base.objects.visible_to(request.viewer).offered(clock.today()),
        state=BaseVersion.State.APPROVED,
    ).select_related("base__institution__organisation", "base__network__organisation")
    standing = None
    if partner.stakeholder:
        standing = (
            Standing.objects.on(clock.today()).filter(stakeholder=partner.stakeholder).first()
        )

    def fits(version: BaseVersion) -> tuple[Any, ...]:
        base = version.base
        network = base.kind == Base.Kind.NETWORK
        suits = network == (partner.network is not None)
        level = bool(standing and base.level_id and standing.level_id == base.level_id)
        content = bool(standing and base.content_id and base.content_id in standing.contents)
        own = base.institution_id == institution.pk or (
            partner.network is not None and base.network_id == partner.network.pk
        )
        return (not suits, not level, not content, not own, base.name.casefold(), version.pk)

    versions = sorted(rows, key=fits)
    context = {
        "partner": partner,
        "versions": versions,
        "templates_url": reverse("agreements:list") + "templates/",
    }
    return render(request, "agreements/new_which.html", context)


def _what(
    request: HttpRequest, institution: Institution, partner: With, version: BaseVersion
) -> HttpResponse:
    """Title, languages, parties and the clauses that can be chosen."""
    members: list[Organisation] = []
    if partner.network:
        today = clock.today()
        members = list(
            Organisation.objects.filter(
                memberships__network=partner.network, memberships__valid__contains=today
            )
            .exclude(pk=institution.pk)
            .distinct()
            .order_by("sort_fi")
        )
    base = version.base
    form = NewForm(
        request.POST if request.method == "POST" else None,
        version=version,
        members=members,
        title=_("%(kind)s: %(name)s") % {"kind": base.name, "name": partner.name},
        language=_language(partner),
    )
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data.get("parties", [])
        others = [one for one in members if one.pk in chosen]
        if partner.stakeholder:
            others = [partner.stakeholder.organisation]
        drafter = Person.objects.filter(pk=request.viewer.person_id or 0).first()
        try:
            made = drafting.start(
                version,
                institution=institution,
                organisations=others,
                title=form.cleaned_data["title"],
                languages=form.cleaned_data["languages"],
                stakeholder=partner.stakeholder,
                network=partner.network,
                leave_out=form.leave_out(),
                # Whoever drafts it speaks for the institution until somebody else is named.
                contacts={institution.pk: drafter} if drafter else {},
                by=request.viewer,
            )
        except DraftingError as error:
            form.add_error(None, str(error))
        else:
            if drafting.missing(made):
                messages.success(request, _("The draft is there. Fill in what is still missing."))
                return redirect("agreements:variables", made.pk)
            messages.success(request, _("The draft is there. Read it through."))
            return redirect("agreements:text", made.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "partner": partner, "version": version}
    return render(request, "agreements/new.html", context, status=status)


def _language(partner: With) -> str:
    """The language that the partner's people read, as far as it is known."""
    if partner.stakeholder:
        contacts = partner.stakeholder.contacts.filter(valid__contains=clock.today())
        spoken = contacts.exclude(person__language="").values_list("person__language", flat=True)
        if found := spoken.first():
            return str(found)
    return "fi"
