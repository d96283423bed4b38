"""Registers demo with Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demonstration company."""

    name = "regulars.demo"

    def ready(self) -> None:
        """Let the timeline know the kinds that only the demonstration writes, and Insight what is true."""
        from regulars.demo import closeness  # noqa: PLC0415 -- models are not ready before
        from regulars.demo.timeline import register_kinds  # noqa: PLC0415
        from regulars.reporting.insight import truths  # noqa: PLC0415

        register_kinds()
        truths.register(closeness.of)
