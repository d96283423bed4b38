"""Counting what is sent, and the company's rules of contact: written in the transaction of the messages themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers.models import ContactRules
from regulars.customers.permission.caps import Cap
from regulars.customers.permission.queries import Rules, rules
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User

_LOCK: Final = 0x72676C_70726573
"""The advisory lock of the counters, a number of our own."""
_ADD: Final = """
    INSERT INTO customers_pressure (party_id, channel, day, n) VALUES (%s, %s, %s, %s)
    ON CONFLICT (party_id, day, channel) DO UPDATE SET n = customers_pressure.n + excluded.n
"""
_TAKE: Final = """
    UPDATE customers_pressure SET n = CASE WHEN n > %s THEN n - %s ELSE 0 END WHERE party_id = %s AND channel = %s AND day = %s
"""
_DAY: Final = 24 * 60
MOST_DAYS: Final = 90
MOST_MESSAGES: Final = 1_000


def hold_caps() -> None:
    """Let nobody else decide and reserve until this transaction ends, so that two campaigns at once keep the caps together.

    On SQLite a transaction that writes is alone anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def reserve(parties: Iterable[int], *, channel: str, at: datetime) -> None:
    """Count one message to each of ``parties`` (twice for one named twice) on the day of ``at`` in the company's zone."""
    day = str(timezone.localdate(at))
    rows = [(pk, channel, day, n) for pk, n in sorted(Counter(parties).items())]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)


def release(parties: Iterable[int], *, channel: str, at: datetime) -> None:
    """Take back what ``reserve`` counted for messages that did not go after all."""
    day = str(timezone.localdate(at))
    rows = [(n, n, pk, channel, day) for pk, n in sorted(Counter(parties).items())]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_TAKE, rows)


@transaction.atomic
def set_rules(
    *, quiet_from: int, quiet_until: int, caps: Sequence[Cap], by: User | None, request: HttpRequest | None = None
) -> Rules:
    """Say when the company is silent and how much it says at most.

    Returns:
        The rules that held before, to go back to.

    Raises:
        Forbidden: ``by`` may not change settings.
        UserError: a time is not of the day, a cap is not a number of messages in days, or a channel has two.
    """
    if by is not None:
        require(by, "settings.manage")
    if not (0 <= quiet_from < _DAY and 0 <= quiet_until < _DAY):
        raise UserError(_("Quiet hours begin and end at times of the day."))
    if any(not (1 <= cap.most <= MOST_MESSAGES and 1 <= cap.days <= MOST_DAYS) for cap in caps):
        raise UserError(_("A limit is at least one message in one day; leave it empty for none."))
    if len({cap.channel for cap in caps}) != len(caps):
        raise UserError(_("Each channel has one limit."))
    before, after = rules(), Rules(quiet_from, quiet_until, tuple(caps))
    if before == after:
        return before
    told: dict[str, Any] = {
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "caps": [cap.as_dict() for cap in caps],
    }
    ContactRules.objects.update_or_create(pk=1, defaults={**told, "changed_at": clock.now(), "changed_by": by})
    audit.record("customers.contact_rules_set", by=by, object_type="company", request=request, **told)
    return before
