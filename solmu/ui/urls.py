"""Addresses of the room."""

from django.urls import path

from solmu.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.components, name="components"),
    path("theme/", views.theme, name="theme"),
]
