"""Addresses of the company's sign-in."""

from __future__ import annotations

from django.urls import path

from regulars.integrations.oidc import views

app_name = "oidc"
urlpatterns = [
    path("sign-in/company/", views.begin, name="begin"),
    path("sign-in/company/back/", views.finish, name="finish"),
]
