"""Addresses of costs, below /networks/<slug>/costs/."""

from django.urls import path

from solmu.costs import views

app_name = "costs"

urlpatterns = [
    path("", views.cases, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.case, name="case"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/answer/", views.answer, name="answer"),
    path("<int:pk>/spent/", views.spent, name="spent"),
    path("<int:pk>/settle/", views.draw_up, name="settle"),
    path("<int:pk>/paid/<int:transfer>/", views.paid, name="paid"),
    path("<int:pk>/history/", views.trail, name="history"),
    path("<int:pk>/settlement.pdf", views.settlement, {"form": "pdf"}, name="settlement-pdf"),
    path("<int:pk>/settlement.xlsx", views.settlement, {"form": "xlsx"}, name="settlement-xlsx"),
    path("<int:pk>/<slug:act>/", views.act, name="act"),
]
