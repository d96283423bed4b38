"""Writing orders and returns: headers with their sums, lines, charges, shipments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from regulars.commerce.models import Order, OrderLine, Return, ReturnLine, Shipment
from regulars.integrations.imports.engine import bulk, parties
from regulars.integrations.imports.engine.changes import SHIPPING_KEY, ChangeWriter
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.drafts import MICRO, Chunk, Draft, Line
from regulars.integrations.imports.engine.products import Shelf
from regulars.integrations.imports.engine.tally import PICO, to_minor
from regulars.kit import clock
from regulars.kit.money import exponent

_LINE: Final = (
    "line_key", "kind", "product_id", "description", "quantity", "unit_price", "amount", "cost", "batch_id",
)  # fmt: skip
_ORDER: Final = (
    "id", "source", "number", "customer_id", "ordered_at", "currency", "recorded_at", "batch_id", "amount", "goods",
    "cost", "line_count", "quantity", "channel", "state", "payload",
)  # fmt: skip
_RETURN: Final = (
    "id", "source", "number", "customer_id", "returned_at", "currency", "recorded_at", "batch_id", "amount", "goods",
    "cost", "line_count", "quantity", "reason",
)  # fmt: skip


class Sums:
    """What the lines of one order add up to; minor units."""

    __slots__ = ("amount", "cost", "goods", "lines", "quantity")

    def __init__(self) -> None:
        self.amount = self.goods = self.lines = 0
        self.cost: int | None = None
        self.quantity = 0.0

    def add(self, row: tuple[Any, ...]) -> None:
        """Count a row of lines, as ``_LINE`` after its owner."""
        self.amount += row[7]
        self.lines += 1
        if row[2] == "product":
            self.goods += row[7]
            self.quantity += row[5]
        if row[8] is not None:
            self.cost = (self.cost or 0) + row[8]


class TradeWriter:
    """Writes the accepted lines of a chunk. Everything new is inserted once, with its final sums."""

    def __init__(self, context: Context, directory: parties.Directory) -> None:
        self.context, self.directory, self.shelf = context, directory, Shelf(context)
        self.changes = ChangeWriter(context)
        self._unit: int = 10 ** (PICO - exponent(context.currency))

    def write(self, chunk: Chunk) -> None:
        """Write customers, products, orders, returns, lines and shipments; lets go of the lines afterwards."""
        drafts = [
            draft
            for draft in chunk.drafts.values()
            if any(line.outcome == "accepted" for line in draft.lines) or draft.change is not None
        ]
        accepted = [line for line in chunk.lines if line.outcome == "accepted"]
        self._write_customers(drafts)
        products = self.shelf.stock(accepted)
        fresh = self._number(drafts)
        order_lines, return_lines, sums = self._rows(accepted, products)
        self._insert_headers(fresh, sums)
        bulk.insert(OrderLine, ("order_id", *_LINE), order_lines)
        bulk.insert(ReturnLine, ("entry_id", *_LINE), return_lines)
        new = {id(draft) for draft in fresh}
        self._extend([draft for draft in drafts if id(draft) not in new and id(draft) in sums], sums)
        self._write_shipments(drafts)
        self.changes.write(drafts)
        for draft in chunk.drafts.values():  # lines and drafts refer to each other: no collector has to find them
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
        self._restore(trashed)
        for draft in drafts:
            if draft.buyer is not None:
                party = self.directory.known[draft.buyer.external].party
                if draft.id and not draft.party and draft.change is None:
                    self._name_customer(draft, party)
                draft.party = party if draft.change is not None else draft.party or party

    def _restore(self, trashed: list[int]) -> None:
        """Customers whom an undone import had trashed come back; whom a person trashed stays there."""
        if trashed:
            restored = parties.restore_trashed(trashed, batch=self.context.batch, by=self.context.user)
            self.context.tally.customers_created += restored
            for _still in range(len(set(trashed)) - restored):
                self.context.tally.warn("in_trash")

    def _name_customer(self, draft: Draft, party: int) -> None:
        """An order that was anonymous so far turns out to have a customer."""
        table = "commerce_return" if draft.key[1] else "commerce_order"
        bulk.execute_many(
            f"UPDATE {table} SET customer_id = %s WHERE id = %s AND customer_id IS NULL",  # noqa: S608 -- our own names
            [(party, draft.id)],
        )

    def _number(self, drafts: list[Draft]) -> list[Draft]:
        """Give ids to the orders and returns that are new; returns them."""
        fresh = [draft for draft in drafts if not draft.id]
        for model, is_return in ((Order, False), (Return, True)):
            wanted = [draft for draft in fresh if draft.key[1] is is_return]
            for draft, pk in zip(wanted, bulk.allocate(model, len(wanted)), strict=True):
                draft.id = pk
        return fresh

    def _rows(
        self, accepted: list[Line], products: dict[str, int]
    ) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], dict[int, Sums]]:
        """The rows of order lines and of return lines in the order of the file, and the sums by ``id(draft)``."""
        order_lines: list[tuple[Any, ...]] = []
        return_lines: list[tuple[Any, ...]] = []
        sums: dict[int, Sums] = {}
        for line in accepted:
            draft = line.draft
            rows = return_lines if draft.key[1] else order_lines
            total = sums.get(id(draft))
            if total is None:
                total = sums[id(draft)] = Sums()
            if line.kind:
                row = self._row_of(line, products)
                rows.append(row)
                total.add(row)
            if line.shipping or draft.shipping:
                for row in self._charges(line):
                    rows.append(row)
                    total.add(row)
        return order_lines, return_lines, sums

    def _row_of(self, line: Line, products: dict[str, int]) -> tuple[Any, ...]:
        code = line.product or line.description
        product = products[code] if code and line.kind == "product" else None
        description = line.description or (line.product if product is None else "")
        cost = None if line.cost is None else to_minor(line.cost, self.context.currency)
        price = (line.price + MICRO // 2) // MICRO
        return (
            line.draft.id, line.key, line.kind, product, description[:255], float(line.quantity), price,
            self._minor(line.draft, line.pico), cost, self.context.batch,
        )  # fmt: skip

    def _charges(self, line: Line) -> Iterator[tuple[Any, ...]]:
        """The rows of the shipping charges that hang on a line or, once, on its order."""
        draft = line.draft
        if line.shipping:
            yield self._charge(draft, f"{line.key[:38]}-s", line.shipping)
        if draft.shipping:
            shipping, draft.shipping = draft.shipping, None
            yield self._charge(draft, SHIPPING_KEY, shipping)

    def _charge(self, draft: Draft, key: str, pico: int) -> tuple[Any, ...]:
        price = pico // MICRO
        amount = self._minor(draft, pico)
        return (draft.id, key, "fee", None, _("Shipping"), 1.0, price, amount, None, self.context.batch)

    def _minor(self, draft: Draft, pico: int) -> int:
        """Minor units of one line; the customer's next line takes the fraction left over, so that each one's sum is right to the cent."""
        carry = self.context.carry
        total = carry.pop(draft.party, 0) + pico
        minor = (total + self._unit // 2) // self._unit
        if left := total - minor * self._unit:
            carry[draft.party] = left
        return minor

    def _insert_headers(self, drafts: list[Draft], sums: dict[int, Sums]) -> None:
        context, now, source = self.context, clock.now(), self.context.plan.options.source
        orders: list[tuple[Any, ...]] = []
        returns: list[tuple[Any, ...]] = []
        for draft in drafts:
            total = sums[id(draft)]
            row = (
                draft.id, source, draft.number, draft.party or None, draft.moment, context.currency, now, context.batch,
                total.amount, total.goods, total.cost, total.lines, total.quantity,
            )  # fmt: skip
            if draft.key[1]:
                returns.append((*row, ""))
            else:
                told = {"items": draft.items, "said": draft.said}
                payload = parties.as_json({name: value for name, value in told.items() if value})
                orders.append((*row, draft.channel, draft.state, payload))
        bulk.insert(Order, _ORDER, orders)
        bulk.insert(Return, _RETURN, returns)

    def _extend(self, drafts: list[Draft], sums: dict[int, Sums]) -> None:
        """Orders and returns that were here before grow by their new lines."""
        cost = "CAST(%s AS bigint)"  # PostgreSQL cannot tell the type of a bare NULL
        for table, is_return in (("commerce_order", False), ("commerce_return", True)):
            found = [(sums[id(draft)], draft.id) for draft in drafts if draft.key[1] is is_return]
            bulk.execute_many(
                f"""UPDATE {table} SET amount = amount + %s, goods = goods + %s,
                    cost = CASE WHEN {cost} IS NULL THEN cost ELSE coalesce(cost, 0) + {cost} END,
                    line_count = line_count + %s, quantity = quantity + %s WHERE id = %s""",  # noqa: S608 -- our own names
                [(one.amount, one.goods, one.cost, one.cost, one.lines, one.quantity, pk) for one, pk in found],
            )

    def _write_shipments(self, drafts: list[Draft]) -> None:
        rows = [
            (draft.id, "1", draft.shipped, draft.delivered, draft.promised, self.context.batch)
            for draft in drafts
            if not draft.key[1] and (draft.shipped or draft.delivered or draft.promised) and not _is_shipped(draft)
        ]
        columns = ("order_id", "source_key", "shipped_at", "delivered_at", "promised_at", "batch_id")
        bulk.insert(Shipment, columns, rows, or_ignore=True)


def _is_shipped(draft: Draft) -> bool:
    """Whether the shipment is here already; what differs of it is a change."""
    return draft.was is not None and bool(draft.was.shipment)
