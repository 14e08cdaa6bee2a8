"""Addresses of an institution's own settings."""

from django.urls import URLPattern

app_name = "institutions"
urlpatterns: list[URLPattern] = []
