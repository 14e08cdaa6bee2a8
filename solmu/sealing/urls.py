"""Addresses where anybody checks a document."""

from django.urls import path

from solmu.sealing import views

app_name = "sealing"
urlpatterns = [
    path("", views.check, name="check"),
    path("<str:code>/", views.verify, name="verify"),
]
