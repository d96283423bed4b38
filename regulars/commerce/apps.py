"""Registers commerce with Django and its kinds with the timeline."""

from django.apps import AppConfig


class CommerceConfig(AppConfig):
    """Orders, returns, payments, shipments."""

    name = "regulars.commerce"

    def ready(self) -> None:
        """Let the kinds of trade register themselves."""
        from regulars.commerce import timeline  # noqa: F401, PLC0415 -- after the models
