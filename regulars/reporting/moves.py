"""Moves between stages onto the timeline: each once, on the day it became true; what no longer holds is retracted.

A move never changes by itself. When the past is rewritten (a late file, an undone import, a merge) some recorded moves
turn out never to have been; they are marked as retracted in a batch of their own, and the true ones are appended.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import Batch, BatchKind, Event
from regulars.customers.timeline import NewEvent, record_many
from regulars.intelligence.days import to_date
from regulars.reporting.scores import STAGES, chunks, midnight

if TYPE_CHECKING:
    from regulars.intelligence.nightly import Outcome

KIND: Final = "customers.stage_changed"
SOURCE: Final = "analysis"
_RETRACT_AT_ONCE: Final = 900


def record_moves(outcome: Outcome) -> int:
    """Append the moves that are not recorded yet and retract those that never were; returns how many are new."""
    known = _recorded(outcome.horizon.today)
    keys = list(_keys(outcome))
    wanted = set(keys)
    stale = [pk for key, pk in known.items() if key not in wanted]
    new = [number for number, key in enumerate(keys) if key not in known]
    with transaction.atomic():
        _retract(stale)
    return record_many(_events(outcome, new, keys))


def _recorded(today: int) -> dict[str, int]:
    rows = Event.objects.filter(kind=KIND, source=SOURCE, retracted_in=None, occurred_at__lt=midnight(today + 1))
    return {key: pk for key, pk in rows.values_list("source_key", "pk").iterator(chunk_size=20_000) if key is not None}


def _keys(outcome: Outcome) -> Iterator[str]:
    moves, ids = outcome.journey.moves, outcome.journey.ids
    days = {int(day): to_date(day).isoformat() for day in set(moves.day.tolist())}
    for customer, day, origin, target in zip(
        ids[moves.customer].tolist(), moves.day.tolist(), moves.origin.tolist(), moves.target.tolist(), strict=True
    ):
        yield f"{customer}:{days[day]}:{STAGES[origin]}>{STAGES[target]}"


def _retract(stale: list[int]) -> None:
    if not stale:
        return
    batch = Batch.objects.create(kind=BatchKind.EDIT, title=str(_("Stages recomputed: the past has changed")))
    for some in chunks(stale, _RETRACT_AT_ONCE):
        Event.objects.filter(pk__in=some).update(retracted_in=batch.pk)


def _events(outcome: Outcome, new: list[int], keys: list[str]) -> Iterator[NewEvent]:
    from regulars.intelligence import explain  # noqa: PLC0415 -- heavy: only for whoever analyses

    moves, ids, at = outcome.journey.moves, outcome.journey.ids, outcome.journey.moved_at
    midnights: dict[int, datetime] = {}
    for n in new:
        day = int(moves.day[n])
        if day not in midnights:
            midnights[day] = midnight(day)
        said = explain.move(
            int(moves.cause[n]), int(moves.purchases[n]), float(moves.silence[n]), float(moves.usual[n]),
            float(moves.change[n]), float(moves.amount_change[n]),
        )  # fmt: skip
        payload: dict[str, Any] = {
            "from": STAGES[moves.origin[n]],
            "to": STAGES[moves.target[n]],
            "reasons": [one.as_dict() for one in said],
        }
        yield NewEvent(
            kind=KIND,
            customer_id=int(ids[moves.customer[n]]),
            occurred_at=_moment(int(at[n]), midnights[day]),
            payload=payload,
            source=SOURCE,
            source_key=keys[n],
        )


def _moment(at: int, midnight_of_day: datetime) -> datetime:
    """A second after the purchase that made the move, so that it stands above it; else the beginning of the day."""
    return datetime.fromtimestamp(at, UTC) + timedelta(seconds=1) if at >= 0 else midnight_of_day
