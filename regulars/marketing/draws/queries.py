"""Reading draws: which there are, who takes part, what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from regulars.customers.queries.seen import of_seen
from regulars.marketing.draws.models import Draw, Entry, Winner
from regulars.staff.rules import can

if TYPE_CHECKING:
    from regulars.staff.models import User


def draws_for(user: User | Any) -> QuerySet[Any]:
    """The draws ``user`` may look at, with how many entered and how many of these take part."""
    rows = Draw.objects.live()
    if not can(user, "draws.view"):
        return rows.none()
    playing = Q(entries__right=True, entries__left_out_at=None)
    return rows.annotate(entered=Count("entries"), playing=Count("entries", filter=playing))


def entries_for(user: User | Any) -> QuerySet[Entry]:
    """The entries of the customers whom ``user`` sees."""
    if not can(user, "draws.view"):
        return Entry.objects.none()
    return of_seen(Entry.objects.filter(draw__removed_at=None), user).select_related("party", "draw")


def winners_of(draw: Draw, user: User) -> list[Winner]:
    """Who won, in their order; the customers whom ``user`` sees."""
    seen = set(of_seen(Entry.objects.filter(won__draw=draw), user).values_list("pk", flat=True))
    rows = draw.drawn.select_related("entry__party").order_by("rank")
    return [one for one in rows if one.entry_id in seen]


def entry_url(draw: Draw) -> str:
    """Where one enters."""
    return f"{settings.PUBLIC_URL}{reverse('draws:join', args=[draw.slug])}"


def result_url(draw: Draw) -> str:
    """Where it can be checked."""
    return f"{settings.PUBLIC_URL}{reverse('draws:result', args=[draw.slug])}"


def proof_of(draw: Draw) -> dict[str, Any]:
    """What anybody may read of a draw: the promise at once; seed, list and winners when it was drawn. Nothing about persons."""
    told: dict[str, Any] = {
        "draw": draw.slug, "title": draw.title, "commitment": draw.commitment, "closes_at": draw.closes_at.isoformat(),
        "published_at": draw.published_at.isoformat() if draw.published_at else None, "seed": None,
    }  # fmt: skip
    if draw.drawn_at is None:
        return told
    entries = draw.entries.filter(right=True).order_by("number")
    playing = [[one.number, one.weight] for one in entries if one.left_out_at is None]
    return told | {
        "drawn_at": draw.drawn_at.isoformat(), "seed": draw.seed, "list_hash": draw.list_hash, "entries": playing,
        "left_out": [one.number for one in entries if one.left_out_at is not None],
        "winners": list(draw.drawn.order_by("rank").values_list("entry__number", flat=True)),
    }  # fmt: skip
