"""Registers customers with Django."""

from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.utils.module_loading import autodiscover_modules


class CustomersConfig(AppConfig):
    """The customer record."""

    name = "regulars.customers"

    def ready(self) -> None:
        """Let every room declare what it hangs on a party (``holdings.py``) and holds of a person (``privacy.py``).

        Custom fields are read once a request.
        """
        from regulars.customers import fields  # noqa: PLC0415 -- after the models
        from regulars.customers.merging import holdings  # noqa: F401, PLC0415 -- after the models
        from regulars.customers.privacy import traces  # noqa: F401, PLC0415 -- so are these

        request_started.connect(fields.begin_request)
        request_finished.connect(fields.end_request)
        autodiscover_modules("holdings", "privacy")
