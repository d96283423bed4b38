"""Registers customers with Django; loads what it adds to the shell."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The customer record."""

    name = "regulars.customers"

    def ready(self) -> None:
        """Let resources, panels and places register themselves."""
        from regulars.customers import resources  # noqa: F401, PLC0415 -- after the models
