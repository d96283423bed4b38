"""Registers tracking with Django."""

from __future__ import annotations

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Clicks and openings."""

    name = "regulars.channels.tracking"
    label = "tracking"
