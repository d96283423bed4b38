"""Addresses of segments; the list is the shell's."""

from __future__ import annotations

from django.urls import path

from regulars.marketing.segments import views

app_name = "segments"
urlpatterns = [
    path("segments/new/", views.new, name="new"),
    path("segments/draft/", views.draft, name="draft"),
    path("segments/<int:pk>/", views.page, name="one"),
    path("segments/<int:pk>/edit/", views.change, name="change"),
    path("segments/<int:pk>/remove/", views.remove, name="remove"),
]
