"""Template tags of the inbox: ``{% load inbox %}``."""

from __future__ import annotations

from django import template

from regulars.channels.inbox.models import Entry
from regulars.channels.inbox.shown import Fate, fate_of

register = template.Library()


@register.simple_tag
def fate(entry: Entry) -> Fate | None:
    """Where an answer stands."""
    return fate_of(entry.message)
