"""Addresses of campaigns; the list is the shell's."""

from __future__ import annotations

from django.urls import path, re_path

from regulars.marketing.campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("campaigns/new/", views.new, name="new"),
    path("campaigns/draft/", views.draft, name="draft"),
    path("campaigns/<int:pk>/", views.page, name="one"),
    path("campaigns/<int:pk>/edit/", views.change, name="change"),
    path("campaigns/<int:pk>/standing/", views.standing, name="standing"),
    path("campaigns/<int:pk>/costs/", views.costs, name="costs"),
    re_path(
        r"^campaigns/(?P<pk>\d{1,18})/(?P<what>start|schedule|unschedule|pause|go-on|stop|remove)/$",
        views.act,
        name="act",
    ),
]
