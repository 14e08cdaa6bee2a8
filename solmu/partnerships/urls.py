"""Addresses of the room."""

from django.urls import URLPattern, URLResolver

from solmu.partnerships import import_urls, partner_urls, picture_urls

app_name = "partnerships"
urlpatterns: list[URLPattern | URLResolver] = [
    *import_urls.urlpatterns,
    *picture_urls.urlpatterns,
    *partner_urls.urlpatterns,
]
