"""Addresses of an institution's own settings; those of its ladder and lists are in partnerships."""

from django.urls import path

from solmu.organisations import institution_views as views

app_name = "institutions"
urlpatterns = [
    path("", views.institutions, name="list"),
    path("switch/", views.switch, name="switch"),
    path("<slug:slug>/", views.general, name="general"),
    path("<slug:slug>/people/", views.people, name="people"),
    path("<slug:slug>/people/invite/", views.invite, name="invite"),
    path("<slug:slug>/people/<int:pk>/", views.change_role, name="change-role"),
    path("<slug:slug>/people/<int:pk>/end/", views.end_role, name="end-role"),
    path("<slug:slug>/invitations/<int:pk>/cancel/", views.cancel, name="cancel-invitation"),
]
