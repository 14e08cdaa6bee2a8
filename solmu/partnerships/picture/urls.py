"""Addresses of the picture: list, board, adding by hand."""

from django.urls import path

from solmu.partnerships.partner import adding_views, organisation_panel, person_merging
from solmu.partnerships.picture import board_views, list_views, map_views

urlpatterns = [
    path("", list_views.partner_list, name="list"),
    path("new/", adding_views.new, name="new"),
    path("map/", map_views.partner_map, name="map"),
    path("map/boundaries.svg", map_views.boundaries, name="boundaries"),
    path("strategy/", board_views.strategy, name="strategy"),
    path("<int:pk>/move/", board_views.move, name="move"),
    path("organisation/<int:pk>/", organisation_panel.panel, name="organisation-panel"),
    path("people/<int:pk>/merge/", person_merging.merge, name="person-merge"),
    path(
        "people/<int:pk>/merge/<int:merge_pk>/undo/",
        person_merging.take_back,
        name="person-take-back",
    ),
    path("standings/<int:pk>/undo/", board_views.undo_move, name="undo_move"),
]
