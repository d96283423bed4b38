"""Addresses of reporting."""

from __future__ import annotations

from django.urls import path

from regulars.reporting import views
from regulars.reporting.insight import views as insight

app_name = "reporting"
urlpatterns = [
    path("company/", views.company, name="company"),
    path("company/stages/", views.stages, name="stages"),
    path("company/duplicates/", views.duplicates, name="duplicates"),
    path("company/duplicates/find/", views.find_duplicates, name="find-duplicates"),
    path("insight/", insight.index, name="insight"),
    path("insight/trust/", insight.trust, name="insight-trust"),
    path("insight/counting/<int:pk>/", insight.counting, name="insight-counting"),
    path("insight/<slug:name>/", insight.page, name="insight-page"),
    path("insight/<slug:name>/combine/", insight.combine, name="insight-combine"),
    path("insight/<slug:name>/<int:number>/save/", insight.save, name="insight-save"),
    path("insight/<slug:name>/<int:number>/today/", insight.today, name="insight-today"),
    path("company/refresh/", views.refresh, name="refresh"),
    path("company/refresh/<int:pk>/", views.progress, name="progress"),
]
