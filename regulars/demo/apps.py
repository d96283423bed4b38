"""Registers demo with Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demonstration company."""

    name = "regulars.demo"
