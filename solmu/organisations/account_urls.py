"""Addresses under /accounts/ that know more than the account: own page, links, invitations."""

from django.urls import path

from solmu.organisations import door_views, own_views

app_name = "own"
urlpatterns = [
    path("me/", own_views.me, name="me"),
    path("me/details/", own_views.details, name="details"),
    path("me/data.json", own_views.data, name="data"),
    path("me/address/", own_views.change_address, name="change-address"),
    path("me/tokens/", own_views.create_token, name="create-token"),
    path("me/tokens/<int:pk>/revoke/", own_views.revoke_token, name="revoke-token"),
    path("address/link/<str:token>/", door_views.address, name="confirm-address"),
    path("link/", door_views.ask_link, name="ask-link"),
    path("link/<str:token>/", door_views.link, name="link"),
    path("invitation/<str:token>/", door_views.invitation, name="invitation"),
]
