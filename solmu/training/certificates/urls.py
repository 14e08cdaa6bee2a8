"""Addresses of certificates, the post, feedback and figures; badges' own are public."""

from django.urls import path

from solmu.training.certificates import badge_views, own_views, staff_views

app_name = "certificates"

LINK = "training/certificate/<str:token>"
OWN = "learn/<uuid:uuid>"
RUN = "training/<slug:slug>"

urlpatterns = [
    path(f"{LINK}/", own_views.link, name="link"),
    path(f"{LINK}/pdf/", own_views.link_pdf, name="link-pdf"),
    path(f"{LINK}/badge/", own_views.link_badge, name="link-badge"),
    path(f"{LINK}/feedback/", own_views.link_feedback, name="link-feedback"),
    path(f"{OWN}/certificate/", own_views.own, name="own"),
    path(f"{OWN}/certificate/pdf/", own_views.own_pdf, name="own-pdf"),
    path(f"{OWN}/certificate/badge/", own_views.own_badge, name="own-badge"),
    path(f"{OWN}/feedback/", own_views.own_feedback, name="own-feedback"),
    path(f"{RUN}/certificates/", staff_views.certificates, name="list"),
    path(f"{RUN}/certificates/settings/", staff_views.settings, name="settings"),
    path(f"{RUN}/certificates/<int:pk>/", staff_views.one, name="one"),
    path(f"{RUN}/certificates/<int:pk>/pdf/", staff_views.one_pdf, name="pdf"),
    path(f"{RUN}/post/", staff_views.post, name="post"),
    path(f"{RUN}/post/letters/", staff_views.letters, name="letters"),
    path(f"{RUN}/feedback/", staff_views.answers, name="feedback"),
    path(f"{RUN}/feedback/questions/", staff_views.asked, name="asked"),
    path(f"{RUN}/figures/", staff_views.figures_page, name="figures"),
    path("badges/credentials/<uuid:uuid>/", badge_views.credential, name="badge-credential"),
    path("badges/<slug:slug>/", badge_views.issuer, name="badge-issuer"),
    path("badges/<slug:slug>/jwks.json", badge_views.keys, name="badge-keys"),
    path("badges/<slug:slug>/keys/<str:kid>/", badge_views.key, name="badge-key"),
    path("badges/<slug:slug>/revocations/", badge_views.revocations, name="badge-revocations"),
    path(
        "badges/<slug:slug>/achievements/<slug:programme>/", badge_views.achievement,
        name="badge-achievement",
    ),
]  # fmt: skip
