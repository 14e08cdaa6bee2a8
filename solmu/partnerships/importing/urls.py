"""Addresses of the import: upload, columns, preview, result."""

from django.urls import path

from solmu.partnerships.importing import views as import_views

urlpatterns = [
    path("import/", import_views.start, name="import"),
    path("import/<int:pk>/", import_views.batch, name="import-batch"),
    path("import/<int:pk>/columns/", import_views.columns, name="import-columns"),
    path("import/<int:pk>/values/", import_views.values, name="import-values"),
    path("import/<int:pk>/rows/<int:number>/", import_views.row, name="import-row"),
    path("import/<int:pk>/apply/", import_views.apply, name="import-apply"),
    path("import/<int:pk>/discard/", import_views.discard, name="import-discard"),
    path("import/<int:pk>/again/", import_views.again, name="import-again"),
    path("import/<int:pk>/undo/", import_views.undo, name="import-undo"),
    path("import/<int:pk>/rejected/", import_views.rejected, name="import-rejected"),
]
