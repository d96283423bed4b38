"""The kinds ``payments`` and ``products``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from regulars.catalogue.models import Product
from regulars.commerce.models import Payment
from regulars.customers.models import Revision
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.parse import Parser, Reject
from regulars.integrations.imports.engine.tally import to_minor
from regulars.integrations.imports.files import Row
from regulars.kit import clock


@dataclass(slots=True, eq=False)
class Entry:
    """One row with its values by field, and what became of it."""

    row: int
    cells: list[str]
    at: dict[str, Any]
    key: str = ""
    duplicate: bool = False
    accepted: bool = False
    order: int = 0


@dataclass(slots=True)
class Chunk:
    """Rows of a simple kind."""

    entries: list[Entry] = field(default_factory=list)
    rejects: list[tuple[int, list[str], Reject]] = field(default_factory=list)
    rows: int = 0


def _read(parser: Parser, rows: list[Row], raws: dict[int, int]) -> Chunk:
    chunk = Chunk(rows=len(rows))
    for number, cells in rows:
        values = parser.read(cells)
        if isinstance(values, Reject):
            chunk.rejects.append((number, cells, values))
            continue
        raw = hash(tuple(cells))
        raws[raw] = raws.get(raw, 0) + 1
        entry = Entry(
            number, cells, {key: values[place] for key, place in parser.place.items()}, duplicate=raws[raw] > 1
        )
        entry.key = str(raws[raw])
        chunk.entries.append(entry)
    return chunk


class PaymentsImporter:
    """Money received for orders; one order may be paid in parts and by several means."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parser = Parser(context.plan, context.look, context.zone)
        self._raws: dict[int, int] = {}
        self._offered: set[tuple[int, str]] = set()

    def read(self, rows: list[Row]) -> Chunk:
        """Parse rows; touches no table."""
        chunk = _read(self.parser, rows, self._raws)
        for entry in chunk.entries:
            facts, occurrence = entry.at, entry.key
            contents = f"{facts['method']}|{facts['amount']}|{facts['paid_at']}|{occurrence}"
            entry.key = facts["sequence"][:60] or hashlib.blake2b(contents.encode(), digest_size=8).hexdigest()
        return chunk

    def settle(self, chunk: Chunk) -> None:
        """Find the orders paid and the payments already here."""
        source, tally = self.context.plan.options.source, self.context.tally
        numbers = list(dict.fromkeys(entry.at["number"] for entry in chunk.entries))
        statement = (
            "SELECT number, id FROM commerce_order WHERE source = %s AND retracted_in IS NULL AND number IN ({marks})"
        )
        orders = dict(bulk.select(statement, numbers, source))
        statement = (
            "SELECT order_id, source_key FROM commerce_payment WHERE retracted_in IS NULL AND order_id IN ({marks})"
        )
        known = set(bulk.select(statement, list(orders.values())))
        for entry in chunk.entries:
            entry.order = orders.get(entry.at["number"], 0)
            if not entry.order:
                values = {"number": entry.at["number"], "source": source}
                sentence = _("There is no order %(number)s of “%(source)s”; import the orders first.") % values
                chunk.rejects.append((entry.row, entry.cells, self.parser.reject("number", entry.cells, sentence)))
                continue
            tally.duplicates += entry.duplicate
            if (entry.order, entry.key) in known or (entry.order, entry.key) in self._offered:
                tally.known += 1
                continue
            if not tally.turn_over(abs(entry.at["amount"])):
                sentence = _("With this row the amounts of the file add up to more than can be kept.")
                chunk.rejects.append((entry.row, entry.cells, self.parser.reject("amount", entry.cells, sentence)))
                continue
            known.add((entry.order, entry.key))
            if self.context.preview:
                self._offered.add((entry.order, entry.key))
            entry.accepted = True
            tally.accepted += 1
            tally.payments_created += 1
            if entry.at["paid_at"] is not None:
                tally.span(entry.at["paid_at"])

    def write(self, chunk: Chunk) -> None:
        """Insert the accepted payments."""
        currency, batch = self.context.currency, self.context.batch
        bulk.insert(
            Payment,
            ("order_id", "source_key", "paid_at", "method", "instalments", "amount", "currency", "batch_id"),
            [
                (
                    one.order,
                    one.key,
                    one.at["paid_at"],
                    one.at["method"][:40],
                    one.at["instalments"] or 1,
                    to_minor(one.at["amount"], currency),
                    currency,
                    batch,
                )
                for one in chunk.entries
                if one.accepted
            ],
        )


class ProductsImporter:
    """Products by their code; blank cells overwrite nothing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parser = Parser(context.plan, context.look, context.zone)
        self._raws: dict[int, int] = {}
        self._virtual: dict[str, dict[str, Any]] = {}
        self._new: dict[str, dict[str, Any]] = {}
        self._changed: dict[str, tuple[int, dict[str, Any], dict[str, Any]]] = {}

    def read(self, rows: list[Row]) -> Chunk:
        """Parse rows; touches no table."""
        return _read(self.parser, rows, self._raws)

    def settle(self, chunk: Chunk) -> None:
        """Find the products already here and what the rows add to them."""
        self._new, self._changed = {}, {}
        codes = list(dict.fromkeys(entry.at["product"][:80] for entry in chunk.entries))
        names = ("code", "id", "name", "group", "price", "cost")
        statement = 'SELECT code, id, name, "group", price, cost FROM catalogue_product WHERE code IN ({marks})'
        here = {row[0]: dict(zip(names, row, strict=True)) for row in bulk.select(statement, codes)} | self._virtual
        tally = self.context.tally
        for entry in chunk.entries:
            tally.duplicates += entry.duplicate
            code = entry.at["product"][:80]
            current = here.get(code)
            if current is None:
                here[code] = self._new[code] = {
                    "code": code,
                    "id": 0,
                    "name": "",
                    "group": "",
                    "price": None,
                    "cost": None,
                }
                self._fill(here[code], entry.at)
                tally.products_created += 1
                tally.accepted += 1
                if self.context.preview:
                    self._virtual[code] = here[code]
                continue
            before = dict(current)
            if not self._fill(current, entry.at):
                tally.known += 1
                continue
            tally.accepted += 1
            tally.products_changed += bool(current["id"])
            if current["id"]:
                first = self._changed.get(code, (0, before, {}))[1]
                self._changed[code] = (current["id"], first, current)

    def _fill(self, product: dict[str, Any], facts: dict[str, Any]) -> bool:
        currency, before = self.context.currency, dict(product)
        for name, most in (("name", 255), ("group", 160)):
            product[name] = facts[name][:most] or product[name]
        for name in ("price", "cost"):
            if facts[name] is not None:
                product[name] = to_minor(facts[name], currency)
        return product != before

    def write(self, chunk: Chunk) -> None:
        """Insert new products, update changed ones and keep what they were."""
        now, batch, currency = clock.now(), self.context.batch, self.context.currency
        bulk.insert(
            Product,
            ("code", "name", "group", "price", "cost", "currency", "created_at", "batch_id"),
            [
                (one["code"], one["name"], one["group"], one["price"], one["cost"], currency, now, batch)
                for one in self._new.values()
            ],
        )
        changes = [(pk, before, after) for pk, before, after in self._changed.values()]
        Revision.objects.bulk_create(
            [
                Revision(
                    table=Product._meta.label_lower,
                    object_id=pk,
                    before={name: before[name] for name in before if before[name] != after[name]},
                    after={name: after[name] for name in before if before[name] != after[name]},
                    made_by_id=self.context.user,
                    batch_id=batch,
                )
                for pk, before, after in changes
            ],
            batch_size=2_000,
        )
        bulk.execute_many(
            'UPDATE catalogue_product SET name = %s, "group" = %s, price = %s, cost = %s WHERE id = %s',
            [(after["name"], after["group"], after["price"], after["cost"], pk) for pk, _before, after in changes],
        )
