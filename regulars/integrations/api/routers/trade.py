"""Orders and returns as other systems tell them; products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from regulars.catalogue.models import Product
from regulars.commerce.actions import Line, cancel_order, place_order, record_return
from regulars.commerce.models import Order, Return
from regulars.commerce.queries import visible_orders
from regulars.customers.models import Identifier, Party
from regulars.customers.queries.seen import of_seen
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.problems import Flaw, Problem
from regulars.integrations.api.records import one_of, party_of
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.trade import (
    LineIn,
    OrderIn,
    OrderOut,
    ProductIn,
    ProductOut,
    ProductPage,
    ReturnIn,
    ReturnOut,
)
from regulars.staff.rules import Reach, reach

orders, returns, products = Router(), Router(), Router()
READ = needs("customers:read", "customers.view")
WRITE = needs("orders:write", "customers.edit")


def _customer(request: ApiRequest, given: OrderIn | ReturnIn) -> Party | None:
    pk = given.customer
    if pk is None and given.identifier is not None:
        told = given.identifier
        pk = (
            Identifier.objects.filter(system=told.system, external_id=told.external_id)
            .values_list("party", flat=True)
            .first()
        )
        pk = pk or 0
    if pk is None:
        if reach(request.user) is not Reach.ALL:
            raise _unknown("customer")
        return None
    try:
        return party_of(request.user, pk)
    except Http404 as error:
        raise _unknown("customer" if given.customer is not None else "identifier") from error


def _unknown(name: str) -> Problem:
    detail = _("There is no such customer, or none that this token may see.")
    return Problem(422, detail, flaws=[Flaw(f"/{name}", detail)])


def _lines(given: Sequence[LineIn]) -> list[Line]:
    return [Line(one.amount, one.quantity, one.product or "", one.description, one.kind, one.cost) for one in given]


def _product_lines(rows: Any) -> list[dict[str, Any]]:
    found = rows.filter(retracted_in=None).select_related("product").order_by("pk")
    names = ("kind", "description", "quantity", "amount")
    return [
        {"id": one.pk, "product": present.named(one.product), **{n: getattr(one, n) for n in names}} for one in found
    ]


def told_order(order: Order) -> dict[str, Any]:
    """An order with its lines."""
    facts = {name: getattr(order, name) for name in ("source", "number", "ordered_at", "channel", "state")}
    sums = {name: present.money(getattr(order, name), order.currency) for name in ("amount", "goods")}
    return {
        "id": order.pk,
        "customer": present.named(order.customer),
        **facts,
        **sums,
        "lines": _product_lines(order.lines),
    }


def told_return(entry: Return) -> dict[str, Any]:
    """A return with its lines."""
    facts = {name: getattr(entry, name) for name in ("source", "number", "returned_at", "reason")}
    return {
        "id": entry.pk, "customer": present.named(entry.customer), "order": entry.order_id, **facts,
        "amount": present.money(entry.amount, entry.currency), "lines": _product_lines(entry.lines),
    }  # fmt: skip


@orders.post("", response={201: OrderOut, 200: OrderOut}, **WRITE)
def add_order(request: ApiRequest, given: OrderIn) -> Any:
    """Record an order: 201 when it is new, 200 when its source told it before."""
    order, new = place_order(
        source=given.source, number=given.number, customer=_customer(request, given), ordered_at=given.ordered_at,
        lines=_lines(given.lines), by=request.user, channel=given.channel or "", state=given.state,
        currency=given.currency or settings.CURRENCY,
    )  # fmt: skip
    if not new and not visible_orders(request.user).filter(pk=order.pk).exists():
        raise Problem(409, _("This number belongs to somebody else's order."))
    return Status(201 if new else 200, told_order(order))


@orders.get("/{id}", response=OrderOut, **READ)
def get_order(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """One order with its lines."""
    return told_order(one_of(visible_orders(request.user).select_related("customer"), id))


@orders.post("/{id}/cancel", response=OrderOut, **WRITE)
def cancel(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """It came to nothing; the customer's sums follow."""
    return told_order(cancel_order(order=one_of(visible_orders(request.user), id), by=request.user))


@returns.post("", response={201: ReturnOut, 200: ReturnOut}, **WRITE)
def add_return(request: ApiRequest, given: ReturnIn) -> Any:
    """Record what came back: 201 when it is new, 200 when its source told it before."""
    order = None
    if given.order is not None:
        order = visible_orders(request.user).filter(source=given.source, number=given.order).first()
        if order is None:
            detail = _("There is no such order.")
            raise Problem(422, detail, flaws=[Flaw("/order", detail)])
    named = given.customer is not None or given.identifier is not None or order is None
    entry, new = record_return(
        source=given.source, number=given.number, customer=_customer(request, given) if named else None, order=order,
        returned_at=given.returned_at, lines=_lines(given.lines), by=request.user, reason=given.reason,
        currency=given.currency or "",
    )  # fmt: skip
    if not new and entry.customer is not None and not _sees(request, entry.customer.pk):
        raise Problem(409, _("This number belongs to somebody else's order."))
    return Status(201 if new else 200, told_return(entry))


def _sees(request: ApiRequest, pk: int) -> bool:
    return Party.objects.visible_to(request.user).filter(pk=pk).exists()


@returns.get("/{id}", response=ReturnOut, **READ)
def get_return(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """One return with its lines."""
    rows = Return.objects.filter(retracted_in=None).select_related("customer")
    return told_return(one_of(of_seen(rows, request.user, "customer"), id))


@products.get("", response=ProductPage, **READ)
def list_products(
    request: ApiRequest,
    limit: Annotated[int, Query(..., ge=1, le=200)] = 50,
    after: Annotated[int, Query(..., ge=0, le=2**63 - 1)] = 0,
    code: Annotated[str, Query(..., max_length=80)] = "",
) -> Any:
    """Products by number; ``code`` finds one."""
    rows = Product.objects.order_by("pk").filter(pk__gt=after)
    found = list((rows.filter(code=code) if code else rows)[: limit + 1])
    link = f"{request.path}?limit={limit}&after={found[limit - 1].pk}" if len(found) > limit else None
    return {"items": found[:limit], "next": link}


@products.post("", response={201: ProductOut, 200: ProductOut}, **WRITE)
def put_product(request: ApiRequest, given: ProductIn) -> Any:
    """Add a product, or change the one of that code."""
    facts = given.model_dump(exclude_unset=True, exclude={"code"})
    facts["currency"] = given.currency or settings.CURRENCY
    product, new = Product.objects.update_or_create(code=given.code, defaults=facts)
    return Status(201 if new else 200, product)
