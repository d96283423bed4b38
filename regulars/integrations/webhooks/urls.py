"""Addresses of webhooks."""

from __future__ import annotations

from django.urls import path

from regulars.integrations.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("settings/webhooks/", views.index, name="index"),
    path("settings/webhooks/<int:pk>/", views.one, name="one"),
    path("settings/webhooks/<int:pk>/secret/", views.secret, name="secret"),
    path("settings/webhooks/<int:pk>/replay/", views.replay, name="replay"),
    path("settings/webhooks/<int:pk>/<slug:verb>/", views.act, name="act"),
]
