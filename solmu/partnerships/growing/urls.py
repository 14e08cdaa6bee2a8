"""Addresses of proposed forms, below /partners/."""

from django.urls import path

from solmu.partnerships.growing import views

urlpatterns = [
    path("growing/", views.growing, name="growing"),
    path("<int:pk>/form/", views.answer, name="partner-form"),
]
