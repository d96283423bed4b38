"""Registers the API with Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens and answers that may be replayed."""

    name = "regulars.integrations.api"
    label = "api"
