"""Addresses of groups and seats, below /networks/<slug>/."""

from django.urls import path

from solmu.networks import groups_views, seats_views, sheets_views

GROUP = "<slug:slug>/groups/<slug:group_slug>"
SEAT = "<slug:slug>/seats/<uuid:uuid>"
TERM = "<slug:slug>/terms/<uuid:uuid>"

urlpatterns = [
    path("<slug:slug>/groups/", groups_views.groups_page, name="groups"),
    path("<slug:slug>/groups/new/", groups_views.group_new, name="group-new"),
    path("<slug:slug>/groups/merge/", groups_views.groups_merge, name="groups-merge"),
    path("<slug:slug>/groups/export/", sheets_views.export, name="groups-export"),
    path("<slug:slug>/groups/import/", sheets_views.read, name="groups-import"),
    path(f"{GROUP}/", groups_views.group_page, name="group"),
    path(f"{GROUP}/history/", groups_views.group_history, name="group-history"),
    path(f"{GROUP}/edit/", groups_views.group_edit, name="group-edit"),
    path(f"{GROUP}/close/", groups_views.group_close, name="group-close"),
    path(f"{GROUP}/split/", groups_views.group_split, name="group-split"),
    path(f"{GROUP}/undo/", groups_views.group_undo, name="group-undo"),
    path(f"{GROUP}/seats/new/", seats_views.seat_new, name="seat-new"),
    path(f"{SEAT}/", seats_views.seat_page, name="seat"),
    path(f"{SEAT}/edit/", seats_views.seat_edit, name="seat-edit"),
    path(f"{SEAT}/end/", seats_views.seat_end, name="seat-end"),
    path(f"{SEAT}/remove/", seats_views.seat_remove, name="seat-remove"),
    path(f"{SEAT}/name/", seats_views.seat_name, name="seat-name"),
    path(f"{SEAT}/hand-over/", seats_views.seat_hand_over, name="seat-hand-over"),
    path(f"{SEAT}/pack/", seats_views.seat_pack, name="seat-pack"),
    path(f"{TERM}/edit/", seats_views.term_edit, name="term-edit"),
    path(f"{TERM}/end/", seats_views.term_end, name="term-end"),
    path(f"{TERM}/remove/", seats_views.term_remove, name="term-remove"),
]
