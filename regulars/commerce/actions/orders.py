"""Orders and returns as another system tells them, each once per source and number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.catalogue.models import Product
from regulars.commerce.actions.summaries import rebuild_trade
from regulars.commerce.models import LineKind, Order, OrderLine, OrderState, Return, ReturnLine
from regulars.customers import timeline
from regulars.customers.actions.roles import set_role
from regulars.customers.models import Event, Party, RoleKind
from regulars.kit import text
from regulars.kit.errors import UserError
from regulars.kit.money import to_decimal

if TYPE_CHECKING:
    from regulars.staff.models import User

SOURCE: Final = "commerce"
SHOWN_ITEMS: Final = 2
_DEAREST: Final = 10**12
"""Major units; a price is kept in millionths of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``amount`` and ``cost`` in minor units for the whole line; ``product`` is a code."""

    amount: int
    quantity: float = 1
    product: str = ""
    description: str = ""
    kind: str = LineKind.PRODUCT
    cost: int | None = None


@transaction.atomic
def place_order(
    *, source: str, number: str, customer: Party | None, ordered_at: datetime, lines: Sequence[Line], by: User | None,
    channel: str = "", state: str = OrderState.PLACED, currency: str = "",
) -> tuple[Order, bool]:  # fmt: skip
    """Write an order with its lines, its entry on the timeline and the customer's sums.

    Returns:
        The order, and whether it was new: a number that the source told before is found as it stands.

    Raises:
        UserError: a product is unknown, or the customer's orders are in another currency.
    """
    known = cast("Order | None", Order.objects.live().filter(source=source, number=number).first())
    if known is not None:
        return known, False
    currency = currency or settings.CURRENCY
    _check_currency(customer, currency)
    order = Order.objects.create(
        source=source, number=number, customer=customer, ordered_at=ordered_at, channel=channel, state=state,
        currency=currency, **_sums(lines),
    )  # fmt: skip
    products = _products(lines)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, line_key=str(n), **_facts(line, products, currency)) for n, line in enumerate(lines, 1)
    )
    if customer is not None:
        kind = "commerce.order_placed" if state == OrderState.PLACED else "commerce.order_cancelled"
        _tell(kind, order, customer=customer, at=ordered_at, lines=lines, by=by, channel=channel)
        if state == OrderState.PLACED:
            set_role(party=customer, role=RoleKind.CUSTOMER, by=by)
        rebuild_trade(customer_ids=[customer.pk])
    return order, True


@transaction.atomic
def cancel_order(*, order: Order, by: User | None) -> Order:
    """An order comes to nothing: its entry is superseded, the sums follow; cancelled twice is cancelled once."""
    locked = cast("Order", Order.objects.select_for_update().get(pk=order.pk))
    if locked.state == OrderState.CANCELLED:
        return locked
    locked.state = OrderState.CANCELLED
    locked.save(update_fields=["state"])
    if locked.customer is not None:
        told = (
            Event.objects.live().filter(object_type="order", object_id=locked.pk, kind="commerce.order_placed").first()
        )
        payload = dict(told.payload) if told else {"number": locked.number, "lines": locked.line_count}
        timeline.record(
            kind="commerce.order_cancelled", customer=locked.customer, by=by, supersedes=told, channel=locked.channel,
            occurred_at=locked.ordered_at, object_type="order", object_id=locked.pk, amount=locked.amount,
            currency=locked.currency, quantity=locked.quantity, payload=payload, source=SOURCE,
            source_key=f"order:{locked.pk}:cancelled",
        )  # fmt: skip
        rebuild_trade(customer_ids=[locked.customer.pk])
    return locked


@transaction.atomic
def record_return(
    *, source: str, number: str, customer: Party | None, returned_at: datetime, lines: Sequence[Line], by: User | None,
    order: Order | None = None, reason: str = "", currency: str = "",
) -> tuple[Return, bool]:  # fmt: skip
    """Write what came back (``lines`` as positive numbers); the customer is the order's where none is named.

    Returns:
        The return, and whether it was new.

    Raises:
        UserError: a product is unknown, or the currency is another than the order's.
    """
    known = cast("Return | None", Return.objects.live().filter(source=source, number=number).first())
    if known is not None:
        return known, False
    customer = customer or (order.customer if order else None)
    currency = currency or (order.currency if order else settings.CURRENCY)
    if order is not None and order.currency != currency:
        raise UserError(_("The order is in another currency."))
    _check_currency(customer, currency)
    back = [_negative(line) for line in lines]
    made = Return.objects.create(
        source=source, number=number, customer=customer, order=order, returned_at=returned_at, reason=text.clean(reason),
        currency=currency, **_sums(back),
    )  # fmt: skip
    products = _products(lines)
    ReturnLine.objects.bulk_create(
        ReturnLine(entry=made, line_key=str(n), **_facts(line, products, currency)) for n, line in enumerate(back, 1)
    )
    if customer is not None:
        _tell("commerce.goods_returned", made, customer=customer, at=returned_at, lines=back, by=by)
        rebuild_trade(customer_ids=[customer.pk])
    return made, True


def _negative(line: Line) -> Line:
    cost = -line.cost if line.cost is not None else None
    return Line(-line.amount, -line.quantity, line.product, line.description, line.kind, cost)


def _sums(lines: Sequence[Line]) -> dict[str, Any]:
    goods = [line for line in lines if line.kind == LineKind.PRODUCT]
    costed = [line.cost for line in goods if line.cost is not None]
    return {
        "amount": sum(line.amount for line in lines), "goods": sum(line.amount for line in goods),
        "cost": sum(costed) if costed and len(costed) == len(goods) else None, "line_count": len(lines),
        "quantity": sum(line.quantity for line in goods),
    }  # fmt: skip


def _products(lines: Sequence[Line]) -> dict[str, Product]:
    codes = {line.product for line in lines if line.product}
    found: dict[str, Product] = {}
    for product in Product.objects.filter(code__in=codes):
        found[product.code] = product
    if unknown := sorted(codes - set(found)):
        raise UserError(_("There is no product “%(code)s”.") % {"code": unknown[0]})
    return found


def _facts(line: Line, products: dict[str, Product], currency: str) -> dict[str, Any]:
    product = products.get(line.product)
    each = to_decimal(line.amount, currency) / Decimal(str(line.quantity)) if line.quantity else Decimal(0)
    if abs(each) >= _DEAREST:
        raise UserError(_("The price of one is beyond bounds; is the quantity right?"))
    return {
        "kind": line.kind, "product": product, "quantity": line.quantity, "amount": line.amount, "cost": line.cost,
        "description": text.clean(line.description)[:255] or (product.name if product else ""),
        "unit_price": int((each * 1_000_000).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)),
    }  # fmt: skip


def _check_currency(customer: Party | None, currency: str) -> None:
    if customer is None:
        return
    other = Order.objects.live().filter(customer=customer).exclude(currency=currency).values_list("currency", flat=True)
    if found := other.first():
        raise UserError(_("The orders of this customer are in %(currency)s.") % {"currency": found})


def _tell(
    kind: str, row: Order | Return, *, customer: Party, at: datetime, lines: Sequence[Line], by: User | None, channel: str = ""
) -> None:  # fmt: skip
    items = [line.description or line.product for line in lines if line.kind == LineKind.PRODUCT]
    shown = [item[:80] for item in items if item][:SHOWN_ITEMS]
    payload: dict[str, Any] = {"number": row.number, "lines": len(lines), "items": shown}
    if isinstance(row, Return) and row.reason:
        payload["reason"] = row.reason
    object_type = "return" if isinstance(row, Return) else "order"
    timeline.record(
        kind=kind, customer=customer, by=by, occurred_at=at, channel=channel, object_type=object_type, object_id=row.pk,
        amount=row.amount, currency=row.currency, quantity=row.quantity, payload=payload, source=SOURCE,
        source_key=f"{object_type}:{row.pk}",
    )  # fmt: skip
