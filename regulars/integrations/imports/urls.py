"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from regulars.integrations.imports import views

app_name = "imports"
urlpatterns = [
    path("imports/", views.index, name="index"),
    path("imports/new/", views.new, name="new"),
    path("imports/<int:pk>/", views.job, name="job"),
    path("imports/<int:pk>/look/", views.look, name="look"),
    path("imports/<int:pk>/kind/", views.kind, name="kind"),
    path("imports/<int:pk>/check/", views.check, name="check"),
    path("imports/<int:pk>/columns/", views.reopen, name="reopen"),
    path("imports/<int:pk>/start/", views.start, name="start"),
    path("imports/<int:pk>/progress/", views.progress, name="progress"),
    path("imports/<int:pk>/stop/", views.stop, name="stop"),
    path("imports/<int:pk>/undo/", views.undo, name="undo"),
    path("imports/<int:pk>/discard/", views.discard, name="discard"),
    path("imports/<int:pk>/rejected.csv", views.rejected, name="rejected"),
    path("imports/<int:pk>/missing.csv", views.missing, name="missing"),
]
