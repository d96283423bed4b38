"""Registers channels with Django, their kinds of contact with the timeline, and what carries their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from regulars.channels.outbox.transports import Transport


class ChannelsConfig(AppConfig):
    """Logging of contacts, and every message that leaves."""

    name = "regulars.channels"

    def ready(self) -> None:
        """Let the kinds of contact register themselves; e-mail is captured unless a mail server is named."""
        from regulars.channels import timeline  # noqa: F401, PLC0415 -- after the models
        from regulars.channels.outbox import timeline as of_messages  # noqa: F401, PLC0415 -- so is this
        from regulars.channels.outbox import transports  # noqa: PLC0415 -- and this
        from regulars.customers.models import Channel  # noqa: PLC0415

        transports.register(Channel.EMAIL, _mail())


def _mail() -> Transport:
    """The transport of e-mail that the settings name."""
    if not settings.SMTP_URL:
        from regulars.channels.outbox.transports.captured import Captured  # noqa: PLC0415

        return Captured()
    from regulars.channels.outbox.transports.smtp import Smtp  # noqa: PLC0415 -- only where it is used

    try:
        return Smtp(settings.SMTP_URL, settings.MAIL_FROM)
    except ValueError as error:
        raise ImproperlyConfigured(f"REGULARS_SMTP_URL and REGULARS_MAIL_FROM: {error}") from error
