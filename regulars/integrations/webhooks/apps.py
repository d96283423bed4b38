"""Registers webhooks with Django."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Subscriptions and deliveries."""

    name = "regulars.integrations.webhooks"
    label = "webhooks"
