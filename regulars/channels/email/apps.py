"""Registers e-mail coming in with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class EmailConfig(AppConfig):
    """Mail that came, and the mailboxes it comes from."""

    name = "regulars.channels.email"
    label = "email"

    def ready(self) -> None:
        """Refuse a wrong setting at once, with a sentence; let mails be kept for a while only."""
        from regulars.channels.email import keeping  # noqa: F401, PLC0415 -- after the models
        from regulars.channels.email.places import Place, listening_place  # noqa: PLC0415 -- with the settings

        try:
            for url in settings.IMAP_URLS:
                Place.read(url)
        except ValueError as error:
            raise ImproperlyConfigured(f"REGULARS_IMAP_URL: {error}") from error
        try:
            if settings.LMTP_LISTEN:
                listening_place(settings.LMTP_LISTEN)
        except ValueError as error:
            raise ImproperlyConfigured(f"REGULARS_LMTP_LISTEN: {error}") from error
