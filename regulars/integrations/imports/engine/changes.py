"""What a later file changes about orders that are here: state, customer, amounts, shipment. Each with its before-image, on its day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from regulars.commerce.models import Order, OrderLine, Return, Shipment
from regulars.customers.models import Revision
from regulars.customers.timeline import NewEvent, record_many
from regulars.integrations.imports.engine import bulk, sums
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.drafts import MICRO, Draft, Line
from regulars.integrations.imports.engine.parties import Directory
from regulars.integrations.imports.engine.tally import to_minor
from regulars.kit import clock, text

SHIPPING_KEY: Final = "shipping"
_LINES: Final = """SELECT l.order_id, l.id, l.line_key, coalesce(p.code, ''), l.description, l.quantity, l.unit_price, l.amount, l.cost
                   FROM commerce_orderline l LEFT JOIN catalogue_product p ON p.id = l.product_id
                   WHERE l.retracted_in IS NULL AND l.order_id IN ({marks}) ORDER BY l.id"""
_MOMENTS: Final = ("shipped_at", "delivered_at", "promised_at")


@dataclass(slots=True)
class LineHeld:
    """A line of an order that is here."""

    id: int
    key: str
    code: str
    description: str
    quantity: float
    price: int
    amount: int
    cost: int | None


@dataclass(slots=True)
class Known:
    """An order or a return as it stands; ``customer`` is 0 for nobody's."""

    customer: int
    state: str = "placed"
    payload: dict[str, Any] = field(default_factory=dict)
    amount: int = 0
    lines: dict[str, LineHeld] = field(default_factory=dict)
    shipment: int = 0
    moments: dict[str, datetime | None] = field(default_factory=dict)


@dataclass(slots=True)
class Change:
    """What differs. ``row`` becomes the order's columns; ``customer`` says that another one placed it."""

    row: dict[str, Any] = field(default_factory=dict)
    customer: bool = False
    lines: list[tuple[LineHeld, Line]] = field(default_factory=list)
    moments: dict[str, datetime] = field(default_factory=dict)
    shipping: int | None = None
    """Another shipping charge of the whole order, in pico units."""
    amount: int = 0
    """What the order amounts to afterwards, minor units."""

    def __bool__(self) -> bool:
        return bool(self.row or self.customer or self.lines or self.moments or self.shipping is not None)


def learn(drafts: Iterable[Draft]) -> None:
    """Read the lines and shipments of orders that are here."""
    by_id = {draft.id: draft for draft in drafts if draft.id and not draft.key[1] and draft.was is not None}
    for order, *facts in bulk.select(_LINES, list(by_id)):
        known = by_id[order].was
        if known is not None:
            known.lines[facts[1]] = LineHeld(*facts)
    shipments = f"SELECT order_id, id, {', '.join(_MOMENTS)} FROM commerce_shipment WHERE source_key = '1' AND retracted_in IS NULL AND order_id IN ({{marks}})"  # noqa: S608 -- our own names
    told = [pk for pk, draft in by_id.items() if draft.shipped or draft.delivered or draft.promised]
    for order, pk, *moments in bulk.select(shipments, told):
        known = by_id[order].was
        if known is not None:
            known.shipment = pk
            known.moments = {
                name: bulk.aware(moment) if moment else None for name, moment in zip(_MOMENTS, moments, strict=True)
            }


class Comparer:
    """Compares drafts with the orders that are here."""

    def __init__(self, context: Context, directory: Directory) -> None:
        self.context, self.directory = context, directory

    def compare(self, draft: Draft) -> Change | None:
        """What the file says otherwise than the record; None for an order that is new or that this very file brought."""
        if draft.was is None or draft.own:
            return None
        change = Change(customer=self._is_anothers(draft))
        if draft.key[1]:
            return change or None
        self._state(draft, draft.was, change)
        self._lines(draft, draft.was, change)
        self._moments(draft, draft.was, change)
        return change or None

    def _is_anothers(self, draft: Draft) -> bool:
        if draft.buyer is None or draft.was is None:
            return False
        known = self.directory.known.get(draft.buyer.external)
        return known is None or known.party != draft.was.customer

    def _state(self, draft: Draft, was: Known, change: Change) -> None:
        """The file's own word for the state is kept: what differs from it later is a change, whether or not it alters sums."""
        if not draft.said:
            return
        if draft.state != was.state:
            change.row["state"] = draft.state
        before = str(was.payload.get("said") or "")
        if change.row or (before and text.fold(before) != text.fold(draft.said)):
            change.row["payload"] = {**was.payload, "said": draft.said}

    def _lines(self, draft: Draft, was: Known, change: Change) -> None:
        told = {line.key for line in draft.lines}
        digests = {digest.hex() for digest in draft.digests}
        left = [
            held
            for key, held in was.lines.items()
            if key not in told and key[:1] != "#" and key.partition(".")[0] not in digests and not _is_charge(key)
        ]
        for line in draft.lines:
            held = was.lines.get(line.key)
            if not line.kind or line.duplicate:
                continue
            if held is None and line.key[0] != "#":
                held = next((one for one in left if _is_same_thing(one, line)), None)
                if held is not None:
                    left.remove(held)
                    change.lines.append((held, line))
            elif held is not None and line.key[0] == "#" and self._differs(held, line):
                change.lines.append((held, line))
        charge = was.lines.get(SHIPPING_KEY)
        if charge is not None and draft.shipping is not None and not draft.prior:
            minor = to_minor(draft.shipping, self.context.currency)
            change.shipping = draft.shipping if abs(minor - charge.amount) > 1 else None

    def _differs(self, held: LineHeld, line: Line) -> bool:
        """Whether amount (to the cent that rounding may move) or quantity is another."""
        minor = to_minor(line.pico, self.context.currency)
        return abs(minor - held.amount) > 1 or abs(float(line.quantity) - held.quantity) > 1e-9

    def _moments(self, draft: Draft, was: Known, change: Change) -> None:
        for name, told in zip(_MOMENTS, (draft.shipped, draft.delivered, draft.promised), strict=True):
            if told is not None and was.moments.get(name) != told:
                change.moments[name] = told


def _is_charge(key: str) -> bool:
    return key == SHIPPING_KEY or key.endswith("-s")


def _is_same_thing(held: LineHeld, line: Line) -> bool:
    """Whether a line of the file and one that is here speak of the same product."""
    if line.product:
        return held.code == line.product[:80]
    return line.description[:255] == held.description or (bool(line.description) and held.code == line.description[:80])


class ChangeWriter:
    """Writes what differs, within the transaction of the chunk."""

    def __init__(self, context: Context) -> None:
        self.context, self.now = context, clock.now()
        self._revisions: list[Revision] = []

    def write(self, drafts: list[Draft]) -> None:
        """Change orders, returns, lines and shipments; keep what they were; tell their customers' timelines."""
        changed = [draft for draft in drafts if draft.change is not None]
        if not changed:
            return
        for draft in changed:
            self._lines(draft)
            self._moments(draft)
        sums.resum([draft.id for draft in changed if not draft.key[1]], sums.ORDER)
        self._headers(changed)
        Revision.objects.bulk_create(self._revisions, batch_size=2_000)
        self._revisions = []
        record_many(entry for draft in changed for entry in self._entries(draft))

    def _revise(self, model: Any, pk: int, draft: Draft, before: dict[str, Any], after: dict[str, Any]) -> None:
        self._revisions.append(
            Revision(
                table=model._meta.label_lower, object_id=pk, party_id=draft.party or None, before=_plain(before),
                after=_plain(after), made_by_id=self.context.user, batch_id=self.context.batch,
            )
        )  # fmt: skip

    def _lines(self, draft: Draft) -> None:
        change, rows = draft.change, []
        if change is None or draft.was is None:
            return
        for held, line in change.lines:
            amount = to_minor(line.pico, self.context.currency)
            cost = held.cost if line.cost is None else to_minor(line.cost, self.context.currency)
            rows.append((held, line.key, float(line.quantity), (line.price + MICRO // 2) // MICRO, amount, cost))
        if change.shipping is not None:
            charge = draft.was.lines[SHIPPING_KEY]
            amount = to_minor(change.shipping, self.context.currency)
            rows.append((charge, charge.key, 1.0, change.shipping // MICRO, amount, charge.cost))
        names = ("line_key", "quantity", "unit_price", "amount", "cost")
        for held, *after in rows:
            before = (held.key, held.quantity, held.price, held.amount, held.cost)
            self._revise(
                OrderLine, held.id, draft, dict(zip(names, before, strict=True)), dict(zip(names, after, strict=True))
            )
        bulk.execute_many(
            "UPDATE commerce_orderline SET line_key = %s, quantity = %s, unit_price = %s, amount = %s, cost = CAST(%s AS bigint) WHERE id = %s",
            [(*after, held.id) for held, *after in rows],
        )

    def _moments(self, draft: Draft) -> None:
        if draft.change is None or draft.was is None or not draft.change.moments or not draft.was.shipment:
            return  # a shipment that is new is written with the others
        told = draft.change.moments
        Shipment.objects.filter(pk=draft.was.shipment).update(**told)
        before = {name: draft.was.moments.get(name) for name in told}
        self._revise(Shipment, draft.was.shipment, draft, before, told)

    def _headers(self, changed: list[Draft]) -> None:
        """The columns of orders and returns themselves; the sums have followed the lines by now."""
        amounts = dict(
            bulk.select("SELECT id, amount FROM commerce_order WHERE id IN ({marks})", [one.id for one in changed])
        )
        for draft in changed:
            change, was = draft.change, draft.was
            if change is None or was is None:
                continue
            change.amount = amounts.get(draft.id, 0)
            after: dict[str, Any] = dict(change.row)
            before: dict[str, Any] = {name: getattr(was, name) for name in after}
            if change.customer:
                before["customer"], after["customer"] = was.customer or None, draft.party
            model: type[Order | Return] = Return if draft.key[1] else Order
            if after:
                told = {("customer_id" if name == "customer" else name): value for name, value in after.items()}
                model._default_manager.filter(pk=draft.id).update(**told)
            if not draft.key[1] and change.amount != was.amount:
                before["amount"], after["amount"] = was.amount, change.amount
            self._revise(model, draft.id, draft, before, after)

    def _entries(self, draft: Draft) -> Iterator[NewEvent]:
        """One entry for whoever placed the order, and one for whoever was thought to have."""
        change, was = draft.change, draft.was
        if change is None or was is None:
            return
        said = list(_said(draft, was, change))
        told = {"number": draft.number, "changes": said, "currency": self.context.currency}
        concerned = {draft.party, was.customer} if change.customer else {draft.party}
        for party in sorted(concerned - {0}):
            yield NewEvent(
                kind="imports.order_changed", customer_id=party, occurred_at=self.now, actor_id=self.context.user, payload=told,
                object_type="return" if draft.key[1] else "order", object_id=draft.id, source="imports",
                source_key=f"{self.context.batch}:{party}:order:{int(draft.key[1])}:{draft.id}", batch_id=self.context.batch,
            )  # fmt: skip


def _said(draft: Draft, was: Known, change: Change) -> Iterator[list[Any]]:
    """What changed, as the entry keeps it: the column, what it was, what it is."""
    if change.row:
        yield ["state", str(was.payload.get("said") or was.state), draft.said]
    if change.customer:
        yield ["customer"]
    if change.lines or change.shipping is not None:
        yield ["amount", was.amount, change.amount]
    if change.moments:
        yield from ([name] for name in sorted(change.moments))


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}


def orders_changed_by(batch: int, model: type[Order | Return] = Order) -> list[int]:
    """The orders (or returns) that a batch changed."""
    rows = Revision.objects.filter(batch=batch, table=model._meta.label_lower)
    return sorted(set(rows.values_list("object_id", flat=True)))


def customers_changed_by(batch: int) -> set[int]:
    """The customers of those orders and returns, before and after."""
    found: set[int] = set()
    tables = [model._meta.label_lower for model in (Order, Return)]
    rows = Revision.objects.filter(batch=batch, table__in=tables).values_list("party_id", "before", "after")
    for party, before, after in rows:
        found |= {party, before.get("customer"), after.get("customer")} - {None}
    return found
