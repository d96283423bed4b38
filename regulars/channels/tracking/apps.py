"""Registers tracking with Django."""

from __future__ import annotations

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Clicks and openings."""

    name = "regulars.channels.tracking"
    label = "tracking"

    def ready(self) -> None:
        """Let its kind of entry register itself; customers choose in the preference centre whether they mind."""
        from regulars.channels.tracking import queries, timeline  # noqa: F401, PLC0415 -- after the models
        from regulars.customers.permission import topics  # noqa: PLC0415

        topics.provide(queries.topics)
