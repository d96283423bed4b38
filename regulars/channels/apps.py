"""Registers channels with Django and their kinds of contact with the timeline."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Logging of contacts."""

    name = "regulars.channels"

    def ready(self) -> None:
        """Let the kinds of contact register themselves."""
        from regulars.channels import timeline  # noqa: F401, PLC0415 -- after the models
