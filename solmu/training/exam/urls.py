"""Addresses of the test: the participant's below /learn/, the trainers' below /training/."""

from django.urls import path

from solmu.training.exam import staff_views, views

app_name = "exam"

BANK = "training/<slug:slug>/questions"

urlpatterns = [
    path("learn/<uuid:uuid>/test/", views.test, name="test"),
    path("learn/<uuid:uuid>/test/answer/", views.answer, name="answer"),
    path(f"{BANK}/", staff_views.questions, name="questions"),
    path(f"{BANK}/new/", staff_views.new, name="new"),
    path(f"{BANK}/read/", staff_views.read, name="read"),
    path(f"{BANK}/xlsx/", staff_views.xlsx, name="xlsx"),
    path(f"{BANK}/gift/", staff_views.gift_file, name="gift"),
    path(f"{BANK}/qti/", staff_views.qti_file, name="qti"),
    path(f"{BANK}/<int:pk>/", staff_views.question, name="question"),
    path(f"{BANK}/<int:pk>/use/", staff_views.use, name="use"),
]
