"""Registers contents with Django, and their renderer with the outbox."""

from __future__ import annotations

from django.apps import AppConfig


class ContentConfig(AppConfig):
    """What campaigns say."""

    name = "regulars.marketing.content"
    label = "content"

    def ready(self) -> None:
        """Let the outbox ask for the words of ``content:…`` when it sends them."""
        from regulars.channels.outbox import contents  # noqa: PLC0415 -- after the models
        from regulars.marketing.content.rendering import PREFIX, render  # noqa: PLC0415

        contents.register(PREFIX, render)
