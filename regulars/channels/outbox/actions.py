"""Putting messages into the outbox, taking them out under a lease, and writing down what came of them.

The order that keeps a message from being sent twice: ``claim`` (a lease with a token), ``advance`` (*attempting* is
committed before the wire is touched, together with what came of the group before), the wire, ``advance`` or ``note``.
Who dies in between leaves *attempting*; ``settle_lost`` calls it uncertain once the lease is over.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from regulars.channels.outbox import counting, hooks, queries
from regulars.channels.outbox.models import WAITING, Message, MessageBody, MessageClass, MessageState, Priority
from regulars.channels.outbox.permission import Verdict
from regulars.channels.outbox.timeline import tell_sent
from regulars.channels.outbox.transports import Outcome, Result
from regulars.kit import clock
from regulars.kit.parts import in_parts
from regulars.web.rows import AnyOf, as_table

LEASE: Final = timedelta(minutes=3)
RETRY_UNCERTAIN: Final = timedelta(minutes=2)
RETRY_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1_440))
"""Pauses between tries of what was refused for the time being: nearly two days in all."""
_PRIORITY: Final = {MessageClass.TRANSACTIONAL: Priority.FIRST, MessageClass.MARKETING: Priority.USUAL}
_AT_ONCE: Final = 400
_NOBODYS: Final = {"lease_token": ""}


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be made. ``origin``, ``step``, ``visit``, ``party_id`` and ``channel`` together make it one.

    ``not_after``: it is worth nothing later. ``ghost``: a control group's, never sent. ``refused``: why it may not be said;
    the row is written as held back. ``variant``: the arm of an experiment. ``counted``: it counts towards the limits of
    contact from when it is written (``pressure.hold_caps`` and ``decide`` before). Words stand here or are rendered at the
    moment of sending from ``content_ref`` (``contents.register``). ``priority`` is one of ``Priority``.
    """

    channel: str
    party_id: int
    address: str
    origin: str
    step: str = ""
    visit: str = ""
    purpose: str = "marketing"
    purpose_class: str = MessageClass.MARKETING
    content_ref: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    send_after: datetime | None = None
    not_after: datetime | None = None
    priority: int | None = None
    ghost: bool = False
    refused: str = ""
    variant: str = ""
    counted: bool = False

    @property
    def state(self) -> MessageState:
        """Where it stands when it is written."""
        if self.refused:
            return MessageState.REFUSED
        return MessageState.GHOST if self.ghost else MessageState.QUEUED

    @property
    def counts(self) -> bool:
        """Whether it is in the counters from when it is written."""
        return self.counted and self.state is MessageState.QUEUED

    @property
    def key(self) -> str:
        """SHA-256 of what makes it one, in hexadecimal."""
        told = "|".join((self.origin, self.step, self.visit, str(self.party_id), self.channel))
        return hashlib.sha256(told.encode()).hexdigest()


def rfc_message_id(key: str) -> str:
    """The Message-ID of a message: the same for every try, so that whoever gets it twice can tell."""
    return f"<{key[:40]}@{settings.MAIL_DOMAIN}>"


_COLUMNS: Final = (
    "key", "channel", "purpose", "purpose_class", "party_id", "address", "origin", "content_ref", "state", "reason",
    "priority", "send_after", "not_after", "attempts", "lease_token", "rfc_message_id", "provider_reply", "made_at", "done_at",
    "variant", "counted_on",
)  # fmt: skip


@transaction.atomic
def put(messages: Iterable[NewMessage]) -> int:
    """Write messages in the caller's transaction; what is there already (by key) is passed over.

    Returns:
        How many are new.
    """
    return sum(_put({one.key: one for one in some}) for some in in_parts(messages, _AT_ONCE))


def _put(wanted: Mapping[str, NewMessage]) -> int:
    now = clock.now()
    marks = f"({', '.join(['%s'] * len(_COLUMNS))})"
    statement = (
        f"INSERT INTO channels_message ({', '.join(_COLUMNS)}) VALUES {', '.join([marks] * len(wanted))} "  # noqa: S608 -- our own column names
        "ON CONFLICT (key) DO NOTHING RETURNING id, key"
    )
    values = [value for key, one in wanted.items() for value in _row(key, one, now)]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        ids = {key: pk for pk, key in cursor.fetchall()}
    MessageBody.objects.bulk_create(
        MessageBody(
            message_id=pk, subject=told.subject[:255], text=told.text, html=told.html, headers=dict(told.headers)
        )
        for key, pk in ids.items()
        if (told := wanted[key]).subject or told.text or told.html
    )
    new = [wanted[key] for key in ids]
    counting.reserve((one.party_id, one.channel, one.send_after or now) for one in new if one.counts)
    return len(ids)


def _row(key: str, one: NewMessage, now: datetime) -> tuple[Any, ...]:
    moment = connection.ops.adapt_datetimefield_value
    settled = one.state is not MessageState.QUEUED
    priority = Priority(_PRIORITY[MessageClass(one.purpose_class)] if one.priority is None else one.priority)
    return (
        key, one.channel, one.purpose, str(one.purpose_class), one.party_id, one.address, one.origin, one.content_ref, str(one.state), one.refused,
        int(priority), moment(one.send_after or now), moment(one.not_after), 0, "", rfc_message_id(key), "", moment(now),
        moment(now) if settled else None, one.variant,
        str(timezone.localdate(one.send_after or now)) if one.counts else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lease:
    """Messages that are one sender's for a while, and the token that proves it."""

    token: str
    messages: Sequence[Message]


@transaction.atomic
def claim(channel: str, *, most: int, ids: Sequence[int] | None = None) -> Lease:
    """Take up to ``most`` messages that are due (of ``ids`` only, when given), so that nobody else does."""
    now, token = clock.now(), secrets.token_hex(16)
    rows = queries.due_at(now, channel) if ids is None else queries.due_at(now, channel).filter(pk__in=ids)
    taken: list[Message] = []
    for priority in Priority.values:
        alike = rows.filter(priority=priority).order_by("send_after", "pk").select_for_update(skip_locked=True)
        taken += alike[: most - len(taken)]
    if taken:
        Message.objects.filter(AnyOf(F("pk"), [one.pk for one in taken])).update(
            lease_until=now + LEASE, lease_token=token
        )
    return Lease(token, taken)


@transaction.atomic
def release(lease: Lease, messages: Sequence[Message]) -> None:
    """Give back what was not tried."""
    if not messages:
        return
    held = Message.objects.filter(pk__in=[one.pk for one in messages], lease_token=lease.token, state__in=WAITING)
    held.update(lease_until=None, **_NOBODYS)


@transaction.atomic
def hold_back(lease: Lease, verdicts: Mapping[int, Verdict]) -> None:
    """Write down which messages may not go: later where the verdict says until when, else never.

    One that may have arrived already stays uncertain: it is not said to have been held back. One statement per verdict.
    """
    now = clock.now()
    alike: dict[tuple[str, datetime | None], list[int]] = defaultdict(list)
    for pk, told in verdicts.items():
        alike[told.reason[:32], told.until].append(pk)
    for (reason, until), ids in alike.items():
        held = Message.objects.filter(pk__in=ids, lease_token=lease.token, state__in=WAITING)
        if until is not None:
            worth_it = held.filter(Q(not_after=None) | Q(not_after__gt=until))
            counting.move(worth_it, to=until)
            worth_it.update(reason=reason, send_after=until, lease_until=None, **_NOBODYS)
        never = {"reason": reason, "lease_until": None, "done_at": now, **_NOBODYS}
        held.filter(state=MessageState.UNCERTAIN).update(**never)
        counting.take_back(held.filter(state=MessageState.QUEUED))
        held.filter(state=MessageState.QUEUED).update(state=MessageState.REFUSED, **never)
    hooks.tell_lost(one for one in lease.messages if one.pk in verdicts and verdicts[one.pk].until is None)


_MARK: Final = (
    "UPDATE channels_message SET state = 'attempting', attempted_at = %%s, lease_until = %%s, attempts = attempts + 1 "
    "WHERE lease_token = %%s AND lease_until > %%s AND state IN ('queued', 'uncertain') AND id IN (%s) RETURNING id"
)


@transaction.atomic
def advance(lease: Lease, *, outcomes: Sequence[Outcome], group: Sequence[Message]) -> list[Message]:
    """Write what came of the last group and mark the next as *attempting*, in one commit.

    Returns:
        Those of ``group`` that are still this lease's and may be put on the wire now.
    """
    _write_outcomes(lease, outcomes)
    if not group:
        return []
    now, moment = clock.now(), connection.ops.adapt_datetimefield_value
    statement = _MARK % _marks(group)
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [moment(now), moment(now + LEASE), lease.token, moment(now), *(one.pk for one in group)]
        )
        held = {pk for (pk,) in cursor.fetchall()}
    return [one for one in group if one.pk in held]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


_OUTCOME: Final = {
    "id": "bigint", "state": "text", "reason": "text", "provider_reply": "text", "send_after": "timestamptz", "done_at": "timestamptz",
}  # fmt: skip
_SETTLE: Final = (
    "UPDATE channels_message SET state = told.state, reason = told.reason, provider_reply = told.provider_reply, "
    "send_after = told.send_after, done_at = told.done_at, lease_until = NULL, lease_token = '' FROM {told} "
    "WHERE channels_message.id = told.id AND lease_token = %s AND channels_message.state IN ('attempting', 'uncertain') "
    "AND channels_message.id IN ({ids})"
)
"""The numbers stand there twice: PostgreSQL does not know how few are told of, and might read the index of states instead."""


def _write_outcomes(lease: Lease, outcomes: Sequence[Outcome]) -> None:
    """Whoever sent it knows best: an outcome counts as long as nobody else has taken the message since."""
    if not outcomes:
        return
    now, rows, failed = clock.now(), [], []
    for one in outcomes:
        state, send_after = _next(one, now)
        done_at = None if send_after else now
        again_at = send_after or one.message.send_after
        rows.append((one.message.pk, str(state), one.reason[:32], one.reply[:255], again_at, done_at))
        if state is MessageState.FAILED:
            failed.append(one.message)
    told, values = as_table(_OUTCOME, rows)
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE.format(told=told, ids=_marks(rows)), [*values, lease.token, *(row[0] for row in rows)])
    if failed:
        ids = [one.pk for one in failed]
        counting.take_back(Message.objects.filter(pk__in=ids, state=MessageState.FAILED))
        hooks.tell_lost(failed)
    _keep_words(outcomes)
    tell_sent([one.message for one in outcomes if one.result is Result.SENT], at=now)


def _next(one: Outcome, now: datetime) -> tuple[MessageState, datetime | None]:
    """The state that follows, and when it is tried again (None: never)."""
    message, tries = one.message, one.message.attempts + 1
    pause = RETRY_AFTER[tries - 1] if tries <= len(RETRY_AFTER) else None
    match one.result:
        case Result.SENT:
            return MessageState.SENT, None
        case Result.FAILED:
            return _before(message, MessageState.FAILED), None
        case Result.NOT_TRIED:
            return _before(message, MessageState.QUEUED), now
        case Result.LATER if pause:
            return _before(message, MessageState.QUEUED), now + pause
        case Result.LATER:
            return _before(message, MessageState.FAILED), None
        case Result.UNCERTAIN:
            again = pause is not None and message.purpose_class == MessageClass.TRANSACTIONAL
            return MessageState.UNCERTAIN, now + RETRY_UNCERTAIN if again else None


def _before(message: Message, state: MessageState) -> MessageState:
    """``state``, unless the message may have arrived earlier: then it stays uncertain."""
    return MessageState.UNCERTAIN if message.state == MessageState.UNCERTAIN else state


def _keep_words(outcomes: Sequence[Outcome]) -> None:
    """The words of captured messages that were rendered at the moment of sending."""
    MessageBody.objects.bulk_create(
        [
            MessageBody(
                message=one.message, subject=one.keep.subject[:255], text=one.keep.text, html=one.keep.html,
                headers=dict(one.keep.headers),
            )
            for one in outcomes
            if one.keep is not None
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def settle_lost() -> int:
    """Call uncertain what a sender left on the wire when it died, and expired what nobody sent in time; returns how many.

    Marketing is never sent again; a service message is, after two minutes, under the same Message-ID.
    """
    now = clock.now()
    unsettled = Message.objects.filter(done_at=None)
    lost = unsettled.filter(state=MessageState.ATTEMPTING, lease_until__lte=now)
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    late = unsettled.filter(free, state=MessageState.QUEUED, not_after__lte=now)
    if not lost.exists() and not late.exists():
        return 0
    with transaction.atomic():
        uncertain = {"state": MessageState.UNCERTAIN, "reason": "crashed", "lease_until": None}
        again = lost.filter(purpose_class=MessageClass.TRANSACTIONAL, attempts__lte=len(RETRY_AFTER))
        count = again.update(send_after=F("attempted_at") + RETRY_UNCERTAIN, **uncertain)
        count += lost.update(done_at=now, **uncertain)
        counting.take_back(late)
        return count + late.update(state=MessageState.REFUSED, reason="expired", done_at=now, lease_until=None)


def _not_gone(origin: str) -> QuerySet[Message]:
    """What waits because of ``origin``, leased or not; whoever holds it finds it gone before the next group."""
    return Message.objects.filter(origin=origin, state=MessageState.QUEUED, done_at=None)


@transaction.atomic
def withdraw(*, origin: str, reason: str) -> int:
    """Hold back for good what has not gone yet; returns how many. What is on the wire at this moment still goes."""
    waiting = _not_gone(origin)
    counting.take_back(waiting)
    return waiting.update(state=MessageState.REFUSED, reason=reason, done_at=clock.now(), lease_until=None, **_NOBODYS)


@transaction.atomic
def put_off(*, origin: str, reason: str, until: datetime) -> int:
    """Let what has not gone yet wait for ``until``; it counts towards no limit meanwhile. Returns how many."""
    waiting = _not_gone(origin)
    counting.take_back(waiting)
    return waiting.update(reason=reason, send_after=until, lease_until=None, **_NOBODYS)


@transaction.atomic
def go_on(*, origin: str, reason: str) -> int:
    """Let go now what was put off for ``reason``; returns how many. Limits are asked again when it goes."""
    now = clock.now()
    waiting = _not_gone(origin).filter(reason=reason)
    parties = waiting.values_list("party_id", "channel")
    counting.reserve((party, channel, now) for party, channel in parties)
    return waiting.update(reason="", send_after=now, counted_on=timezone.localdate(now))


@transaction.atomic
def settle_restored() -> int:
    """After a backup was restored: marketing that was due may have gone out since the backup was made; returns how many.

    It becomes uncertain, and so is never sent again. What is not due yet cannot have gone.
    """
    due = Message.objects.filter(done_at=None, state__in=WAITING, purpose_class=MessageClass.MARKETING)
    now = clock.now()
    return due.filter(send_after__lte=now).update(
        state=MessageState.UNCERTAIN, reason="restored", done_at=now, lease_until=None
    )
