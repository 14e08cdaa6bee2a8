"""Addresses of workplace coverage, below /training/."""

from django.urls import path

from solmu.training.coverage import views

app_name = "coverage"

urlpatterns = [
    path("coverage/", views.workplaces, name="workplaces"),
    path("coverage/read/", views.read, name="read"),
    path("coverage/<int:pk>/", views.workplace, name="workplace"),
]
