"""Taking back what an import brought. What somebody built on it since is kept, and what it changed returns to what it was."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.db.models import F

from regulars.commerce.models import Return
from regulars.customers.models import (
    Asset,
    Batch,
    Consent,
    ContactPoint,
    Contract,
    DuplicatePair,
    Event,
    Identifier,
    Party,
    PartyRelation,
    PartyRole,
)
from regulars.integrations.imports.engine import bulk, changes, entries, finish
from regulars.integrations.imports.engine.sums import ORDER, RETURN, Trade, resum
from regulars.kit import clock

_TRADE: Final = (
    "commerce_order",
    "commerce_orderline",
    "commerce_return",
    "commerce_returnline",
    "commerce_payment",
    "commerce_shipment",
)


_SOMETHING_ELSE: Final = """
    EXISTS (SELECT 1 FROM commerce_order o WHERE o.customer_id = p.id AND o.retracted_in IS NULL)
    OR EXISTS (SELECT 1 FROM commerce_return r WHERE r.customer_id = p.id AND r.retracted_in IS NULL)
    OR EXISTS (SELECT 1 FROM customers_event e WHERE e.customer_id = p.id AND e.retracted_in IS NULL
               AND e.kind NOT IN ('customers.created', 'customers.stage_changed'))
    OR EXISTS (SELECT 1 FROM customers_task t WHERE t.party_id = p.id)
    OR EXISTS (SELECT 1 FROM customers_asset a WHERE a.party_id = p.id)
    OR EXISTS (SELECT 1 FROM customers_contract c WHERE c.party_id = p.id)
    OR EXISTS (SELECT 1 FROM customers_partyrelation x WHERE (x.party_id = p.id OR x.other_id = p.id) AND coalesce(x.batch_id, 0) <> %s)
    OR EXISTS (SELECT 1 FROM customers_identifier i WHERE i.party_id = p.id AND coalesce(i.batch_id, 0) <> %s
               AND NOT EXISTS (SELECT 1 FROM customers_batch b WHERE b.id = i.batch_id AND b.undone_at IS NOT NULL))
    OR EXISTS (SELECT 1 FROM customers_party m WHERE m.merged_into_id = p.id)
"""


def retract(batch: Batch) -> list[int]:
    """Retract trade and entries, remove what was hung on others, put the parties it made into the trash.

    Runs inside the transaction of ``customers.actions.undo_batch``, which restores changed fields before.

    Returns:
        The customers concerned, whose summaries are rebuilt.
    """
    number = batch.pk
    touched = set(finish.touched_by(number)) | set(finish.parties_with_events(number))
    touched |= changes.customers_changed_by(number)
    changed, sent_back = changes.orders_changed_by(number), changes.orders_changed_by(number, Return)
    extended, grown = _extended(number, ORDER), _extended(number, RETURN)
    _loosen_returns(number)
    with connection.cursor() as cursor:
        for table in _TRADE:
            cursor.execute(
                f"UPDATE {table} SET retracted_in = %s WHERE batch_id = %s AND retracted_in IS NULL",  # noqa: S608 -- our own names
                [number, number],
            )
    Event.objects.filter(batch_id=number, retracted_in=None).update(retracted_in=number)
    _retract_entries_of_trade(number)
    resum({*extended, *changed}, ORDER)
    resum(grown, RETURN)
    entries.correct_order_entries({*extended, *changed}, batch=None)
    entries.correct_return_entries(sent_back, batch=None)
    _remove_holdings(number)
    made = _trash(number, batch)
    kept = {"batch_id": number}
    lessened = sorted(set(ContactPoint.objects.filter(**kept, preferred=True).values_list("party_id", flat=True)))
    Identifier.objects.filter(**kept).exclude(
        party_id__in=Party.objects.filter(batch_id=number, trashed_at__isnull=False).values("pk")
    ).delete()
    ContactPoint.objects.filter(**kept).exclude(
        party_id__in=Party.objects.filter(batch_id=number, trashed_at__isnull=False).values("pk")
    ).delete()
    _prefer_again([party for party in lessened if party not in made])
    for chunk in bulk.batches(sorted(made)):
        DuplicatePair.objects.open().filter(right__in=chunk).delete()
    for model in (PartyRole, PartyRelation, Consent):
        model._default_manager.filter(**kept).delete()
    finish.match_returns(sorted(touched - made))
    finish.rebuild(sorted(touched | made))
    return sorted(touched | made)


def _remove_holdings(number: int) -> None:
    """Assets and contracts go, unless something was hung on them since: a later term, a visit, a contract about the asset."""
    others = Event.objects.filter(retracted_in=None).exclude(batch_id=number)
    later = Contract.objects.exclude(batch_id=number).filter(follows__isnull=False)
    contracts = Contract.objects.filter(batch_id=number)
    contracts.exclude(pk__in=later.values("follows")).exclude(
        pk__in=others.filter(object_type="contract").values("object_id")
    ).delete()
    assets = Asset.objects.filter(batch_id=number)
    assets.exclude(pk__in=Contract.objects.filter(asset__isnull=False).values("asset")).exclude(
        pk__in=others.filter(object_type="asset").values("object_id")
    ).delete()


def _prefer_again(parties: list[int]) -> None:
    """Whoever lost the preferred address of a kind uses the oldest that is left."""
    for chunk in bulk.batches(parties):
        live = ContactPoint.objects.filter(party_id__in=chunk, ended_at=None).order_by("pk")
        points = list(live.values_list("party_id", "kind", "pk", "preferred"))
        has = {(party, kind) for party, kind, _pk, preferred in points if preferred}
        first: dict[tuple[int, str], int] = {}
        for party, kind, pk, _preferred in points:
            if (party, kind) not in has:
                first.setdefault((party, kind), pk)
        ContactPoint.objects.filter(pk__in=list(first.values())).update(preferred=True)


def _extended(number: int, trade: Trade) -> list[int]:
    """Orders or returns of other batches to which this one added lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT o.id FROM {trade.lines} l JOIN {trade.table} o ON o.id = l.{trade.owner}
               WHERE l.batch_id = %s AND o.batch_id <> %s AND l.retracted_in IS NULL""",  # noqa: S608 -- our own names
            [number, number],
        )
        return [row[0] for row in cursor.fetchall()]


def _retract_entries_of_trade(number: int) -> None:
    """Entries about orders and returns that are gone go too, whichever batch corrected them last."""
    with connection.cursor() as cursor:
        for name, trade in (("order", ORDER), ("return", RETURN)):
            cursor.execute(
                f"""UPDATE customers_event SET retracted_in = %s WHERE retracted_in IS NULL AND object_type = %s
                    AND object_id IN (SELECT id FROM {trade.table} WHERE retracted_in = %s)""",  # noqa: S608 -- our own names
                [number, name, number],
            )


def _loosen_returns(number: int) -> None:
    """Returns of other batches let go of orders that vanish."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE commerce_returnline SET order_line_id = NULL WHERE retracted_in IS NULL AND batch_id <> %s
               AND order_line_id IN (SELECT id FROM commerce_orderline WHERE batch_id = %s)""",
            [number, number],
        )
        cursor.execute(
            """UPDATE commerce_return SET order_id = NULL WHERE retracted_in IS NULL AND batch_id <> %s
               AND order_id IN (SELECT id FROM commerce_order WHERE batch_id = %s)""",
            [number, number],
        )


def _trash(number: int, batch: Batch) -> set[int]:
    """Put the parties this batch made into the trash, unless something else hangs on them since."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id FROM customers_party p WHERE p.batch_id = %s AND p.trashed_at IS NULL AND p.merged_into_id IS NULL AND NOT ({_SOMETHING_ELSE})",  # noqa: S608 -- our own names
            [number, number, number],
        )
        alone = [row[0] for row in cursor.fetchall()]
    now = clock.now()
    for chunk in bulk.batches(alone):
        Party.objects.filter(pk__in=chunk).update(
            trashed_at=now, trashed_by=batch.made_by_id, updated_at=now, version=F("version") + 1
        )
    return set(alone)
