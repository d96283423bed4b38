"""Addresses of draws; the lists are the shell's."""

from __future__ import annotations

from django.urls import path

from regulars.marketing.draws import public, views

app_name = "draws"
urlpatterns = [
    path("join/check-draw.py", public.checker, name="checker"),
    path("join/<slug:slug>/", public.join, name="join"),
    path("join/<slug:slug>/result/", public.result, name="result"),
    path("join/<slug:slug>/proof.json", public.proof, name="proof"),
    path("draws/new/", views.edit, name="new"),
    path("draws/<int:pk>/", views.page, name="one"),
    path("draws/<int:pk>/change/", views.edit, name="change"),
    path("draws/<int:pk>/publish/", views.publish, name="publish"),
    path("draws/<int:pk>/draw/", views.draw, name="draw"),
    path("draws/<int:pk>/tell/", views.tell, name="tell"),
    path("draws/<int:pk>/remove/", views.remove, name="remove"),
]
