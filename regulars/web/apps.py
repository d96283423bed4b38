"""Collects what the contexts declare once every model is loaded."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WebConfig(AppConfig):
    """Finds the ``resources.py`` and ``finding.py`` of every installed context; each registers itself on import."""

    name = "regulars.web"
    label = "web"

    def ready(self) -> None:
        autodiscover_modules("resources")
        autodiscover_modules("finding")
