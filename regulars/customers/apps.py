"""Registers customers with Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The customer record."""

    name = "regulars.customers"
