"""Addresses of learning: the participant's below /learn/, the trainers' below /training/."""

from django.urls import path

from solmu.training.learning import staff_views, views

app_name = "learning"

CONTENTS = "training/<slug:slug>/contents"

urlpatterns = [
    path("learn/<uuid:uuid>/", views.home, name="home"),
    path("learn/<uuid:uuid>/opening/", views.kick_off, name="kick-off"),
    path("learn/<uuid:uuid>/go-on/", views.go_on, name="go-on"),
    path("learn/<uuid:uuid>/parts/<int:part_number>/", views.part, name="part"),
    path("learn/<uuid:uuid>/pages/<slug:page_key>/", views.page, name="page"),
    path("training/<slug:slug>/adopt/", staff_views.adopt, name="adopt"),
    path(f"{CONTENTS}/", staff_views.contents, name="contents"),
    path(f"{CONTENTS}/draft/", staff_views.draft, name="draft"),
    path(f"{CONTENTS}/load/", staff_views.load, name="load"),
    path(f"{CONTENTS}/original/", staff_views.original, name="original"),
    path(f"{CONTENTS}/<int:version_number>/", staff_views.version, name="version"),
    path(f"{CONTENTS}/<int:version_number>/publish/", staff_views.publish, name="publish"),
    path(f"{CONTENTS}/<int:version_number>/compare/", staff_views.compare, name="compare"),
    path(f"{CONTENTS}/<int:version_number>/sources/", staff_views.sources, name="sources"),
    path(
        f"{CONTENTS}/<int:version_number>/parts/<int:part_number>/",
        staff_views.part,
        name="edit-part",
    ),
    path(
        f"{CONTENTS}/<int:version_number>/pages/<slug:page_key>/",
        staff_views.page,
        name="edit-page",
    ),
    path(
        f"{CONTENTS}/<int:version_number>/pages/<slug:page_key>/preview/",
        staff_views.preview,
        name="preview",
    ),
    path(
        f"{CONTENTS}/<int:version_number>/pages/<slug:page_key>/move/",
        staff_views.move,
        name="move",
    ),
]
