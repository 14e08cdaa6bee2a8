"""Addresses of stored files, below /files/."""

from django.urls import path

from solmu.files import views

app_name = "files"

urlpatterns = [
    path("<uuid:uuid>/", views.download, name="download"),
    path("<uuid:uuid>/remove/", views.remove, name="remove"),
    path("add/<slug:kind>/<int:holder_id>/", views.add, name="add"),
]
