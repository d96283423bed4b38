"""Registers the ways out with the list of customers."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Export of customers."""

    name = "regulars.integrations.exchange"
    label = "exchange"
