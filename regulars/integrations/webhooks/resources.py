"""Webhooks in the palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.web import palette
from regulars.web.palette import Action

palette.register_action(
    Action(
        "webhooks",
        _("Webhooks"),
        "webhooks:index",
        icon="link",
        rule="settings.manage",
        words=_("notify other systems"),
    )
)
