"""Registers experiments with Django."""

from django.apps import AppConfig


class EffectConfig(AppConfig):
    """Experiments, who is in which arm, and their sums."""

    name = "regulars.marketing.effect"
    label = "effect"
