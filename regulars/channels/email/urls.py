"""Addresses of mail that came; the list is the shell's."""

from __future__ import annotations

from django.urls import path

from regulars.channels.email import views

app_name = "email"
urlpatterns = [
    path("settings/mailboxes/", views.mailboxes, name="mailboxes"),
    path("mails/<int:pk>/release/", views.release, name="release"),
]
