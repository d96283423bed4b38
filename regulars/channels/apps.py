"""Registers channels with Django."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Logging of contacts."""

    name = "regulars.channels"
