"""Addresses of the room."""

from django.urls import URLPattern, URLResolver

from solmu.partnerships import partner_urls, picture_urls

app_name = "partnerships"
urlpatterns: list[URLPattern | URLResolver] = [
    *picture_urls.urlpatterns,
    *partner_urls.urlpatterns,
]
