"""Orders and returns as a file tells them, before anybody has looked whether they are known."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from regulars.integrations.imports.engine.fees import FeeRule, LineKind
from regulars.integrations.imports.engine.parse import LARGEST_PICO, Parser, Reject
from regulars.integrations.imports.engine.parties import Buyer
from regulars.integrations.imports.files import Row
from regulars.integrations.imports.plan import Plan
from regulars.kit import text

if TYPE_CHECKING:
    from regulars.integrations.imports.engine.changes import Change, Known

Quantity = int | Decimal
Key = tuple[str, bool]
"""An order's number and whether it is a return."""

MICRO: Final = 10**6
_CANCELLED = frozenset(
    {
        "cancelled",
        "canceled",
        "cancel",
        "void",
        "voided",
        "annulled",
        "unavailable",
        "取消",
        "已取消",
        "作廢",
        "已作廢",
        "退訂",
        "cancelado",
        "cancelada",
        "storniert",
        "annulé",
    }
)
_CHANNELS: Final = {
    "web": "web", "online": "web", "internet": "web", "website": "web", "eshop": "web", "網路": "web", "網站": "web", "官網": "web", "電商": "web",
    "store": "store", "shop": "store", "retail": "store", "pos": "store", "in store": "store", "門市": "store", "店面": "store", "實體": "store",
    "phone": "phone", "telephone": "phone", "call": "phone", "電話": "phone", "email": "email", "e mail": "email", "mail": "post", "post": "post",
    "catalog": "post", "catalogue": "post", "郵購": "post", "fax": "fax", "傳真": "fax", "line": "line", "sms": "sms", "簡訊": "sms", "chat": "chat",
    "reseller": "partner", "partner": "partner", "經銷": "partner", "經銷商": "partner", "visit": "visit", "拜訪": "visit",
}  # fmt: skip


def channel_of(word: str) -> str:
    """The channel a word means; "other" for an unknown one, "" for none."""
    if not word:
        return ""
    return _CHANNELS.get(re.sub(r"[\s_-]+", " ", text.fold(word)), "other")


class Line:
    """One row of the file as a line of an order or return. ``outcome`` is "" until settled."""

    __slots__ = (
        "cells",
        "cost",
        "description",
        "digest",
        "draft",
        "duplicate",
        "key",
        "kind",
        "number",
        "outcome",
        "pico",
        "price",
        "product",
        "quantity",
        "shipping",
    )

    def __init__(self, number: int, cells: list[str], draft: Draft) -> None:
        self.number, self.cells, self.draft = number, cells, draft
        self.kind: LineKind | str = ""
        self.product = self.description = self.key = self.outcome = ""
        self.digest = b""
        self.quantity: Quantity = 0
        self.price = self.pico = self.shipping = 0
        self.cost: int | None = None
        self.duplicate = False


class Draft:
    """The rows of one order (or return) in one chunk."""

    __slots__ = (
        "buyer",
        "change",
        "channel",
        "delivered",
        "digests",
        "id",
        "items",
        "key",
        "keys",
        "lines",
        "moment",
        "own",
        "party",
        "prior",
        "problem",
        "promised",
        "raws",
        "said",
        "shipped",
        "shipping",
        "state",
        "was",
    )

    def __init__(self, key: Key, prior: bytes) -> None:
        self.key, self.prior = key, prior
        self.moment: datetime | None = None
        self.buyer: Buyer | None = None
        self.state, self.said, self.channel = "placed", "", ""
        self.was: Known | None = None
        self.change: Change | None = None
        self.items: list[str] = []
        self.shipping: int | None = None
        self.shipped: datetime | None = None
        self.delivered: datetime | None = None
        self.promised: datetime | None = None
        self.lines: list[Line] = []
        self.digests: dict[bytes, int] = {}
        self.raws: set[bytes] = set()
        self.keys: set[str] = set()
        self.id = self.party = 0
        self.own = False
        self.problem = ""
        for start in range(0, len(prior), 16):
            digest = prior[start : start + 8]
            self.digests[digest] = self.digests.get(digest, 0) + 1
            self.raws.add(prior[start + 8 : start + 16])

    @property
    def number(self) -> str:
        """The number without the mark of returns."""
        return self.key[0]


@dataclass(slots=True)
class Chunk:
    """What came of some rows: drafts by key, lines in the order of the file, and rejects."""

    drafts: dict[Key, Draft] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    rejects: list[tuple[int, list[str], Reject]] = field(default_factory=list)
    rows: int = 0


class Reader:
    """Turns rows into drafts. ``seen`` remembers, for every order of the run, which lines it had (16 bytes each)."""

    def __init__(self, plan: Plan, parser: Parser, rule: FeeRule, *, flip: bool) -> None:
        self.plan, self.parser, self.rule, self.flip = plan, parser, rule, flip
        self.seen: dict[Key, bytes] = {}
        self._digests: dict[tuple[Any, ...], tuple[str, bytes]] = {}
        prefix = plan.options.cancel_prefix
        self._cancelled = re.compile(rf"{re.escape(prefix)}[-\s]?\d", re.IGNORECASE) if prefix else None
        self._at = parser.place
        self._items = plan.kind == "order_items"
        self._numbered = parser.mapped("number")
        self._lines_mapped = any(
            parser.mapped(key) for key in ("product", "description", "price", "amount", "quantity")
        )
        self._money_mapped = parser.mapped("price") or parser.mapped("amount")
        self._unit_cost = any(re.search(r"unit|單位|單價|進價", name, re.IGNORECASE) for name in parser.columns("cost"))
        self._quantity_mapped = parser.mapped("quantity")
        self._customer_mapped = self._items or parser.mapped("customer")

    def read(self, rows: list[Row]) -> Chunk:
        """Group rows into drafts; what cannot be read is rejected."""
        chunk = Chunk(rows=len(rows))
        read = self.parser.read
        for number, cells in rows:
            values = read(cells)
            if type(values) is Reject:
                chunk.rejects.append((number, cells, values))
                continue
            refused = self._take(chunk, number, cells, values)  # type: ignore[arg-type]
            if refused is not None:
                chunk.rejects.append((number, cells, refused))
        for key, draft in chunk.drafts.items():
            if not draft.lines:
                continue
            self.seen[key] = draft.prior + b"".join(line.digest for line in draft.lines)
        return chunk

    def _take(self, chunk: Chunk, number: int, cells: list[str], values: list[Any]) -> Reject | None:
        at = self._at
        order = values[at["number"]]
        if not order and self._numbered:
            return self.parser.reject("number", cells, _("“%(field)s” is empty.") % {"field": _("Order number")})
        measured = self._bounded(order, values, cells) if self._lines_mapped else (0, 0, 0, "")
        if isinstance(measured, Reject):
            return measured
        quantity, price, pico, kind = measured
        is_return = bool(kind) and pico <= 0 and (quantity < 0 or (pico < 0 and kind == "product"))
        if (quantity < 0) is not is_return:
            quantity = -quantity
        external = self._external(values)
        if not order:
            order = self._made_up(values, external, quantity, pico)
        if len(order) > 80:
            return self.parser.reject("number", cells, _("The order number is longer than 80 characters."))
        draft = self._draft(chunk, (order, is_return), values)
        if external:
            if draft.buyer is None:
                draft.buyer = self._buyer(external, values)
            elif draft.buyer.external != external:
                return self._two_customers(draft, external, cells)
        line = Line(number, cells, draft)
        line.kind, line.quantity, line.price, line.pico = kind, quantity, price, pico
        refused = self._identify(line, draft, values)
        if refused is not None:
            return refused
        draft.lines.append(line)
        chunk.lines.append(line)
        return None

    def _draft(self, chunk: Chunk, key: Key, values: list[Any]) -> Draft:
        draft = chunk.drafts.get(key)
        if draft is None:
            draft = chunk.drafts[key] = Draft(key, self.seen.get(key, b""))
            self._describe(draft, values)
        return draft

    def _measure(self, order: str, values: list[Any], cells: list[str]) -> tuple[Quantity, int, int, str] | Reject:
        """Quantity, unit price (pico), amount (pico) and kind of the line; kind "" where the row tells of no line."""
        at = self._at
        quantity, price, amount = values[at["quantity"]], values[at["price"]], values[at["amount"]]
        code, description = values[at["product"]], values[at["description"]]
        if quantity is None:
            if self._quantity_mapped and (code or price is not None or amount is not None):
                return self.parser.reject("quantity", cells, _("“%(field)s” is empty.") % {"field": _("Quantity")})
            quantity = 1
        if amount is not None:
            pico = amount
            price = amount // quantity if price is None and quantity and type(quantity) is int else price
        elif price is not None:
            pico = price * quantity if type(quantity) is int else int(price * quantity)
            if rate := values[at["discount"]]:
                pico = int(pico * (1 - rate))
        elif self._money_mapped:
            missing = "amount" if self.parser.mapped("amount") else "price"
            return self.parser.reject(missing, cells, _("The row has no amount."))
        else:
            pico = 0
        if not (code or description or self._money_mapped):
            return quantity, 0, 0, ""
        if price is None:
            price = int(pico / quantity) if quantity else pico
        if self.flip and order and self._cancelled is not None and self._cancelled.match(order):
            quantity, pico = -abs(quantity), -abs(pico)
        return quantity, price, pico, self.rule.kind_of(code, description)

    def _bounded(self, order: str, values: list[Any], cells: list[str]) -> tuple[Quantity, int, int, str] | Reject:
        """``_measure``, refused where price or amount would not fit the database."""
        measured = self._measure(order, values, cells)
        if isinstance(measured, Reject) or max(abs(measured[1]), abs(measured[2])) < LARGEST_PICO:
            return measured
        mapped = next(key for key in ("amount", "price", "quantity") if self.parser.mapped(key))
        shown = " × ".join(
            cells[place].strip() for key in ("quantity", "price", "amount") for place in self.plan.columns_of(key)
        )
        return self.parser.reject(mapped, cells, _("“%(value)s” is too large for an amount.") % {"value": shown[:80]})

    def _external(self, values: list[Any]) -> str:
        """The number of the customer; where the file has no such column, the address or name that stands for it."""
        if self._items:
            return ""
        external = values[self._at["customer"]]
        if external or self._customer_mapped:
            return str(external)
        return str(
            values[self._at["email"]].partition(";")[0]
            or values[self._at["phone"]]
            or text.fold(values[self._at["name"]])
        )[:120]

    def _buyer(self, external: str, values: list[Any]) -> Buyer:
        facts = {
            key: values[self._at[key]]
            for key in ("name", "email", "phone", "address", "city", "region", "postcode", "country")
        }
        facts["email"] = facts["email"].partition(";")[0]
        return Buyer(external, since=values[self._at["ordered_at"]], **facts)

    def _describe(self, draft: Draft, values: list[Any]) -> None:
        if self._items:
            return
        at = self._at
        draft.moment = values[at["ordered_at"]]
        draft.said = values[at["state"]][:40]
        draft.state = "cancelled" if draft.said.casefold() in _CANCELLED else "placed"
        draft.channel = channel_of(values[at["channel"]])
        draft.shipping = values[at["shipping"]]
        draft.shipped, draft.delivered, draft.promised = (
            values[at["shipped_at"]],
            values[at["delivered_at"]],
            values[at["promised_at"]],
        )

    def _two_customers(self, draft: Draft, external: str, cells: list[str]) -> Reject:
        first = draft.buyer.external if draft.buyer else ""
        values = {"number": draft.number, "first": first, "other": external}
        return self.parser.reject(
            "customer", cells, _("Order %(number)s belongs to customer %(first)s; this row says %(other)s.") % values
        )

    def _made_up(self, values: list[Any], external: str, quantity: Quantity, pico: int) -> str:
        """A number for an order that has none: from its day and its contents, so that it is the same next time."""
        at = self._at
        moment: datetime = values[at["ordered_at"]]
        contents = (
            f"{external}|{moment.isoformat()}|{quantity}|{pico}|{values[at['product']]}|{values[at['description']]}"
        )
        base = f"{moment:%Y%m%d}-{hashlib.blake2b(contents.encode(), digest_size=6).hexdigest()}"
        count = len(self.seen.get((f"={base}", False), b"")) + 1
        self.seen[f"={base}", False] = b"\0" * count
        return base if count == 1 else f"{base}.{count}"

    def _identify(self, line: Line, draft: Draft, values: list[Any]) -> Reject | None:
        """Give the line its key within the order: by its own number, else by contents and occurrence."""
        at = self._at
        line.product, line.description = values[at["product"]], values[at["description"]]
        own = values[at["line"]]
        base, digest = self._digest(("#", own) if own else (line.product or line.description, line.quantity, line.pico))
        raw = hash(tuple(line.cells)).to_bytes(8, "little", signed=True)
        line.duplicate = raw in draft.raws
        occurrence = draft.digests.get(digest, 0)
        if own and occurrence and not line.duplicate:
            return self.parser.reject(
                "line",
                line.cells,
                _("Line %(line)s of order %(number)s occurs twice, with different contents.")
                % {"line": own, "number": draft.number},
            )
        line.key = base if not occurrence or own else f"{base}.{occurrence + 1}"
        draft.digests[digest] = occurrence + 1
        draft.raws.add(raw)
        line.digest = digest + raw
        line.cost = self._cost(line, values)
        if self._items:
            line.shipping = values[at["shipping"]] or 0
        if line.kind == "product" and len(draft.items) < 2 and (line.description or line.product):
            draft.items.append((line.description or line.product)[:80])
        return None

    def _digest(self, contents: tuple[Any, ...]) -> tuple[str, bytes]:
        known = self._digests.get(contents)
        if known is None:
            if len(self._digests) > 200_000:
                self._digests.clear()
            digest = hashlib.blake2b(repr(contents).encode(), digest_size=8).digest()
            known = self._digests[contents] = (f"#{contents[1]}"[:39] if contents[0] == "#" else digest.hex(), digest)
        return known

    def _cost(self, line: Line, values: list[Any]) -> int | None:
        cost, profit = values[self._at["cost"]], values[self._at["profit"]]
        if line.kind != "product":
            return None
        if cost is not None:
            whole = int(cost * line.quantity) if self._unit_cost else (-abs(cost) if line.quantity < 0 else cost)
            return whole if abs(whole) < LARGEST_PICO else None
        return line.pico - profit if profit is not None else None
