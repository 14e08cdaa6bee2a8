"""Addresses of an agreement's life, the renewal calendar, and many agreements at a time."""

from django.urls import path

from solmu.agreements.living import bulk_views, calendar_views, goal_views, link_views, views

urlpatterns = [
    path("agreements/calendar/", calendar_views.calendar, name="calendar"),
    path("agreements/calendar/feed/", calendar_views.feed, name="calendar-feed-new"),
    path("agreements/calendar/<str:token>.ics", calendar_views.feed_file, name="calendar-feed"),
    path("agreements/archive/", views.archive_all, name="archive-all"),
    path("agreements/promises/<str:token>/", link_views.promises, name="promises"),
    path("agreements/bulk/", bulk_views.bulks, name="bulks"),
    path("agreements/bulk/new/", bulk_views.new, name="bulk-new"),
    path("agreements/bulk/example/", bulk_views.example, name="bulk-example"),
    path("agreements/bulk/<int:pk>/", bulk_views.board, name="bulk"),
    path("agreements/bulk/<int:pk>/send/", bulk_views.send, name="bulk-send"),
    path("agreements/<int:pk>/life/", views.life, name="life"),
    path("agreements/<int:pk>/life/notice/", views.notice, name="notice"),
    path("agreements/<int:pk>/life/notice/back/", views.notice_back, name="notice-back"),
    path("agreements/<int:pk>/life/retention/", views.retention, name="retention"),
    path("agreements/<int:pk>/life/related/", views.relate, name="relate"),
    path("agreements/<int:pk>/life/archive.zip", views.archive, name="archive"),
    path("agreements/<int:pk>/life/review/", views.review_new, name="review-new"),
    path("agreements/<int:pk>/life/review/<int:review>/", views.review, name="review"),
    path("agreements/<int:pk>/life/review/<int:review>/level/", views.level, name="level"),
    path("agreements/<int:pk>/goals/<int:goal>/check/", goal_views.goal_check, name="goal-check"),
    path("agreements/<int:pk>/duties/send/", views.send_promises, name="promises-send"),
    path("agreements/<int:pk>/duties/<int:duty>/tick/", views.tick, name="duty-tick"),
]
