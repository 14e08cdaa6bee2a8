"""Addresses of training, below /training/; smaller rooms of it have theirs beside these."""

from django.urls import path

from solmu.training import enrol_views, running_views, setup_views, views

app_name = "training"

# What comes before <slug:slug> is in forms.RESERVED: no programme has such an address.
urlpatterns = [
    path("", views.start, name="start"),
    path("mine/", views.mine, name="mine"),
    path("mine/<uuid:uuid>/", enrol_views.my_enrolment, name="my-enrolment"),
    path("own/<str:token>/", enrol_views.own, name="own"),
    path("confirm/<str:token>/", enrol_views.confirm, name="confirm"),
    path("group/<str:token>/", enrol_views.confirm_group, name="group-confirm"),
    path("workplace/", enrol_views.workplace, name="workplace"),
    path("new/", setup_views.new, name="new"),
    path("starts/", setup_views.preview, name="preview"),
    path("cohorts/<int:pk>/", running_views.cohort, name="cohort"),
    path("cohorts/<int:pk>/change/", running_views.change_cohort, name="cohort-change"),
    path("cohorts/<int:pk>/cancel/", running_views.cancel_cohort, name="cohort-cancel"),
    path("enrolments/<uuid:uuid>/", running_views.enrolment, name="enrolment"),
    path("<slug:slug>/", views.programme, name="programme"),
    path("<slug:slug>/enrol/", enrol_views.enrol, name="enrol"),
    path("<slug:slug>/enrol/group/", enrol_views.enrol_group, name="enrol-group"),
    path("<slug:slug>/enrol/sent/", enrol_views.sent, name="sent"),
    path("<slug:slug>/privacy/", views.privacy, name="privacy"),
    path("<slug:slug>/embed/", views.embed, name="embed"),
    path("<slug:slug>/starts.ics", views.starts_calendar, name="calendar"),
    path("<slug:slug>/run/", running_views.run, name="run"),
    path("<slug:slug>/run/new/", running_views.new_cohort, name="cohort-new"),
    path("<slug:slug>/settings/", setup_views.settings, name="settings"),
    path("<slug:slug>/logo/", setup_views.logo, name="logo"),
    path("<slug:slug>/exceptions/", setup_views.add_exception, name="exception-add"),
    path(
        "<slug:slug>/exceptions/<int:pk>/drop/", setup_views.drop_exception, name="exception-drop"
    ),
    path("<slug:slug>/staff/", setup_views.staff, name="staff"),
    path("<slug:slug>/staff/<int:pk>/end/", setup_views.end_staff, name="staff-end"),
]
