"""Addresses of the directory."""

from django.urls import path

from solmu.organisations import merge_views, views

app_name = "organisations"
urlpatterns = [
    path("", views.directory_list, name="list"),
    path("suggest/", views.suggest, name="suggest"),
    path("new/", views.new, name="new"),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/<int:pk>/", views.decide, name="decide"),
    path("merges/", merge_views.merges, name="merges"),
    path("merges/<int:pk>/", merge_views.merge, name="merge"),
    path("<int:pk>/", views.organisation, name="organisation"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/address/", views.address, name="address"),
    path("<int:pk>/figures/", views.figures, name="figures"),
    path("<int:pk>/relations/", views.relate, name="relate"),
    path("<int:pk>/relations/<int:relation_pk>/end/", views.end_relation, name="end-relation"),
    path("<int:pk>/merge/", merge_views.ask, name="ask-merge"),
    path("<slug:slug>/", views.by_slug, name="by-slug"),
]
