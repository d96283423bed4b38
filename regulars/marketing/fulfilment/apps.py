"""Registers fulfilment with Django."""

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    """Catalogues, samples and letters on their way to customers."""

    name = "regulars.marketing.fulfilment"
    label = "fulfilment"

    def ready(self) -> None:
        """Let the kinds of entry register themselves."""
        from regulars.marketing.fulfilment import timeline  # noqa: F401, PLC0415 -- after the models
