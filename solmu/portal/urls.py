"""Addresses of the front, my day and the demo."""

from django.urls import path

from solmu.portal import demo_views, health, views

app_name = "portal"
urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("demo/login/", demo_views.sign_in, name="demo-login"),
    path("demo/clock/", demo_views.move_clock, name="demo-clock"),
    path("demo/outbox/", demo_views.outbox, name="demo-outbox"),
    path(
        "demo/outbox/<int:pk>/calendar.ics",
        demo_views.outbox_calendar,
        name="demo-outbox-calendar",
    ),
    path("demo/outbox.json", demo_views.outbox_json, name="demo-outbox-json"),
]
