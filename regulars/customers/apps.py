"""Registers customers with Django."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CustomersConfig(AppConfig):
    """The customer record."""

    name = "regulars.customers"

    def ready(self) -> None:
        """Let every room declare what it hangs on a party (its ``merging.py``)."""
        from regulars.customers.merging import holdings  # noqa: F401, PLC0415 -- after the models

        autodiscover_modules("merging")
