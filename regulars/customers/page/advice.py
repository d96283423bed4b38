"""The third line of the page: why this customer stands where they stand, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.customers import reasons
from regulars.customers.models import CustomerSummary
from regulars.customers.steps import Step, step_of


@dataclass(frozen=True, slots=True)
class Advice:
    """``why`` and ``do`` are one sentence each; ``more`` are the further reasons; ``step`` is the button, if any."""

    why: str
    do: str
    more: list[str]
    step: Step | None


def advice_of(summary: CustomerSummary) -> Advice:
    """What the analysis says of the customer, in words made of their own figures."""
    stage = reasons.say_all(summary.stage_reasons)
    risk = [one for one in reasons.say_all(summary.risk_reasons) if one not in stage]
    told = stage + risk
    value = [one for one in reasons.say_all(summary.value_reasons) if one not in told]
    action = reasons.say_all(summary.next_action_reasons)
    step = step_of(summary.next_action) if summary.next_action else None
    return Advice(
        why=told[0] if told else _not_yet(summary),
        do=action[0] if action else "",
        more=[*told[1:], *value, *action[1:]],
        step=step,
    )


def _not_yet(summary: CustomerSummary) -> str:
    if summary.as_of is None:
        return _("Not analysed yet; the next refresh will say more.")
    return _("Nothing unusual.")
