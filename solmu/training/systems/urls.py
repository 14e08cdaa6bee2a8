"""Addresses of a programme's systems, below /training/."""

from django.urls import path

from solmu.training.systems import hand_views, views

app_name = "systems"

urlpatterns = [
    path("<slug:slug>/systems/", views.systems, name="systems"),
    path("<slug:slug>/systems/by-hand/", hand_views.by_hand, name="by-hand"),
    path("cohorts/<int:pk>/results/", hand_views.results, name="results"),
    path("<slug:slug>/systems/works/<int:pk>/again/", views.again, name="again"),
    path("<slug:slug>/systems/<slug:kind>/", views.system, name="system"),
    path("<slug:slug>/systems/<slug:kind>/check/", views.check, name="check"),
    path("<slug:slug>/systems/<slug:kind>/read/", views.read, name="read"),
]
