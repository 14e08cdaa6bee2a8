"""Addresses of an agreement's parties."""

from django.urls import path

from solmu.agreements.binding import views

urlpatterns = [
    path("agreements/joining/<str:token>/", views.answer_by_link, name="joining-answer"),
    path("agreements/<int:pk>/parties/", views.parties, name="parties"),
    path("agreements/<int:pk>/parties/join/", views.join, name="join"),
    path(
        "agreements/<int:pk>/parties/joining/<int:joinder_pk>/",
        views.joining_page,
        name="joining",
    ),
    path(
        "agreements/<int:pk>/parties/joining/<int:joinder_pk>/take-back/",
        views.take_back,
        name="joining-take-back",
    ),
    path("agreements/<int:pk>/parties/<int:party_pk>/withdraw/", views.withdraw, name="withdraw"),
]
