"""Registers commerce with Django."""

from django.apps import AppConfig


class CommerceConfig(AppConfig):
    """Orders, returns, payments, shipments."""

    name = "regulars.commerce"
