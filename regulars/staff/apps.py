"""Registers staff with Django."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Users, teams, territories, access."""

    name = "regulars.staff"

    def ready(self) -> None:
        """Hear of sign-ins, and name what the audit log says."""
        from regulars.staff import audit_words, subscribers  # noqa: F401, PLC0415 -- they register themselves
