"""Addresses of all rooms; a module that is switched off has none."""

from django.urls import include, path, re_path

from solmu.api import api
from solmu.lib import modules, problems

urlpatterns = [
    path("", include("solmu.portal.urls")),
    path("accounts/", include("solmu.accounts.urls")),
    path("accounts/", include("solmu.accounts.door_urls")),
    path("accounts/", include("solmu.organisations.account_urls")),
    path("organisations/", include("solmu.organisations.urls")),
    *modules.of(
        "partnerships",
        path("institutions/", include("solmu.partnerships.founding.urls")),
        path("partners/", include("solmu.partnerships.urls")),
    ),
    *modules.of("agreements", path("", include("solmu.agreements.urls"))),
    *modules.of("costs", path("networks/<slug:slug>/costs/", include("solmu.costs.urls"))),
    *modules.of(
        "plans",
        path("networks/<slug:slug>/", include("solmu.plans.urls")),
        path("n/<slug:slug>/", include("solmu.plans.public_urls")),
    ),
    *modules.of(
        "networks",
        path("networks/", include("solmu.networks.urls")),
        path("n/", include("solmu.networks.public_urls")),
    ),
    *modules.of("training", path("training/", include("solmu.training.systems.urls"))),
    # Smaller rooms of training come before it: /learn/… and addresses below /training/.
    *modules.of(
        "training",
        path("", include("solmu.training.learning.urls")),
        path("", include("solmu.training.exam.urls")),
        path("", include("solmu.training.certificates.urls")),
        path("training/", include("solmu.training.coverage.urls")),
    ),
    *modules.of("training", path("training/", include("solmu.training.autopilot.urls"))),
    *modules.of("training", path("training/", include("solmu.training.urls"))),
    path("institutions/", include("solmu.organisations.institution_urls")),
    path("institutions/", include("solmu.sealing.institution_urls")),
    path("people/", include("solmu.organisations.people_urls")),
    path("search/", include("solmu.search.urls")),
    path("files/", include("solmu.files.urls")),
    path("mail/", include("solmu.notifications.urls")),
    path("verify/", include("solmu.sealing.urls")),
    path("ui/", include("solmu.ui.urls")),
    *modules.of("api", path("api/v1/", api.urls)),
    re_path("^api/", problems.unknown_address, name="api-unknown"),
]

handler403 = "solmu.ui.errors.forbidden"
handler404 = "solmu.ui.errors.not_found"
handler500 = "solmu.ui.errors.failed"
