"""Addresses of one partner's page and of what is done on it."""

from django.urls import path

from solmu.partnerships.partner import confirm_views
from solmu.partnerships.partner import views as partner_views

urlpatterns = [
    path("confirm/<str:token>/", confirm_views.confirm, name="confirm"),
    path("<int:pk>/", partner_views.partner, name="partner"),
    path("<int:pk>/change/", partner_views.change, name="partner-change"),
    path("<int:pk>/state/<slug:to>/", partner_views.state, name="partner-state"),
    path("<int:pk>/undo/<int:standing_pk>/", partner_views.undo, name="partner-undo"),
    path("<int:pk>/edit/", partner_views.edit, name="partner-edit"),
    path("<int:pk>/next-step/", partner_views.next_step, name="partner-next-step"),
    path("<int:pk>/value/", partner_views.assess, name="partner-assess"),
    path("<int:pk>/contacts/add/", partner_views.contact_add, name="contact-add"),
    path("<int:pk>/contacts/<int:contact_pk>/", partner_views.contact_edit, name="contact-edit"),
    path("<int:pk>/contacts/<int:contact_pk>/end/", partner_views.contact_end, name="contact-end"),
    path("<int:pk>/dialogue/", partner_views.log, name="dialogue-log"),
    path("<int:pk>/dialogue/<int:entry_pk>/", partner_views.entry, name="dialogue-entry"),
    path("<int:pk>/dialogue/<int:entry_pk>/done/", partner_views.entry_done, name="dialogue-done"),
    path(
        "<int:pk>/dialogue/<int:entry_pk>/remove/",
        partner_views.entry_remove,
        name="dialogue-remove",
    ),
    path("<int:pk>/confirm/", partner_views.ask, name="partner-ask"),
    path(
        "<int:pk>/confirm/<int:confirmation_pk>/resend/",
        partner_views.resend,
        name="partner-resend",
    ),
    path(
        "<int:pk>/confirm/<int:confirmation_pk>/cancel/",
        partner_views.cancel,
        name="partner-cancel",
    ),
]
