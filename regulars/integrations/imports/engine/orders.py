"""Orders and order lines: settled against the record, and written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from regulars.commerce.models import Order, OrderLine, Return, ReturnLine, Shipment
from regulars.integrations.imports.engine import bulk, parties
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.drafts import MICRO, Chunk, Draft, Key, Line, Reader
from regulars.integrations.imports.engine.parse import Parser
from regulars.integrations.imports.engine.products import Shelf
from regulars.integrations.imports.engine.tally import to_minor
from regulars.integrations.imports.files import Row
from regulars.kit import clock
from regulars.kit.money import exponent

_LINE = ("line_key", "kind", "product_id", "description", "quantity", "unit_price", "amount", "cost", "batch_id")
_SHIPPING_KEY = "shipping"


class OrdersImporter:
    """Carries out the kinds ``orders`` and ``order_items``."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parser = Parser(context.plan, context.look, context.zone)
        self.reader = Reader(
            context.plan, self.parser, context.learned.rule(context.plan.options), flip=context.learned.flip
        )
        self.directory = parties.Directory(context.plan.options.source, context.tally)
        self.shelf = Shelf(context)
        self._items = context.plan.kind == "order_items"
        self._drop = context.plan.options.duplicates == "drop"
        self._made: set[Key] = set()
        self._extended: set[Key] = set()
        self._headers: set[Key] = set()
        self._unit: int = 10 ** (12 - exponent(context.currency))

    def read(self, rows: list[Row]) -> Chunk:
        """Parse rows; touches no table."""
        return self.reader.read(rows)

    def settle(self, chunk: Chunk) -> None:
        """Decide for every line whether it is new, known or rejected, and count."""
        self._recognise(chunk)
        self._find_customers(chunk)
        tally = self.context.tally
        for draft in chunk.drafts.values():
            draft.problem = self._problem(draft)
        for line in chunk.lines:
            draft = line.draft
            if draft.problem:
                line.outcome = "rejected"
                chunk.rejects.append(
                    (
                        line.number,
                        line.cells,
                        self.parser.reject("customer" if draft.buyer else "number", line.cells, draft.problem),
                    )
                )
                continue
            line.outcome = self._decide(line)
            tally.duplicates += line.duplicate
            if draft.buyer is None and not draft.party:
                tally.anonymous += 1
            if line.outcome == "known":
                tally.known += 1
            else:
                self._count(line)
        self._add_shipping(chunk)
        for draft in chunk.drafts.values():
            if any(line.outcome == "accepted" for line in draft.lines):
                self._count_draft(draft)

    def _recognise(self, chunk: Chunk) -> None:
        """Find the drafts that are orders here already, and the lines those have."""
        source = self.context.plan.options.source
        for is_return, table, lines, owner, when in (
            (False, "commerce_order", "commerce_orderline", "order_id", "ordered_at"),
            (True, "commerce_return", "commerce_returnline", "entry_id", "returned_at"),
        ):
            by_number = {draft.number: draft for draft in chunk.drafts.values() if draft.key[1] is is_return}
            found = bulk.select(
                f"SELECT number, id, customer_id, {when}, batch_id FROM {table} WHERE source = %s AND retracted_in IS NULL AND number IN ({{marks}})",  # noqa: S608 -- our own names
                list(by_number),
                source,
            )
            by_id: dict[int, Draft] = {}
            for number, pk, customer, moment, batch in found:
                draft = by_number[number]
                draft.own = batch == self.context.batch
                draft.id, draft.party, draft.keys = pk, customer or 0, set()
                draft.moment = draft.moment or _aware(moment)
                by_id[pk] = draft
            for pk, key in bulk.select(
                f"SELECT {owner}, line_key FROM {lines} WHERE retracted_in IS NULL AND {owner} IN ({{marks}})",  # noqa: S608 -- our own names
                list(by_id),
            ):
                by_id[pk].keys.add(key)
        if self._items:
            self._find_orders_of_returns(chunk, source)

    def _find_orders_of_returns(self, chunk: Chunk, source: str) -> None:
        """Returned lines of a file of order lines take customer and date from their order."""
        lost = {draft.number: draft for draft in chunk.drafts.values() if draft.key[1] and not draft.id}
        query = "SELECT number, customer_id, ordered_at FROM commerce_order WHERE source = %s AND retracted_in IS NULL AND number IN ({marks})"
        for number, customer, moment in bulk.select(query, list(lost), source):
            lost[number].party, lost[number].moment = customer or 0, _aware(moment)

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
        if line.key in draft.keys or (line.duplicate and (self._drop or line.key[0] == "#")):
            return "known"
        return "accepted"

    def _problem(self, draft: Draft) -> str:
        if draft.buyer is not None and draft.party:
            known = self.directory.known.get(draft.buyer.external)
            if known is None or known.party != draft.party:
                return _("Order %(number)s is here already and belongs to another customer.") % {"number": draft.number}
        if self._items and draft.moment is None:
            values = {"number": draft.number, "source": self.context.plan.options.source}
            return _("There is no order %(number)s of “%(source)s”; import the orders first.") % values
        return ""

    def _count(self, line: Line) -> None:
        tally = self.context.tally
        tally.accepted += 1
        tally.revenue += line.pico + line.shipping
        if line.draft.key[1]:
            tally.return_lines += 1
        if line.kind in {"fee", "adjustment"}:
            tally.fee_lines += 1
            tally.fee(line.product or line.description, line.kind, line.description, line.pico)

    def _add_shipping(self, chunk: Chunk) -> None:
        for draft in chunk.drafts.values():
            if (
                draft.shipping
                and not draft.prior
                and _SHIPPING_KEY not in draft.keys
                and any(line.outcome == "accepted" for line in draft.lines)
            ):
                self.context.tally.revenue += draft.shipping
            else:
                draft.shipping = None

    def _count_draft(self, draft: Draft) -> None:
        tally = self.context.tally
        if draft.moment is not None:
            tally.span(draft.moment)
        if not draft.id and draft.key not in self._made:
            self._made.add(draft.key)
            tally.returns += draft.key[1]
            tally.orders_created += not draft.key[1]
        elif draft.id and not draft.own and draft.key not in self._extended:
            self._extended.add(draft.key)
            tally.orders_extended += 1
        if draft.buyer is not None and draft.buyer.external not in self.directory.known:
            tally.customers_created += 1
            self.directory.known[draft.buyer.external] = parties.Known(-1 if self.context.preview else 0, "")

    def write(self, chunk: Chunk) -> None:
        """Write what was accepted: customers, products, orders, lines, shipments."""
        drafts = [draft for draft in chunk.drafts.values() if any(line.outcome == "accepted" for line in draft.lines)]
        self._write_customers(drafts)
        accepted = [line for line in chunk.lines if line.outcome == "accepted"]
        products = self.shelf.stock(accepted)
        self._write_headers(drafts)
        order_lines: list[tuple[Any, ...]] = []
        return_lines: list[tuple[Any, ...]] = []
        sums: dict[int, list[Any]] = {}
        for line in accepted:
            draft = line.draft
            rows = return_lines if draft.key[1] else order_lines
            total = sums.get(draft.id if not draft.key[1] else -draft.id)
            if total is None:
                total = sums[draft.id if not draft.key[1] else -draft.id] = [0, 0, None, 0, 0.0]
            if line.kind:
                row = self._row_of(line, products)
                rows.append(row)
                _add(total, row)
            if line.shipping or draft.shipping:
                for row in self._charges(line):
                    rows.append(row)
                    _add(total, row)
        bulk.insert(OrderLine, ("order_id", *_LINE), order_lines)
        bulk.insert(ReturnLine, ("entry_id", *_LINE), return_lines)
        self._write_sums(drafts, sums)
        self._write_shipments(drafts)
        for draft in (
            chunk.drafts.values()
        ):  # lines and drafts refer to each other: let go, so that no collector has to find them
            draft.lines = []

    def _write_customers(self, drafts: list[Draft]) -> None:
        buyers: dict[str, parties.Buyer] = {}
        trashed: list[int] = []
        for draft in drafts:
            if draft.buyer is None:
                continue
            known = self.directory.known.get(draft.buyer.external)
            if known is None or known.party <= 0:
                buyers.setdefault(draft.buyer.external, draft.buyer)
            elif known.trashed:
                trashed.append(known.party)
                known.trashed = False
        self.directory.make(list(buyers.values()), batch=self.context.batch, by=self.context.user)
        if trashed:
            restored = parties.restore_trashed(trashed, batch=self.context.batch, by=self.context.user)
            self.context.tally.customers_created += restored
            for _missing in range(len(set(trashed)) - restored):
                self.context.tally.warn("in_trash")
        for draft in drafts:
            if draft.buyer is not None:
                party = self.directory.known[draft.buyer.external].party
                if draft.id and not draft.party:
                    self._name_customer(draft, party)
                draft.party = draft.party or party

    def _name_customer(self, draft: Draft, party: int) -> None:
        """An order that was anonymous so far turns out to have a customer."""
        table = "commerce_return" if draft.key[1] else "commerce_order"
        bulk.execute_many(
            f"UPDATE {table} SET customer_id = %s WHERE id = %s AND customer_id IS NULL",  # noqa: S608 -- our own names
            [(party, draft.id)],
        )

    def _write_headers(self, drafts: list[Draft]) -> None:
        context, now = self.context, clock.now()
        orders = [draft for draft in drafts if not draft.id and not draft.key[1]]
        for draft, pk in zip(orders, bulk.allocate(Order, len(orders)), strict=True):
            draft.id = pk
        payloads = {id(draft): parties.as_json({"items": draft.items} if draft.items else {}) for draft in orders}
        bulk.insert(
            Order,
            ("id", "source", "number", "customer_id", "ordered_at", "channel", "state", "currency", "amount", "goods", "line_count", "quantity",
             "payload", "recorded_at", "batch_id"),
            [(d.id, context.plan.options.source, d.number, d.party or None, d.moment, d.channel, d.state, context.currency, 0, 0, 0, 0.0, payloads[id(d)],
              now, context.batch) for d in orders],
        )  # fmt: skip
        returns = [draft for draft in drafts if not draft.id and draft.key[1]]
        for draft, pk in zip(returns, bulk.allocate(Return, len(returns)), strict=True):
            draft.id = pk
        bulk.insert(
            Return,
            (
                "id",
                "source",
                "number",
                "customer_id",
                "returned_at",
                "reason",
                "currency",
                "amount",
                "goods",
                "line_count",
                "quantity",
                "recorded_at",
                "batch_id",
            ),
            [
                (
                    d.id,
                    context.plan.options.source,
                    d.number,
                    d.party or None,
                    d.moment,
                    "",
                    context.currency,
                    0,
                    0,
                    0,
                    0.0,
                    now,
                    context.batch,
                )
                for d in returns
            ],
        )

    def _charges(self, line: Line) -> Iterator[tuple[Any, ...]]:
        """The rows of the shipping charges that hang on a line or, once, on its order."""
        batch, draft = self.context.batch, line.draft
        if line.shipping:
            yield (
                draft.id,
                f"{line.key[:38]}-s",
                "fee",
                None,
                _("Shipping"),
                1.0,
                line.shipping // MICRO,
                self._minor(line.shipping),
                None,
                batch,
            )
        if draft.shipping:
            shipping, draft.shipping = draft.shipping, None
            yield (
                draft.id,
                _SHIPPING_KEY,
                "fee",
                None,
                _("Shipping"),
                1.0,
                shipping // MICRO,
                self._minor(shipping),
                None,
                batch,
            )

    def _row_of(self, line: Line, products: dict[str, int]) -> tuple[Any, ...]:
        product = (
            products[line.product or line.description]
            if line.kind == "product" and (line.product or line.description)
            else None
        )
        description = line.description or (line.product if product is None else "")
        cost = None if line.cost is None else to_minor(line.cost, self.context.currency)
        price = (line.price + MICRO // 2) // MICRO
        return (
            line.draft.id,
            line.key,
            line.kind,
            product,
            description[:255],
            float(line.quantity),
            price,
            self._minor(line.pico),
            cost,
            self.context.batch,
        )

    def _minor(self, pico: int) -> int:
        """Minor units of one line; the fraction left over is carried to the next, so that the sum of all is right to the cent."""
        total = self.context.carry + pico
        minor = (total + self._unit // 2) // self._unit
        self.context.carry = total - minor * self._unit
        return minor

    def _write_sums(self, drafts: list[Draft], sums: dict[int, list[Any]]) -> None:
        cost = "CAST(%s AS bigint)"  # PostgreSQL cannot tell the type of a bare NULL
        for table, is_return in (("commerce_order", False), ("commerce_return", True)):
            bulk.execute_many(
                f"""UPDATE {table} SET amount = amount + %s, goods = goods + %s,
                    cost = CASE WHEN {cost} IS NULL THEN cost ELSE coalesce(cost, 0) + {cost} END,
                    line_count = line_count + %s, quantity = quantity + %s WHERE id = %s""",  # noqa: S608 -- our own names
                [
                    (s[0], s[1], s[2], s[2], s[3], s[4], d.id)
                    for d in drafts
                    if d.key[1] is is_return and (s := sums.get(-d.id if is_return else d.id))
                ],
            )

    def _write_shipments(self, drafts: list[Draft]) -> None:
        rows = [
            (draft.id, "1", draft.shipped, draft.delivered, draft.promised, self.context.batch)
            for draft in drafts
            if not draft.key[1] and (draft.shipped or draft.delivered or draft.promised)
        ]
        bulk.insert(
            Shipment,
            ("order_id", "source_key", "shipped_at", "delivered_at", "promised_at", "batch_id"),
            rows,
            or_ignore=True,
        )


def _add(sums: list[Any], row: tuple[Any, ...]) -> None:
    """Add a line's row to the sums of its order: amount, goods, cost, lines, quantity."""
    sums[0] += row[7]
    if row[2] == "product":
        sums[1] += row[7]
        sums[4] += row[5]
    if row[8] is not None:
        sums[2] = (sums[2] or 0) + row[8]
    sums[3] += 1


def _aware(moment: Any) -> datetime:
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return value if value.tzinfo else value.replace(tzinfo=UTC)
