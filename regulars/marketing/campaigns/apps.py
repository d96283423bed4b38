"""Registers campaigns with Django."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Campaigns, their audiences and costs."""

    name = "regulars.marketing.campaigns"
    label = "campaigns"
