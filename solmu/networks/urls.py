"""Addresses of networks, below /networks/."""

from django.urls import path

from solmu.networks import views

app_name = "networks"

urlpatterns = [
    path("", views.networks, name="list"),
    path("<slug:slug>/", views.home, name="home"),
]
