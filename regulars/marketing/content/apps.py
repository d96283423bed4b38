"""Registers contents with Django, and their renderer with the outbox."""

from __future__ import annotations

from django.apps import AppConfig


class ContentConfig(AppConfig):
    """What campaigns say."""

    name = "regulars.marketing.content"
    label = "content"
