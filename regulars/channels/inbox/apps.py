"""Registers the inbox with Django."""

from __future__ import annotations

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Conversations, their entries, and the desk where they are answered."""

    name = "regulars.channels.inbox"
    label = "inbox"

    def ready(self) -> None:
        """Let what it writes onto the timeline register itself, and how e-mail is answered."""
        from regulars.channels.inbox import channels, timeline  # noqa: F401, PLC0415 -- after the models
