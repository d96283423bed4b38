"""Orders and order lines: settled against the record, and written."""

from __future__ import annotations

import json

from django.utils.translation import gettext as _

from regulars.customers.models import Erasure
from regulars.integrations.imports.engine import bulk, changes, parties
from regulars.integrations.imports.engine.changes import SHIPPING_KEY, Comparer, Known
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.drafts import Chunk, Draft, Key, Line, Reader
from regulars.integrations.imports.engine.parse import Parser, Reject
from regulars.integrations.imports.engine.tally import PICO
from regulars.integrations.imports.engine.trade import TradeWriter
from regulars.integrations.imports.files import Row
from regulars.kit.money import exponent


class OrdersImporter:
    """Carries out the kinds ``orders`` and ``order_items``."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parser = Parser(context.plan, context.look, context.zone)
        self.reader = Reader(
            context.plan, self.parser, context.learned.rule(context.plan.options), flip=context.learned.flip
        )
        self.directory = parties.Directory(context.plan.options.source, context.tally)
        self.writer = TradeWriter(context, self.directory)
        self.comparer = Comparer(context, self.directory)
        self._items = context.plan.kind == "order_items"
        self._drop = context.plan.options.duplicates == "drop"
        self._made: set[Key] = set()
        self._extended: set[Key] = set()
        self._changed: set[Key] = set()
        self._anybody_erased = Erasure.objects.exists()
        self._headers: set[Key] = set()

    def read(self, rows: list[Row]) -> Chunk:
        """Parse rows; touches no table."""
        return self.reader.read(rows)

    def settle(self, chunk: Chunk) -> None:
        """Decide for every line whether it is new, known or rejected, and count."""
        self._recognise(chunk)
        self._find_customers(chunk)
        erased = self._erased(chunk)
        for draft in chunk.drafts.values():
            draft.problem = self._problem(draft, erased)
            if not draft.problem:
                draft.change = self.comparer.compare(draft)
        self._settle_lines(chunk)
        self._add_shipping(chunk)
        self._count_orders_changed(chunk)
        for draft in chunk.drafts.values():
            if accepted := sum(line.outcome == "accepted" for line in draft.lines):
                self._count_draft(draft, rows=accepted)

    def _settle_lines(self, chunk: Chunk) -> None:
        tally = self.context.tally
        for line in chunk.lines:
            draft = line.draft
            if draft.problem:
                line.outcome = "rejected"
                reject = self.parser.reject("customer" if draft.buyer else "number", line.cells, draft.problem)
                chunk.rejects.append((line.number, line.cells, reject))
                continue
            line.outcome = self._decide(line)
            if line.outcome == "accepted" and not tally.turn_over(self._weight(line)):
                line.outcome = "rejected"
                chunk.rejects.append((line.number, line.cells, self._too_much(line)))
                continue
            tally.duplicates += line.duplicate
            if draft.buyer is None and not draft.party:
                tally.anonymous += 1
            if line.outcome == "known":
                tally.known += 1
            elif line.outcome == "changed":
                self._count_changed(line)
            else:
                self._count(line)

    def _recognise(self, chunk: Chunk) -> None:
        """Find the drafts that are orders here already, and the lines those have."""
        source = self.context.plan.options.source
        for is_return, table, lines, owner, when in (
            (False, "commerce_order", "commerce_orderline", "order_id", "ordered_at"),
            (True, "commerce_return", "commerce_returnline", "entry_id", "returned_at"),
        ):
            by_number = {draft.number: draft for draft in chunk.drafts.values() if draft.key[1] is is_return}
            state = "'', '{{}}'" if is_return else "state, payload"
            found = bulk.select(
                f"SELECT number, id, customer_id, {when}, batch_id, amount, {state} FROM {table} WHERE source = %s AND retracted_in IS NULL AND number IN ({{marks}})",  # noqa: S608 -- our own names
                list(by_number),
                source,
            )
            by_id: dict[int, Draft] = {}
            for number, pk, customer, moment, batch, amount, standing, payload in found:
                draft = by_number[number]
                draft.own = batch == self.context.batch
                facts = json.loads(payload) if isinstance(payload, str) else payload
                draft.was = Known(customer or 0, standing, facts, amount)
                draft.id, draft.party, draft.keys = pk, customer or 0, set()
                draft.moment = draft.moment or bulk.aware(moment)
                by_id[pk] = draft
            for pk, key in bulk.select(
                f"SELECT {owner}, line_key FROM {lines} WHERE retracted_in IS NULL AND {owner} IN ({{marks}})",  # noqa: S608 -- our own names
                list(by_id),
            ):
                by_id[pk].keys.add(key)
        changes.learn(draft for draft in chunk.drafts.values() if not draft.own)
        if self._items:
            self._find_orders_of_returns(chunk, source)

    def _find_orders_of_returns(self, chunk: Chunk, source: str) -> None:
        """Returned lines of a file of order lines take customer and date from their order."""
        lost = {draft.number: draft for draft in chunk.drafts.values() if draft.key[1] and not draft.id}
        query = "SELECT number, customer_id, ordered_at FROM commerce_order WHERE source = %s AND retracted_in IS NULL AND number IN ({marks})"
        for number, customer, moment in bulk.select(query, list(lost), source):
            lost[number].party, lost[number].moment = customer or 0, bulk.aware(moment)

    def _find_customers(self, chunk: Chunk) -> None:
        self.directory.look_up(draft.buyer.external for draft in chunk.drafts.values() if draft.buyer)
        for draft in chunk.drafts.values():
            if draft.buyer is not None:
                self.directory.compare_name(draft.buyer)

    def _decide(self, line: Line) -> str:
        """Whether the line is accepted or known already."""
        draft = line.draft
        if not line.kind:
            if draft.id or draft.key in self._headers:
                return "known"
            self._headers.add(draft.key)
            return "accepted"
        if draft.change is not None and any(told is line for _held, told in draft.change.lines):
            return "changed"
        if line.key in draft.keys or (line.duplicate and (self._drop or line.key[0] == "#")):
            return "known"
        return "accepted"

    def _erased(self, chunk: Chunk) -> set[int]:
        """Those among the customers of known orders who asked to be erased: their orders are given to nobody again."""
        if not self._anybody_erased:
            return set()
        customers = {draft.was.customer for draft in chunk.drafts.values() if draft.was is not None} - {0}
        return {
            pk
            for (pk,) in bulk.select(
                "SELECT party_id FROM customers_erasure WHERE party_id IN ({marks})", sorted(customers)
            )
        }

    def _problem(self, draft: Draft, erased: set[int]) -> str:
        if draft.buyer is not None and draft.was is not None and draft.was.customer in erased:
            return _("Somebody with this address or number asked to be erased.")
        if draft.own and draft.buyer is not None and draft.party:
            known = self.directory.known.get(draft.buyer.external)
            if known is None or known.party != draft.party:
                return _("Order %(number)s is here already and belongs to another customer.") % {"number": draft.number}
        if self._items and draft.moment is None:
            values = {"number": draft.number, "source": self.context.plan.options.source}
            return _("There is no order %(number)s of “%(source)s”; import the orders first.") % values
        return ""

    def _weight(self, line: Line) -> int:
        """What a line adds to the sums to be bounded, in pico units."""
        return abs(line.pico) + abs(line.shipping) + abs(line.draft.shipping or 0) + abs(line.cost or 0)

    def _too_much(self, line: Line) -> Reject:
        mapped = next(key for key in ("amount", "price", "cost", "shipping") if self.parser.mapped(key))
        return self.parser.reject(
            mapped, line.cells, _("With this row the amounts of the file add up to more than can be kept.")
        )

    def _count(self, line: Line) -> None:
        tally = self.context.tally
        tally.accepted += 1
        tally.revenue += line.pico + line.shipping
        if line.draft.key[1]:
            tally.return_lines += 1
        if line.kind in {"fee", "adjustment"}:
            tally.fee_lines += 1
            tally.fee(line.product or line.description, line.kind, line.description, line.pico)

    def _count_changed(self, line: Line) -> None:
        tally, change = self.context.tally, line.draft.change
        tally.accepted += 1
        held = next(held for held, told in change.lines if told is line) if change else None
        if held is not None:
            tally.revenue += line.pico - held.amount * 10 ** (PICO - exponent(self.context.currency))

    def _count_orders_changed(self, chunk: Chunk) -> None:
        """Each order that changes counts once, and with it one of its rows as accepted, even where all of its lines are known."""
        tally = self.context.tally
        for draft in chunk.drafts.values():
            if draft.change is None or draft.key in self._changed or not draft.lines:
                continue
            self._changed.add(draft.key)
            tally.orders_changed += 1
            if draft.buyer is not None and draft.buyer.external not in self.directory.known:
                tally.customers_created += 1
                self.directory.known[draft.buyer.external] = parties.Known(-1 if self.context.preview else 0)
            if all(line.outcome == "known" for line in draft.lines):
                tally.known -= 1
                tally.accepted += 1

    def _add_shipping(self, chunk: Chunk) -> None:
        for draft in chunk.drafts.values():
            if (
                draft.shipping
                and not draft.prior
                and SHIPPING_KEY not in draft.keys
                and any(line.outcome == "accepted" for line in draft.lines)
            ):
                self.context.tally.revenue += draft.shipping
            else:
                draft.shipping = None

    def _count_draft(self, draft: Draft, *, rows: int) -> None:
        tally = self.context.tally
        if draft.moment is not None:
            tally.span(draft.moment, rows=rows)
        if not draft.id and draft.key not in self._made:
            self._made.add(draft.key)
            tally.returns += draft.key[1]
            tally.orders_created += not draft.key[1]
        elif draft.id and not draft.own and draft.key not in self._extended:
            self._extended.add(draft.key)
            tally.orders_extended += 1
        if draft.buyer is not None and draft.buyer.external not in self.directory.known:
            tally.customers_created += 1
            self.directory.known[draft.buyer.external] = parties.Known(-1 if self.context.preview else 0)

    def write(self, chunk: Chunk) -> None:
        """Write what was accepted: customers, products, orders, lines, shipments."""
        self.writer.write(chunk)
