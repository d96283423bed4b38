"""The Django application of the house as a whole; it starts no work of its own."""

from __future__ import annotations

from django.apps import AppConfig


class RegularsConfig(AppConfig):
    """Names the project in Django's registry."""

    name = "regulars.config"
    label = "config"
