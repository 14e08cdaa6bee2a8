"""Addresses of networks, below /networks/."""

from django.urls import path

from solmu.networks import (
    archive_views,
    elsewhere_views,
    founding_views,
    group_urls,
    import_views,
    members_views,
    people_views,
    views,
)

app_name = "networks"

urlpatterns = [
    path("", views.networks, name="list"),
    path("new/", founding_views.new, name="new"),
    path("elsewhere/new/", elsewhere_views.record, name="record"),
    path("invitations/open/<int:pk>/", founding_views.question, name="question"),
    path("invitations/<str:token>/", founding_views.invitation, name="invitation"),
    path("<slug:slug>/", views.home, name="home"),
    path("<slug:slug>/edit/", founding_views.edit, name="edit"),
    path("<slug:slug>/end/", founding_views.end, name="end"),
    path("<slug:slug>/elsewhere/", elsewhere_views.edit, name="elsewhere"),
    path("<slug:slug>/move-in/", founding_views.move_in, name="move-in"),
    path("<slug:slug>/members/", members_views.members, name="members"),
    path("<slug:slug>/archive/", archive_views.archives, name="archive"),
    path("<slug:slug>/archive/file/", archive_views.download, name="archive-file"),
    path("<slug:slug>/members/import/", import_views.members, name="members-import"),
    path("<slug:slug>/members/add/", members_views.add, name="member-add"),
    path("<slug:slug>/members/<int:pk>/", members_views.member, name="member"),
    path("<slug:slug>/members/<int:pk>/leave/", members_views.leave, name="member-leave"),
    path("<slug:slug>/members/<int:pk>/role/", members_views.role, name="member-role"),
    path("<slug:slug>/members/<int:pk>/correct/", members_views.correct, name="member-correct"),
    path("<slug:slug>/members/<int:pk>/contact/", members_views.name_contact, name="contact"),
    path(
        "<slug:slug>/members/<int:pk>/contact/<int:named>/end/",
        members_views.end_contact,
        name="contact-end",
    ),
    path("<slug:slug>/members/<int:pk>/invite/", members_views.invite_contact, name="invite"),
    path(
        "<slug:slug>/invitations/<int:pk>/cancel/",
        members_views.cancel_invitation,
        name="invitation-cancel",
    ),
    path("<slug:slug>/join/", people_views.join, name="join"),
    path("<slug:slug>/people/", people_views.people, name="people"),
    path("<slug:slug>/people/guest/", people_views.guest, name="guest"),
    path("<slug:slug>/people/lead/", people_views.lead, name="lead"),
    path("<slug:slug>/people/<int:pk>/answer/", people_views.answer, name="answer"),
    path("<slug:slug>/people/<int:pk>/end/", people_views.end, name="participant-end"),
    path("<slug:slug>/people/<int:pk>/prolong/", people_views.prolong, name="prolong"),
    *group_urls.urlpatterns,
]
