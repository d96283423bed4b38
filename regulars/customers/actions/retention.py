"""Rules of retention: set by somebody, carried out every night, each run in the audit log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.actions.erasure import erase_record
from regulars.customers.models import EventBody, RetentionAct, RetentionRule, Stage
from regulars.customers.privacy import keeping
from regulars.customers.queries.retention import affected
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import audit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User

PEOPLE_A_NIGHT: Final = 5_000
TEXTS_AT_ONCE: Final = 2_000
logger = logging.getLogger("regulars.customers")


@transaction.atomic
def set_rule(
    *, act: str, days: int, stages: Sequence[str] = (), by: User | None, rule: RetentionRule | None = None,
    active: bool = False, request: HttpRequest | None = None,
) -> RetentionRule:  # fmt: skip
    """Make or change a rule; it does nothing until it is ``active``.

    Raises:
        UserError: the act or a stage is unknown, it goes by no stages, or the time is less than a day.
    """
    if act not in dict(keeping.acts()) or not set(stages) <= set(Stage.values):
        raise UserError(_("There is no such rule."))
    if stages and keeping.of(act):
        raise UserError(_("This rule knows no stages."))
    if not 1 <= days <= 36_500:
        raise UserError(_("Give a number of days between 1 and 36,500."))
    rule = rule or RetentionRule()
    rule.act, rule.days, rule.stages, rule.active = act, days, sorted(stages), active
    rule.changed_at, rule.changed_by = clock.now(), by
    rule.save()
    _tell_change(rule, by, request, active=active)
    return rule


@transaction.atomic
def switch_rule(*, rule: RetentionRule, active: bool, by: User | None, request: HttpRequest | None = None) -> None:
    """Let a rule be carried out from the next night on, or no longer."""
    rule.active, rule.changed_at, rule.changed_by = active, clock.now(), by
    rule.save(update_fields=["active", "changed_at", "changed_by"])
    _tell_change(rule, by, request, active=active)


@transaction.atomic
def drop_rule(*, rule: RetentionRule, by: User | None, request: HttpRequest | None = None) -> None:
    """Forget a rule."""
    _tell_change(rule, by, request, dropped=True)
    rule.delete()


def _tell_change(rule: RetentionRule, by: User | None, request: HttpRequest | None, **how: bool) -> None:
    audit.record(
        "customers.retention_changed", by=by, object_type="rule", object_id=rule.pk, request=request, act=rule.act,
        days=rule.days, stages=rule.stages, **how,
    )  # fmt: skip


def carry_out(*, rule: RetentionRule) -> int:
    """Do what the rule says, each person in a transaction of its own; returns how many people, texts or what else it is about.

    At most ``PEOPLE_A_NIGHT`` people; the others follow the next night.
    """
    if kept := keeping.of(rule.act):
        touched = kept.drop(affected(rule))
    else:
        touched = _erase_texts(rule) if rule.act == RetentionAct.ERASE_TEXT else _erase_people(rule)
    RetentionRule.objects.filter(pk=rule.pk).update(last_run_at=clock.now())
    audit.record(
        "customers.retention_ran",
        by=None,
        object_type="rule",
        object_id=rule.pk,
        act=rule.act,
        days=rule.days,
        count=touched,
    )
    return touched


def _erase_people(rule: RetentionRule) -> int:
    erased = 0
    for party in list(affected(rule)[:PEOPLE_A_NIGHT]):
        try:
            erase_record(party=party, by=None, reason=f"retention rule {rule.pk}")
        except UserError as error:
            logger.warning("party %s was not erased by rule %s: %s", party.pk, rule.pk, error)
            continue
        erased += 1
    return erased


def _erase_texts(rule: RetentionRule) -> int:
    gone = 0
    while ids := list(affected(rule).values_list("pk", flat=True)[:TEXTS_AT_ONCE]):
        gone += EventBody.objects.filter(pk__in=ids).delete()[0]
    return gone
