"""The part of the summary that follows from contacts and tasks, kept live and rebuildable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from regulars.customers import timeline
from regulars.customers.models import CustomerSummary, Event, PartyRole, Stage, Task, TaskKind
from regulars.customers.models.relation import BUYING
from regulars.kit import clock

_CHUNK = 900


@transaction.atomic
def ensure_summaries(*, party_ids: Iterable[int] | None = None) -> int:
    """Give every party without a summary, of these or of all, an empty one; returns how many were made.

    One statement per 900 parties; ``None`` does all in one statement.
    """
    made = 0
    with connection.cursor() as cursor:
        for chunk in _chunks(party_ids):
            these = f" AND p.id IN ({', '.join(str(int(pk)) for pk in chunk)})" if chunk is not None else ""
            cursor.execute(
                f"""INSERT INTO customers_customersummary
                   (party_id, currency, orders, returns, revenue, last_contact_channel, open_tasks, open_promises, open_complaints,
                    orders_12m, revenue_12m, revenue_prior_12m, value_class, value_reasons, stage, stage_reasons, previous_stage,
                    risk_reasons, at_stake, next_action, next_action_reasons)
               SELECT p.id, %s, 0, 0, 0, '', 0, 0, 0, 0, 0, 0, '', '[]', 'recruit', '[]', '', '[]', 0, '', '[]'
               FROM customers_party p LEFT JOIN customers_customersummary s ON s.party_id = p.id
               WHERE s.party_id IS NULL{these}""",  # noqa: S608 -- our own numbers
                [settings.CURRENCY],
            )
            made += cursor.rowcount
    return made


def rebuild_activity(*, party_ids: Iterable[int] | None = None) -> None:
    """Recompute last contact, open tasks, promises and complaints from the record, for these parties or all.

    One statement per 900 parties; ``None`` does all in one statement.
    """
    for chunk in _chunks(party_ids):
        rows = CustomerSummary.objects.all() if chunk is None else CustomerSummary.objects.filter(party__in=chunk)
        newest = Event.objects.filter(
            customer=OuterRef("party_id"), kind__in=timeline.contact_kinds() or [""], retracted_in=None
        ).order_by("-occurred_at", "-id")
        tasks = Task.objects.filter(party=OuterRef("party_id"), done_at=None).order_by().values("party")
        rows.update(
            last_contact_at=Subquery(newest.values("occurred_at")[:1]),
            last_contact_channel=Coalesce(Subquery(newest.values("channel")[:1]), Value("")),
            next_activity_at=Subquery(tasks.annotate(n=Min("due_at")).values("n")),
            open_tasks=_count(tasks, Q()),
            open_promises=_count(tasks, Q(kind=TaskKind.PROMISE)),
            open_complaints=_count(tasks, Q(kind=TaskKind.COMPLAINT)),
        )


def _count(tasks, only: Q) -> Coalesce:  # type: ignore[no-untyped-def]
    counted = tasks.filter(only).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _chunks(ids: Iterable[int] | None) -> Iterator[Sequence[int] | None]:
    if ids is None:
        yield None
        return
    known = sorted(set(ids))
    for start in range(0, len(known), _CHUNK):
        yield known[start : start + _CHUNK]


def settle_stages(*, party_ids: Iterable[int]) -> None:
    """Whoever is courted stands in a stage (the first, until the next refresh says more); whoever neither buys nor is, in none.

    Two statements per 900 parties.
    """
    courted = PartyRole.objects.filter(party=OuterRef("party_id"), role__in=BUYING, valid_to=None)
    for chunk in _chunks(party_ids):
        rows = CustomerSummary.objects.filter(party__in=chunk or [])
        rows.filter(Exists(courted), stage="").update(stage=Stage.RECRUIT, stage_since=clock.now())
        rows.filter(~Exists(courted), orders=0, returns=0).exclude(stage="").update(
            stage="", stage_since=None, stage_reasons=[], previous_stage="", next_action="", next_action_reasons=[], at_stake=0
        )  # fmt: skip
