"""Addresses of the outbox."""

from django.urls import path

from solmu.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.undelivered, name="undelivered"),
    path("<int:pk>/again/", views.send_again, name="send-again"),
]
