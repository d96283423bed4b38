"""Subscribing, pausing, replaying; turning what happened into messages, and messages into deliveries."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.models import Event, Party
from regulars.integrations.webhooks import address, messages
from regulars.integrations.webhooks.models import (
    Delivery,
    DeliveryState,
    OutboxEntry,
    Subscription,
    new_message_id,
    new_secret,
)
from regulars.kit import clock
from regulars.kit.errors import Forbidden, UserError
from regulars.staff import audit
from regulars.staff.rules import Reach, can, reach

if TYPE_CHECKING:
    from regulars.integrations.webhooks.wire import Outcome
    from regulars.staff.models import User

RETRY_AFTER: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1_800, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600, 24 * 3_600)
)
"""Pauses between tries, each spread by a fifth: three days in all."""

LEASE: Final = timedelta(seconds=60)
AT_ONCE: Final = 500
MOST_KINDS: Final = 50
MOST_REPLAYED: Final = 10_000
KEPT: Final = timedelta(days=30)
_PATTERN_CHARS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.*")


@transaction.atomic
def subscribe(
    *, owner: User, url: str, kinds: Iterable[str], by: User | None, details: bool = False, request: Any = None
) -> Subscription:
    """Tell ``url`` what happens to the customers whom ``owner`` sees.

    Raises:
        Forbidden: only administrators make them.
        UserError: the address or a kind makes no sense.
    """
    _may(by)
    address.check(url)
    made = Subscription.objects.create(owner=owner, url=url, kinds=_kinds(kinds), details=details, created_by=by)
    host = address.read(url).host
    audit.record(
        "webhooks.made", by=by, object_type="webhook", object_id=made.pk, request=request, host=host, kinds=made.kinds
    )
    return made


@transaction.atomic
def change_subscription(*, subscription: Subscription, by: User | None, **changes: Any) -> Subscription:
    """Change ``url``, ``kinds`` or ``details``.

    Raises:
        Forbidden, UserError: as ``subscribe``.
    """
    _may(by)
    if "url" in changes:
        address.check(changes["url"])
    if "kinds" in changes:
        changes["kinds"] = _kinds(changes["kinds"])
    Subscription.objects.filter(pk=subscription.pk).update(**changes)
    subscription.refresh_from_db()
    audit.record("webhooks.changed", by=by, object_type="webhook", object_id=subscription.pk, fields=sorted(changes))
    return subscription


@transaction.atomic
def pause(*, subscription: Subscription, by: User | None, reason: str = "") -> None:
    """Tell it nothing until it is resumed; what happens meanwhile is not told later."""
    _may(by)
    now = clock.now()
    if Subscription.objects.filter(pk=subscription.pk, paused_at=None).update(
        paused_at=now, paused_reason=reason[:255]
    ):
        audit.record("webhooks.paused", by=by, object_type="webhook", object_id=subscription.pk, reason=reason)
    subscription.refresh_from_db()


@transaction.atomic
def resume(*, subscription: Subscription, by: User | None) -> None:
    """Go on; what was waiting is tried at once."""
    _may(by)
    if Subscription.objects.filter(pk=subscription.pk, paused_at__isnull=False).update(
        paused_at=None, paused_reason=""
    ):
        waiting = Delivery.objects.filter(subscription=subscription, state=DeliveryState.WAITING)
        waiting.update(due_at=clock.now())
        audit.record("webhooks.resumed", by=by, object_type="webhook", object_id=subscription.pk)
    subscription.refresh_from_db()


@transaction.atomic
def remove(*, subscription: Subscription, by: User | None) -> None:
    """End it; what was sent stays in the log."""
    _may(by)
    if Subscription.objects.filter(pk=subscription.pk, removed_at=None).update(removed_at=clock.now()):
        Delivery.objects.filter(subscription=subscription, state=DeliveryState.WAITING).update(
            state=DeliveryState.GIVEN_UP, due_at=None
        )
        audit.record("webhooks.removed", by=by, object_type="webhook", object_id=subscription.pk)
    subscription.refresh_from_db()


@transaction.atomic
def new_secret_for(*, subscription: Subscription, by: User | None) -> str:
    """Sign with another secret from now on."""
    _may(by)
    secret = new_secret()
    Subscription.objects.filter(pk=subscription.pk).update(secret=secret)
    audit.record("webhooks.secret_changed", by=by, object_type="webhook", object_id=subscription.pk)
    return secret


@transaction.atomic
def ping(*, subscription: Subscription, by: User | None) -> Delivery:
    """Send a message that means nothing, to see whether it arrives."""
    _may(by)
    return _house_delivery(subscription, "webhooks.ping", {"webhook": subscription.pk})


@transaction.atomic
def replay(*, deliveries: Iterable[Delivery], by: User | None) -> int:
    """Send again, under the same ids; returns how many."""
    _may(by)
    ids = [one.pk for one in deliveries][:MOST_REPLAYED]
    return _send_again(Delivery.objects.filter(pk__in=ids))


@transaction.atomic
def replay_range(*, subscription: Subscription, first: int, last: int, by: User | None) -> int:
    """Send the deliveries numbered from ``first`` to ``last`` again, ten thousand at most."""
    _may(by)
    rows = Delivery.objects.filter(subscription=subscription, pk__gte=first, pk__lte=last).order_by("pk")
    return _send_again(Delivery.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:MOST_REPLAYED])))


def _send_again(rows: Any) -> int:
    count = 0
    for one in rows.exclude(state=DeliveryState.SENDING).exclude(state=DeliveryState.WAITING):
        again = Delivery.objects.filter(pk=one.pk)
        count += again.update(state=DeliveryState.WAITING, attempts=0, due_at=clock.now(), error="")
    return count


def tell_house(kind: str, facts: dict[str, Any]) -> int:
    """Tell every subscription that wants ``kind`` something that is no entry of a timeline; returns how many."""
    found = [
        one for one in Subscription.objects.active().select_related("owner")
        if messages.wants(one.kinds, kind) and reach(one.owner) is Reach.ALL
    ]  # fmt: skip
    for one in found:
        _house_delivery(one, kind, facts)
    return len(found)


def _house_delivery(subscription: Subscription, kind: str, facts: dict[str, Any]) -> Delivery:
    message_id = new_message_id()
    body = messages.of_house(kind, message_id, facts)
    return Delivery.objects.create(subscription=subscription, kind=kind, message_id=message_id, body=body)


@transaction.atomic
def empty_outbox() -> int:
    """Turn committed entries of the outbox into deliveries; returns how many entries were taken.

    The entries go in the transaction in which the deliveries come, so that a worker that dies loses and doubles nothing;
    an entry that is committed late is simply taken later.
    """
    taken = list(OutboxEntry.objects.select_for_update(skip_locked=True).order_by("pk")[:AT_ONCE])
    if not taken:
        return 0
    subscriptions = list(Subscription.objects.active().select_related("owner__team", "owner__territory"))
    events = list(Event.objects.filter(pk__in=[one.event_id for one in taken]).select_related("body").order_by("pk"))
    made = [delivery for one in subscriptions for delivery in _deliveries(one, events)]
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    OutboxEntry.objects.filter(pk__in=[one.pk for one in taken]).delete()
    return len(taken)


def _deliveries(subscription: Subscription, events: Sequence[Event]) -> list[Delivery]:
    wanted = [event for event in events if messages.wants(subscription.kinds, event.kind)]
    customers = {event.customer_id for event in wanted if event.customer_id}
    if not wanted or not can(subscription.owner, "customers.view"):
        return []
    seen = set(Party.objects.visible_to(subscription.owner).filter(pk__in=customers).values_list("pk", flat=True))
    sees_all = reach(subscription.owner) is Reach.ALL
    made = []
    for event in wanted:
        if event.customer_id in seen or (event.customer_id is None and sees_all):
            message_id = new_message_id()
            body = messages.of_event(event, message_id, details=subscription.details)
            made.append(
                Delivery(
                    subscription=subscription, event_id=event.pk, kind=event.kind, message_id=message_id, body=body
                )
            )
    return made


@transaction.atomic
def claim(most: int) -> list[Delivery]:
    """Take deliveries that are due, so that no other worker does; those of a worker that died come back after a minute."""
    now = clock.now()
    active = Subscription.objects.active().values("pk")
    rows = Delivery.objects.filter(due_at__lte=now, subscription__in=active).order_by("due_at", "pk")
    ids = list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:most])
    if not ids:
        return []
    Delivery.objects.filter(pk__in=ids).update(state=DeliveryState.SENDING, due_at=now + LEASE, tried_at=now)
    return list(Delivery.objects.filter(pk__in=ids).select_related("subscription").order_by("pk"))


@transaction.atomic
def note_outcome(*, delivery: Delivery, outcome: Outcome) -> Delivery:
    """Write down what came of a try; plan the next, or give up and pause the subscription with the reason."""
    delivery.attempts += 1
    delivery.status, delivery.answer, delivery.error = outcome.status, outcome.answer, outcome.error
    delivery.seconds = round(outcome.seconds, 3)
    if outcome.accepted:
        delivery.state, delivery.due_at = DeliveryState.DELIVERED, None
    elif outcome.status == 410 or delivery.attempts > len(RETRY_AFTER):
        delivery.state, delivery.due_at = DeliveryState.GIVEN_UP, None
        pause(subscription=delivery.subscription, by=None, reason=_reason(outcome))
    else:
        wait = RETRY_AFTER[delivery.attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311 -- spreads load, guards nothing
        delivery.state, delivery.due_at = DeliveryState.WAITING, clock.now() + wait
    delivery.save(update_fields=["attempts", "status", "answer", "error", "seconds", "state", "due_at"])
    return delivery


def _reason(outcome: Outcome) -> str:
    if outcome.status == 410:
        return _("The receiver said that it is gone (410).")
    told = outcome.error or str(outcome.status)
    return _("Nothing was accepted for three days; the last answer: %(told)s") % {"told": told}


def forget_old_deliveries() -> int:
    """Drop what was settled a month ago; returns how many."""
    old = Delivery.objects.filter(due_at=None, created_at__lt=clock.now() - KEPT)
    return old.delete()[0]


def _may(by: User | None) -> None:
    if by is not None and not can(by, "settings.manage"):
        raise Forbidden(_("Your role does not allow this."))


def _kinds(told: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(kind.strip() for kind in told if kind.strip()))
    if not found or len(found) > MOST_KINDS:
        raise UserError(_("Please say what is to be told, e.g. commerce.* or channels.call_logged."))
    for kind in found:
        if len(kind) > 48 or not set(kind) <= _PATTERN_CHARS or "**" in kind:
            raise UserError(_("“%(kind)s” is no kind of entry.") % {"kind": kind})
    return found
