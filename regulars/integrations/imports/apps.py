"""Registers imports with Django."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Import of files."""

    name = "regulars.integrations.imports"
    label = "imports"

    def ready(self) -> None:
        """Teach undo what an import is, and the timeline what files bring."""
        from regulars.integrations.imports import actions, timeline  # noqa: F401, PLC0415 -- after the models
