"""Registers draws with Django."""

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    """Prize draws and quizzes."""

    name = "regulars.marketing.draws"
    label = "draws"

    def ready(self) -> None:
        """Let the kinds of entry register themselves."""
        from regulars.marketing.draws import timeline  # noqa: F401, PLC0415 -- after the models
