"""Addresses of campaigns; the list is the shell's."""

from __future__ import annotations

from django.urls import path

from regulars.marketing.campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("campaigns/new/", views.new, name="new"),
    path("campaigns/draft/", views.draft, name="draft"),
    path("campaigns/<int:pk>/", views.page, name="one"),
    path("campaigns/<int:pk>/edit/", views.change, name="change"),
    path("campaigns/<int:pk>/standing/", views.standing, name="standing"),
    path("campaigns/<int:pk>/costs/", views.costs, name="costs"),
    *(path(f"campaigns/<int:pk>/{what}/", views.act, {"what": what}, name=what) for what in views.ACTS),
]
