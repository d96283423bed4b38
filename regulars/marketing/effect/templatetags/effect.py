"""Tags for pages that show a report or a plan."""

from __future__ import annotations

from django import template

from regulars.marketing.effect import sentences, showing
from regulars.marketing.effect.report import Power, Report

register = template.Library()


@register.simple_tag
def effect_shown(report: Report) -> showing.Shown:
    """A report in the reader's language."""
    return showing.shown(report)


@register.filter
def power_said(power: Power) -> str:
    """What can be found, in one sentence."""
    return sentences.power(power)


@register.filter
def power_advice(power: Power) -> list[str]:
    """What a small house may do."""
    return sentences.power_advice(power)
