"""Addresses of an institution's seal, under its settings."""

from django.urls import path

from solmu.sealing import institution_views as views

app_name = "seals"
urlpatterns = [
    path("<slug:slug>/seal/", views.seal, name="seal"),
    path("<slug:slug>/seal/certificate/", views.upload, name="upload"),
    path("<slug:slug>/seal/certificate/<int:pk>/retire/", views.retire, name="retire"),
    path("<slug:slug>/seal/again/<str:code>/", views.again, name="again"),
]
