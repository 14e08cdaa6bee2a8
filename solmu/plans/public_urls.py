"""Addresses of what everybody may read, below /n/<slug>/."""

from django.urls import path

from solmu.plans import output_views, report_views

app_name = "public_plans"

urlpatterns = [
    path("report/<int:year>/", report_views.public_report, name="report"),
    path("report/<int:year>/pdf/", report_views.public_pdf, name="report-pdf"),
    path("outputs/", output_views.public_outputs, name="outputs"),
    path("outputs/<uuid:uuid>/", output_views.public_output, name="output"),
]
