"""Addresses of templates, below /agreements/templates/; they belong to `agreements`."""

from django.urls import path

from solmu.agreements.bases import editing_views, import_views, views

urlpatterns = [
    path("", views.bases, name="bases"),
    path("new/", editing_views.new, name="base-new"),
    path("import/", import_views.import_base, name="base-import"),
    path("<int:pk>/", views.base, name="base"),
    path("<int:pk>/details/", editing_views.details, name="base-details"),
    path("<int:pk>/draft/", editing_views.start_draft, name="base-draft"),
    path("<int:pk>/edit/", editing_views.edit, name="base-edit"),
    path("<int:pk>/clauses/new/", editing_views.new_clause, name="base-clause-new"),
    path("<int:pk>/clauses/<int:clause>/", editing_views.clause, name="base-clause"),
    path("<int:pk>/clauses/<int:clause>/move/", editing_views.move_clause, name="base-clause-move"),
    path(
        "<int:pk>/clauses/<int:clause>/remove/",
        editing_views.remove_clause,
        name="base-clause-remove",
    ),
    path("<int:pk>/compare/", views.compare, name="base-compare"),
    path("<int:pk>/copy/", views.copy, name="base-copy"),
    path("<int:pk>/changes/", views.changes, name="base-changes"),
    path("<int:pk>/history/", views.history, name="base-history"),
    path("<int:pk>/template.docx", views.export, {"form": "docx"}, name="base-docx"),
    path("<int:pk>/template.json", views.export, {"form": "json"}, name="base-json"),
    path("<int:pk>/template.pdf", views.export, {"form": "pdf"}, name="base-pdf"),
    path("<int:pk>/<slug:act>/", views.act, name="base-act"),
]
