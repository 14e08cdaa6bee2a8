"""Addresses of signing and of the parties: under /agreements/, and /sign/<token>/."""

from django.urls import include, path

from solmu.agreements.signing import link_views, views

urlpatterns = [
    path("agreements/mandates/", views.mandate_list, name="mandates"),
    path("agreements/mandates/new/", views.mandate_new, name="mandate-new"),
    path("agreements/mandates/<int:pk>/end/", views.mandate_end, name="mandate-end"),
    path("agreements/<int:pk>/signing/", views.signing_tab, name="signing"),
    path("agreements/<int:pk>/signing/cancel/", views.cancel, name="signing-cancel"),
    path(
        "agreements/<int:pk>/signing/parties/<int:party_pk>/mandate/",
        views.party_mandate,
        name="party-mandate",
    ),
    path("agreements/<int:pk>/signing/<uuid:uuid>/remind/", views.remind, name="signing-remind"),
    path(
        "agreements/<int:pk>/signing/<uuid:uuid>/uploaded/",
        views.uploaded,
        name="signing-uploaded",
    ),
    path("sign/back/", link_views.back, name="sign-back"),
    path("sign/<str:token>/", link_views.sign, name="sign"),
    path("sign/<str:token>/code/", link_views.send_code, name="sign-code"),
    path("sign/<str:token>/decline/", link_views.decline, name="sign-decline"),
    path("sign/<str:token>/pdf/", link_views.pdf, name="sign-pdf"),
    path("sign/<str:token>/identify/", link_views.identify, name="sign-identify"),
    path("agreements/signatures/<uuid:uuid>/", link_views.own_sign, name="own-sign"),
    path("agreements/signatures/<uuid:uuid>/code/", link_views.own_send_code, name="own-sign-code"),
    path(
        "agreements/signatures/<uuid:uuid>/decline/",
        link_views.own_decline,
        name="own-sign-decline",
    ),
    path("agreements/signatures/<uuid:uuid>/pdf/", link_views.own_pdf, name="own-sign-pdf"),
    path(
        "agreements/signatures/<uuid:uuid>/identify/",
        link_views.own_identify,
        name="own-sign-identify",
    ),
    path("", include("solmu.agreements.binding.urls")),
]
