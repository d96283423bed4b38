"""Registers e-mail coming in with Django."""

from django.apps import AppConfig


class EmailConfig(AppConfig):
    """Mail that came, and the mailboxes it comes from."""

    name = "regulars.channels.email"
    label = "email"
