"""What is counted of a customer while an experiment runs: the registry of measures.

A measure names what happened to parties as ``Happening``s: when, how much, and to which moment it belongs. A return belongs to
its order: it takes back what the order brought, whenever it comes, and takes back nothing of what was bought before
the experiment began. A ``rate`` asks whether it happened at all, whatever the amount; ``money`` adds minor units up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from django.db.models import F
from django.utils.translation import pgettext_lazy

from regulars.channels.outbox.models import MessageEvent, MessageEventKind
from regulars.commerce.models import Order, OrderState, Return
from regulars.customers.models import Consent, ConsentState, Suppression, SuppressionReason
from regulars.web.resources import Text

Kind = Literal["rate", "money"]


class Happening(NamedTuple):
    """``amount`` came to ``party`` at ``at``; it counts where ``belongs`` lies within the experiment."""

    party: int
    at: datetime
    amount: int
    belongs: datetime


Outcomes = Callable[[Sequence[int], datetime], Iterable[Happening]]
"""Given parties (a few hundred at most) and a moment: whatever happened to them that belongs there or later, as the record stands now."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted. ``guardrail``: it must not get worse; it is watched, never the aim."""

    code: str
    label: Text
    kind: Kind
    outcomes: Outcomes
    guardrail: bool = False


_registered: Final[dict[str, Measure]] = {}


def register(code: str, label: Text, *, kind: Kind, outcomes: Outcomes, guardrail: bool = False) -> Measure:
    """Make a measure known.

    Raises:
        ValueError: the code is taken.
    """
    if code in _registered:
        raise ValueError(f"two measures are called {code}")
    return _registered.setdefault(code, Measure(code, label, kind, outcomes, guardrail))


def every() -> list[Measure]:
    """All measures, in the order in which they were made known."""
    return list(_registered.values())


def get(code: str) -> Measure:
    """The measure called ``code``.

    Raises:
        KeyError: there is none.
    """
    return _registered[code]


def aims() -> list[Measure]:
    """Those that an experiment may be declared for."""
    return [one for one in every() if not one.guardrail]


def _orders(parties: Sequence[int], since: datetime) -> Iterable[Happening]:
    rows = Order.objects.filter(
        customer__in=parties, ordered_at__gte=since, retracted_in=None, state=OrderState.PLACED
    ).values_list("customer_id", "ordered_at")
    return [Happening(party, at, 1, at) for party, at in rows]


def _revenue(parties: Sequence[int], since: datetime) -> Iterable[Happening]:
    return _trade(parties, since, lambda amount, _goods, _cost: amount)


def _margin(parties: Sequence[int], since: datetime) -> Iterable[Happening]:
    """As the customer's own figures count it: goods less cost, over orders and returns whose cost is known."""
    return _trade(parties, since, lambda _amount, goods, cost: None if cost is None else goods - cost)


def _trade(
    parties: Sequence[int], since: datetime, worth: Callable[[int, int, int | None], int | None]
) -> list[Happening]:
    columns = ("amount", "goods", "cost")
    orders = Order.objects.filter(
        customer__in=parties, ordered_at__gte=since, retracted_in=None, state=OrderState.PLACED
    ).values_list("customer_id", "ordered_at", F("ordered_at"), *columns)
    returns = Return.objects.filter(customer__in=parties, returned_at__gte=since, retracted_in=None).values_list(
        "customer_id", "returned_at", "order__ordered_at", *columns
    )
    return [
        Happening(party, at, told, belongs or at)
        for party, at, belongs, amount, goods, cost in (*orders, *returns)
        if (told := worth(amount, goods, cost))
    ]


def _unsubscribed(parties: Sequence[int], since: datetime) -> Iterable[Happening]:
    said = Consent.objects.filter(party__in=parties, given_at__gte=since, state=ConsentState.WITHDRAWN)
    return [
        *_once(said.values_list("party_id", "given_at")),
        *_suppressed(parties, since, SuppressionReason.UNSUBSCRIBE),
        *_heard(parties, since, MessageEventKind.UNSUBSCRIBED),
    ]


def _complained(parties: Sequence[int], since: datetime) -> Iterable[Happening]:
    return [
        *_suppressed(parties, since, SuppressionReason.COMPLAINT),
        *_heard(parties, since, MessageEventKind.COMPLAINED),
    ]


def _suppressed(parties: Sequence[int], since: datetime, reason: str) -> list[Happening]:
    return _once(
        Suppression.objects.filter(party__in=parties, at__gte=since, reason=reason).values_list("party_id", "at")
    )


def _heard(parties: Sequence[int], since: datetime, kind: str) -> list[Happening]:
    heard = MessageEvent.objects.filter(message__party__in=parties, at__gte=since, kind=kind, by_machine=False)
    return _once(heard.values_list("message__party_id", "at"))


def _once(rows: Iterable[tuple[int | None, datetime]]) -> list[Happening]:
    return [Happening(party, at, 1, at) for party, at in rows if party is not None]


register("orders", pgettext_lazy("measure", "Ordered"), kind="rate", outcomes=_orders)
register("revenue", pgettext_lazy("measure", "Revenue"), kind="money", outcomes=_revenue)
register("margin", pgettext_lazy("measure", "Margin"), kind="money", outcomes=_margin)
register("unsubscribed", pgettext_lazy("measure", "Unsubscribed"), kind="rate", outcomes=_unsubscribed, guardrail=True)
register("complained", pgettext_lazy("measure", "Complained"), kind="rate", outcomes=_complained, guardrail=True)
