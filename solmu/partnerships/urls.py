"""Addresses of the room."""

from django.urls import URLPattern, URLResolver

from solmu.lib import modules
from solmu.partnerships.growing import urls as growing_urls
from solmu.partnerships.importing import urls as import_urls
from solmu.partnerships.partner import urls as partner_urls
from solmu.partnerships.picture import urls as picture_urls

app_name = "partnerships"
urlpatterns: list[URLPattern | URLResolver] = [
    *import_urls.urlpatterns,
    *picture_urls.urlpatterns,
    *partner_urls.urlpatterns,
    *modules.of("networks", *growing_urls.urlpatterns),
]
