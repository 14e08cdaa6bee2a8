"""Public pages of networks, below /n/; feeds and other public pages of theirs join here."""

from django.urls import path

from solmu.networks import public_views

urlpatterns = [
    path("<slug:slug>/", public_views.public, name="public-network"),
]
