"""Addresses of the autopilot and the boards, below /training/."""

from django.urls import path

from solmu.training.autopilot import board_views, day_views, step_views

app_name = "autopilot"

urlpatterns = [
    path("day/", day_views.day, name="day"),
    path("cohorts/<int:pk>/act/", board_views.act, name="act"),
    path("cohorts/<int:pk>/write/", board_views.write, name="write"),
    path("cohorts/<int:pk>/steps/", step_views.cohort, name="cohort"),
    path("cohorts/<int:pk>/steps/<str:kind>/", step_views.run, name="run"),
    path("<slug:slug>/autopilot/", step_views.programme, name="programme"),
    path("<slug:slug>/autopilot/<str:kind>/", step_views.step, name="step"),
]
