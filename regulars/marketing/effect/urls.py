"""Addresses of effects; the list is the shell's."""

from __future__ import annotations

from django.urls import path

from regulars.marketing.effect import views

app_name = "effect"
urlpatterns = [
    path("effect/marketing/", views.marketing, name="marketing"),
    path("effect/elsewhere/", views.elsewhere, name="elsewhere"),
    path("effect/elsewhere/look/", views.look, name="look"),
    path("effect/<int:pk>/", views.page, name="one"),
]
