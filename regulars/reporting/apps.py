"""Registers reporting with Django."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Analyses on screen."""

    name = "regulars.reporting"
