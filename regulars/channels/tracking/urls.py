"""Addresses of tracking: two for whoever holds a message, one for the company."""

from __future__ import annotations

from django.urls import path

from regulars.channels.tracking import views

app_name = "tracking"
urlpatterns = [
    path("l/<str:token>.gif", views.opened, name="opened"),
    path("l/<str:token>/", views.click, name="click"),
    path("settings/tracking/", views.settings, name="settings"),
]
