"""Registers segments with Django."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """Rules and their members."""

    name = "regulars.marketing.segments"
    label = "segments"
