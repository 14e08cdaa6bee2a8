"""Addresses of plans and outputs, below /networks/<slug>/."""

from django.urls import path

from solmu.plans import exchange_views, output_views, report_views, views

app_name = "plans"

urlpatterns = [
    path("plan/", views.plan, name="plan"),
    path("plan/new/", views.new_plan, name="new-plan"),
    path("plan/import/", exchange_views.import_plan, name="import"),
    path("plan/strategy/", views.strategy, name="strategy"),
    path("plan/strategy/new/", views.edit_strategy, name="new-strategy"),
    path("plan/strategy/<uuid:uuid>/", views.edit_strategy, name="edit-strategy"),
    path("plan/themes/<uuid:uuid>/", views.edit_theme, name="theme"),
    path("plan/goals/<uuid:uuid>/", views.edit_goal, name="goal"),
    path("plan/indicators/<uuid:uuid>/", views.edit_indicator, name="indicator"),
    path("plan/measures/<uuid:uuid>/", views.measure, name="measure"),
    path("plan/measures/<uuid:uuid>/edit/", views.edit_measure, name="edit-measure"),
    path("plan/measures/<uuid:uuid>/status/", views.set_status, name="status"),
    path("plan/measures/<uuid:uuid>/evidence/", views.add_proof, name="proof"),
    path("plan/measures/<uuid:uuid>/value/", views.add_value, name="value"),
    path("plan/<int:year>/measures/new/", views.new_measure, name="new-measure"),
    path("plan/<int:year>/adopt/", views.adopt, name="adopt"),
    path("plan/<int:year>/report/", report_views.report, name="report"),
    path("plan/<int:year>/report/publish/", report_views.publish, name="publish-report"),
    path("plan/<int:year>/report/pdf/", report_views.pdf, name="report-pdf"),
    path("outputs/", output_views.outputs, name="outputs"),
    path("outputs/new/", output_views.new_output, name="new-output"),
    path("outputs/<uuid:uuid>/", output_views.output, name="output"),
    path("outputs/<uuid:uuid>/edit/", output_views.edit_output, name="edit-output"),
]
