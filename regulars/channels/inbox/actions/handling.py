"""Whose desk a conversation lies on, and whether anything is still to be done about it. One or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from regulars.channels.inbox.models import Conversation, State
from regulars.channels.inbox.queries import conversations_for
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.rules import can

if TYPE_CHECKING:
    from regulars.staff.models import Team, User

MOST_AT_ONCE: Final = 50
"""What undoing needs travels in the header of an answer, which proxies keep small."""
_BEGAN: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
Stood = list[list[Any]]
"""How conversations stood: id, state, when it was closed, since when it waits, when it was set aside, assignee, team, how much was said. Fits JSON."""


def _moment(one: datetime | None) -> int | None:
    return (one - _BEGAN) // _TICK if one else None


def _locked(conversations: Iterable[Conversation]) -> tuple[list[int], Stood]:
    """Lock them; their ids and how they stand."""
    ids = sorted({one.pk for one in conversations})
    if len(ids) > MOST_AT_ONCE:
        raise UserError(_("At most %(n)s conversations at once.") % {"n": MOST_AT_ONCE})
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    stood = [
        [
            one.pk,
            one.state,
            _moment(one.closed_at),
            _moment(one.waiting_since),
            _moment(one.aside_at),
            one.assignee_id,
            one.team_id,
            one.words_at,
        ]
        for one in rows
    ]
    return ids, stood


@transaction.atomic
def assign(
    conversations: Sequence[Conversation], *, assignee: User | None = None, team: Team | None = None, by: User | None
) -> Stood:
    """Lay conversations on somebody's desk, on a team's, or on nobody's. Returns how they stood, for ``put_back``.

    Raises:
        UserError: whoever is named does not answer mail, or may not see one of them.
    """
    ids, stood = _locked(conversations)
    if assignee is not None:
        seen = conversations_for(assignee).filter(pk__in=ids).count() if can(assignee, "inbox.reply") else 0
        if seen < len(ids):
            raise UserError(_("%(name)s may not see or answer this conversation.") % {"name": assignee})
    chosen = {"team": team} if assignee is None else {"team": team or assignee.team}
    Conversation.objects.filter(pk__in=ids).update(assignee=assignee, changed_at=clock.now(), **chosen)
    return stood


@transaction.atomic
def close(conversations: Sequence[Conversation], *, by: User | None) -> Stood:
    """Nothing more is to be done; it comes back when the customer writes again. Returns how they stood, for ``put_back``."""
    ids, stood = _locked(conversations)
    now = clock.now()
    Conversation.objects.filter(pk__in=ids).exclude(state=State.CLOSED).update(
        state=State.CLOSED, closed_at=now, waiting_since=None, changed_at=now
    )
    return stood


@transaction.atomic
def reopen(conversations: Sequence[Conversation], *, by: User | None) -> Stood:
    """Something is to be done after all, from now on. Returns how they stood, for ``put_back``."""
    ids, stood = _locked(conversations)
    now = clock.now()
    Conversation.objects.filter(pk__in=ids).update(
        state=State.OPEN, closed_at=None, aside_at=None, waiting_since=Coalesce(F("waiting_since"), Value(now)), changed_at=now,
    )  # fmt: skip
    return stood


@transaction.atomic
def set_aside(conversations: Sequence[Conversation], *, by: User | None) -> Stood:
    """Whoever writes here is not a customer: what else comes from the address goes aside too. Returns how they stood.

    Raises:
        UserError: one of them belongs to a customer.
    """
    ids, stood = _locked(conversations)
    rows = Conversation.objects.filter(pk__in=ids)
    if rows.exclude(party=None).exists():
        raise UserError(_("This conversation belongs to a customer."))
    now = clock.now()
    rows.update(state=State.CLOSED, closed_at=now, aside_at=now, waiting_since=None, changed_at=now)
    return stood


@transaction.atomic
def put_back(stood: Stood, *, by: User) -> int:
    """Let conversations stand again as they did; where something was said since, only on the desk where they lay. Returns how many.

    Raises:
        UserError: none of them may be seen, or all have changed.
    """
    rows: Mapping[int, list[Any]] = {int(one[0]): one for one in stood[:MOST_AT_ONCE]}
    held = conversations_for(by).select_for_update(of=("self",)).filter(pk__in=rows).order_by("pk")
    changed = 0
    for one in held:
        _pk, state, closed_at, waiting_since, aside_at, one.assignee_id, one.team_id, words_at = rows[one.pk]
        if one.words_at == words_at:
            one.state = State(state)
            one.closed_at, one.waiting_since, one.aside_at = map(_read, (closed_at, waiting_since, aside_at))
        one.changed_at = clock.now()
        one.save(update_fields=["state", "assignee", "team", "closed_at", "waiting_since", "aside_at", "changed_at"])
        changed += 1
    if not changed:
        raise UserError(_("This can no longer be undone here."))
    return changed


def _read(told: int | None) -> datetime | None:
    return _BEGAN + told * _TICK if told else None
