"""Addresses of founding an institution and of its ladder and lists."""

from django.urls import path

from solmu.partnerships.founding import views as founding_views

app_name = "founding"
urlpatterns = [
    path("new/", founding_views.new, name="new"),
    path("<slug:slug>/ladder/", founding_views.change_ladder, name="ladder"),
    path("<slug:slug>/lists/", founding_views.lists, name="lists"),
]
