"""Registers call lists with Django."""

from django.apps import AppConfig


class CallListsConfig(AppConfig):
    """Telemarketing."""

    name = "regulars.marketing.call_lists"
    label = "call_lists"
