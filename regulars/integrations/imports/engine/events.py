"""The kind ``events``: anything that happened with a customer, put on the timeline once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from regulars.customers.models import Event, EventBody
from regulars.integrations.imports import timeline
from regulars.integrations.imports.engine import bulk, parties
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.drafts import channel_of
from regulars.integrations.imports.engine.parse import Parser, Reject
from regulars.integrations.imports.engine.tally import to_minor
from regulars.integrations.imports.files import Row
from regulars.kit import clock, phone

_COLUMNS = (
    "id", "occurred_at", "recorded_at", "customer_id", "kind", "channel", "department", "object_type", "object_id", "amount", "currency", "quantity",
    "payload", "source", "source_key", "batch_id",
)  # fmt: skip


@dataclass(slots=True)
class Happening:
    """One row: something that happened."""

    row: int
    cells: list[str]
    key: str
    at: dict[str, Any]
    duplicate: bool = False
    accepted: bool = False
    party: int = 0
    order: int = 0


@dataclass(slots=True)
class Chunk:
    """Rows of a file of events."""

    events: list[Happening]
    rejects: list[tuple[int, list[str], Reject]]
    rows: int


class EventsImporter:
    """Carries out the kind ``events``."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parser = Parser(context.plan, context.look, context.zone)
        self.source = context.plan.options.source
        self._raws: dict[str, int] = {}
        self._offered: set[str] = set()
        self.directory = parties.Directory(self.source, context.tally)

    def read(self, rows: list[Row]) -> Chunk:
        """Parse rows; touches no table."""
        chunk = Chunk([], [], len(rows))
        for number, cells in rows:
            values = self.parser.read(cells)
            if isinstance(values, Reject):
                chunk.rejects.append((number, cells, values))
                continue
            facts = {key: values[place] for key, place in self.parser.place.items()}
            facts["email"] = facts["email"].partition(";")[0]
            digest = hashlib.blake2b(
                repr([(key, facts[key]) for key in sorted(facts)]).encode(), digest_size=10
            ).hexdigest()
            count = self._raws[digest] = self._raws.get(digest, 0) + 1
            key = f"{facts['key']}/{digest[:8]}" if facts["key"] else digest if count == 1 else f"{digest}.{count}"
            chunk.events.append(Happening(number, cells, key[:160], facts, duplicate=count > 1))
        return chunk

    def settle(self, chunk: Chunk) -> None:
        """Find whose events these are and which are here already."""
        self.directory.look_up(one.at["customer"] for one in chunk.events if one.at["customer"])
        orders = self._orders(chunk)
        reached = self._reached(chunk)
        known = {key for (key,) in self._known(chunk)}
        tally = self.context.tally
        for one in chunk.events:
            problem = self._place(one, orders, reached)
            if problem is not None:
                chunk.rejects.append((one.row, one.cells, problem))
                continue
            tally.duplicates += one.duplicate
            dropped = one.duplicate and (self.context.plan.options.duplicates == "drop" or bool(one.at["key"]))
            if one.key in known or dropped or one.key in self._offered:
                tally.known += 1
                continue
            if self.context.preview:
                self._offered.add(one.key)
            one.accepted = True
            tally.accepted += 1
            tally.events_created += 1
            tally.anonymous += not one.party
            tally.span(one.at["occurred_at"])

    def _known(self, chunk: Chunk) -> Any:
        statement = "SELECT source_key FROM customers_event WHERE source = %s AND retracted_in IS NULL AND source_key IN ({marks})"
        return bulk.select(statement, [one.key for one in chunk.events], self._event_source)

    @property
    def _event_source(self) -> str:
        return f"import:{self.source}"[:60]

    def _orders(self, chunk: Chunk) -> dict[str, tuple[int, int]]:
        numbers = list(dict.fromkeys(one.at["number"] for one in chunk.events if one.at["number"]))
        statement = "SELECT number, id, coalesce(customer_id, 0) FROM commerce_order WHERE source = %s AND retracted_in IS NULL AND number IN ({marks})"
        return {number: (order, party) for number, order, party in bulk.select(statement, numbers, self.source)}

    def _reached(self, chunk: Chunk) -> dict[str, int]:
        wanted = {one.at["email"] for one in chunk.events if one.at["email"]}
        wanted |= {phone.normalise(one.at["phone"]) for one in chunk.events if one.at["phone"]}
        statement = """SELECT c.normalised, min(c.party_id), count(DISTINCT c.party_id) FROM customers_contactpoint c JOIN customers_party p ON p.id = c.party_id
                       WHERE c.ended_at IS NULL AND p.trashed_at IS NULL AND p.merged_into_id IS NULL AND c.normalised IN ({marks}) GROUP BY c.normalised"""
        return {normalised: party for normalised, party, count in bulk.select(statement, sorted(wanted)) if count == 1}

    def _place(self, one: Happening, orders: dict[str, tuple[int, int]], reached: dict[str, int]) -> Reject | None:
        facts = one.at
        if facts["number"]:
            one.order, one.party = orders.get(facts["number"], (0, 0))
            if not one.order:
                values = {"number": facts["number"], "source": self.source}
                return self.parser.reject(
                    "number",
                    one.cells,
                    _("There is no order %(number)s of “%(source)s”; import the orders first.") % values,
                )
        if facts["customer"]:
            known = self.directory.known.get(facts["customer"])
            if known is None:
                values = {"number": facts["customer"], "source": self.source}
                return self.parser.reject(
                    "customer",
                    one.cells,
                    _("There is no customer %(number)s of “%(source)s”; import the customers first.") % values,
                )
            one.party = known.party
        for key in ("email", "phone"):
            if not one.party and facts[key]:
                one.party = reached.get(phone.normalise(facts[key]) if key == "phone" else facts[key], 0)
        if not one.party and not one.order:
            return Reject("", "", _("Nobody here is meant by this row: no customer has this number or address."))
        return None

    def write(self, chunk: Chunk) -> None:
        """Append the accepted entries to the timeline."""
        accepted = [one for one in chunk.events if one.accepted]
        now, options = clock.now(), self.context.plan.options
        rows, bodies = [], []
        for pk, one in zip(bulk.allocate(Event, len(accepted)), accepted, strict=True):
            facts = one.at
            moment: datetime = facts["occurred_at"]
            amount = None if facts["amount"] is None else to_minor(facts["amount"], self.context.currency)
            kind = timeline.kind_for(facts["kind"] or options.event_kind, scored=facts["score"] is not None)
            channel = channel_of(facts["channel"]) or options.channel or timeline.channel_for(kind)
            payload = {"said": facts["kind"]} if facts["kind"] and kind.startswith("imports.") else {}
            quantity = None if facts["score"] is None else float(facts["score"])
            rows.append(
                (pk, moment, now, one.party or None, kind, channel[:16], "", "order" if one.order else "", one.order or None, amount,
                 self.context.currency if amount is not None else "", quantity, parties.as_json(payload), self._event_source, one.key, self.context.batch)
            )  # fmt: skip
            if facts["subject"] or facts["text"]:
                bodies.append((pk, facts["subject"][:255], facts["text"]))
        bulk.insert(Event, _COLUMNS, rows)
        bulk.insert(EventBody, ("event_id", "subject", "text"), bodies)
