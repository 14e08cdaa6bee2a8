"""Addresses of people, for administrators."""

from django.urls import path

from solmu.organisations import people_views as views

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/data.json", views.data, name="data"),
    path("<int:pk>/erase/", views.erase, name="erase"),
    path("<int:pk>/administrator/", views.administrator, name="administrator"),
]
