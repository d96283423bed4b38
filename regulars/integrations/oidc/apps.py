"""Registers the company's sign-in with Django."""

from django.apps import AppConfig


class OidcConfig(AppConfig):
    """The company's own sign-in."""

    name = "regulars.integrations.oidc"
    label = "oidc"
