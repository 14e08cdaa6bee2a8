"""Addresses of the search."""

from django.urls import path

from solmu.search import views

app_name = "search"
urlpatterns = [
    path("", views.search, name="search"),
    path("palette", views.palette, name="palette"),
]
