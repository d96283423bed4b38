"""Registers customers with Django."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CustomersConfig(AppConfig):
    """The customer record."""

    name = "regulars.customers"

    def ready(self) -> None:
        """Let every room declare what it hangs on a party (``holdings.py``) and holds of a person (``privacy.py``)."""
        from regulars.customers.merging import holdings  # noqa: F401, PLC0415 -- after the models
        from regulars.customers.privacy import traces  # noqa: F401, PLC0415 -- so are these

        autodiscover_modules("holdings", "privacy")
