"""Addresses of staff."""

from __future__ import annotations

from django.urls import path

from regulars.staff import views

app_name = "staff"
urlpatterns = [path("setup/", views.setup, name="setup")]
