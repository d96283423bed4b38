"""The Django application of the house as a whole; it joins the rooms."""

from __future__ import annotations

from django.apps import AppConfig


class RegularsConfig(AppConfig):
    """Names the project in Django's registry."""

    name = "regulars.config"
    label = "config"

    def ready(self) -> None:
        """Join the rooms."""
        from regulars.config import wiring  # noqa: PLC0415 -- after all models

        wiring.connect()
