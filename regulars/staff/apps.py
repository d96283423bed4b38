"""Registers staff with Django."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Users, teams, territories."""

    name = "regulars.staff"
