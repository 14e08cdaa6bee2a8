"""Addresses of the room; those of signing in are in door_urls.py."""

from django.urls import path

from solmu.accounts import views

app_name = "accounts"
urlpatterns = [
    path("language/", views.language, name="language"),
]
