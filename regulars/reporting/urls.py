"""Addresses of reporting."""

from __future__ import annotations

from django.urls import path

from regulars.reporting import views

app_name = "reporting"
urlpatterns = [
    path("company/", views.company, name="company"),
    path("company/stages/", views.stages, name="stages"),
    path("company/duplicates/", views.duplicates, name="duplicates"),
    path("company/duplicates/find/", views.find_duplicates, name="find-duplicates"),
    path("company/refresh/", views.refresh, name="refresh"),
    path("company/refresh/<int:pk>/", views.progress, name="progress"),
]
