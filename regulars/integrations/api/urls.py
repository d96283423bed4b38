"""Addresses of the API's pages; those of the API itself are behind its own door."""

from __future__ import annotations

from django.urls import path

from regulars.integrations.api import views

app_name = "api"
urlpatterns = [
    path("settings/tokens/", views.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("api/v1/docs", views.docs, name="docs"),
]
