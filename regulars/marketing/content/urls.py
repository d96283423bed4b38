"""Addresses of contents; the list is the shell's."""

from __future__ import annotations

from django.urls import path

from regulars.marketing.content import views

app_name = "content"
urlpatterns = [
    path("contents/new/", views.new, name="new"),
    path("contents/<int:pk>/", views.one, name="one"),
    path("contents/<int:pk>/check/", views.check, name="check"),
    path("contents/<int:pk>/preview/", views.preview, name="preview"),
    path("contents/<int:pk>/people/", views.people, name="people"),
    path("contents/<int:pk>/test/", views.try_out, name="test"),
    path("contents/<int:pk>/remove/", views.remove, name="remove"),
    path("settings/imprint/", views.imprint, name="imprint"),
]
