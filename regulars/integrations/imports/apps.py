"""Registers imports with Django."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Import of files."""

    name = "regulars.integrations.imports"
    label = "imports"
