"""Addresses of logging."""

from __future__ import annotations

from django.urls import path

from regulars.channels import views

app_name = "channels"
urlpatterns = [
    path("customers/<int:pk>/compose/", views.composer, name="composer"),
    path("customers/<int:pk>/log/<slug:mode>/", views.log, name="log"),
]
