"""Orders, lines, returns, payments, shipments. Money in minor units of the row's currency."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock


class TradeQuerySet(models.QuerySet["models.Model"]):
    """Facts of trade by their standing."""

    def live(self) -> Self:
        """Not retracted by an undone batch."""
        return self.filter(retracted_in=None)


class LineKind(models.TextChoices):
    """Products make up the basket; fees and adjustments only count in the sum."""

    PRODUCT = "product", _("Product")
    FEE = "fee", _("Fee")
    ADJUSTMENT = "adjustment", _("Adjustment")


class OrderState(models.TextChoices):
    """Whether the order came to anything. Only placed orders count as purchases."""

    PLACED = "placed", _("Placed")
    CANCELLED = "cancelled", _("Cancelled")


class Order(models.Model):
    """A purchase. ``amount`` = sum of all its lines, fees included; ``goods`` = sum of its product lines."""

    source = models.CharField(max_length=60)
    number = models.CharField(_("number"), max_length=80)
    customer = models.ForeignKey(
        "customers.Party", models.PROTECT, null=True, blank=True, related_name="trade_orders", db_index=False
    )
    seller = models.ForeignKey("customers.Party", models.PROTECT, null=True, blank=True, related_name="+")
    ordered_at = models.DateTimeField(_("ordered"))
    channel = models.CharField(_("channel"), max_length=16, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=OrderState, default=OrderState.PLACED)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(_("amount"), default=0)
    goods = models.BigIntegerField(_("goods"), default=0)
    cost = models.BigIntegerField(_("cost"), null=True, blank=True)
    line_count = models.PositiveIntegerField(_("lines"), default=0)
    quantity = models.FloatField(_("quantity"), default=0)
    payload = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    retracted_in = models.BigIntegerField(null=True, blank=True)

    objects = TradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        indexes: ClassVar = [
            models.Index(fields=["customer", "-ordered_at", "-id"], name="order_of_customer"),
            models.Index(fields=["ordered_at", "id"], name="order_by_date"),
            models.Index(fields=["number"], opclasses=["varchar_pattern_ops"], name="order_by_number"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "number"], condition=Q(retracted_in=None), name="order_once_per_source"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One line. ``unit_price`` is in millionths of the currency's major unit (some tills price below a cent).

    ``line_key`` makes replays harmless: unique within the order, from the line's number or content and occurrence.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False)
    line_key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=LineKind, default=LineKind.PRODUCT)
    product = models.ForeignKey(
        "catalogue.Product", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    description = models.CharField(max_length=255, blank=True)
    quantity = models.FloatField()
    unit_price = models.BigIntegerField()
    amount = models.BigIntegerField()
    cost = models.BigIntegerField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True)
    retracted_in = models.BigIntegerField(null=True, blank=True)

    objects = TradeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["product", "order"], name="line_of_product")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "line_key"], condition=Q(retracted_in=None), name="order_line_once"
            ),
        ]


class Return(models.Model):
    """Goods or money that came back. ``amount`` ≤ 0. ``order`` is the one it undoes, None when it cannot be found."""

    source = models.CharField(max_length=60)
    number = models.CharField(_("number"), max_length=80)
    customer = models.ForeignKey(
        "customers.Party", models.PROTECT, null=True, blank=True, related_name="trade_returns", db_index=False
    )
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="returns")
    returned_at = models.DateTimeField(_("returned"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(_("amount"), default=0)
    goods = models.BigIntegerField(_("goods"), default=0)
    cost = models.BigIntegerField(null=True, blank=True)
    line_count = models.PositiveIntegerField(default=0)
    quantity = models.FloatField(default=0)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    retracted_in = models.BigIntegerField(null=True, blank=True)

    objects = TradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        indexes: ClassVar = [models.Index(fields=["customer", "-returned_at", "-id"], name="return_of_customer")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "number"], condition=Q(retracted_in=None), name="return_once_per_source"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """One line that came back; ``quantity`` and ``amount`` are ≤ 0. ``order_line`` is the line it undoes, when found."""

    entry = models.ForeignKey(Return, models.CASCADE, related_name="lines", db_index=False)
    line_key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=LineKind, default=LineKind.PRODUCT)
    order_line = models.ForeignKey(OrderLine, models.PROTECT, null=True, blank=True, related_name="returned")
    product = models.ForeignKey(
        "catalogue.Product", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    description = models.CharField(max_length=255, blank=True)
    quantity = models.FloatField()
    unit_price = models.BigIntegerField()
    amount = models.BigIntegerField()
    cost = models.BigIntegerField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True)
    retracted_in = models.BigIntegerField(null=True, blank=True)

    objects = TradeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry", "line_key"], condition=Q(retracted_in=None), name="return_line_once"
            ),
        ]


class Payment(models.Model):
    """Money received for an order; one order may be paid in parts and by several means."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="payments")
    source_key = models.CharField(max_length=80)
    paid_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=40, blank=True)
    instalments = models.PositiveSmallIntegerField(default=1)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    retracted_in = models.BigIntegerField(null=True, blank=True)

    objects = TradeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "source_key"], condition=Q(retracted_in=None), name="payment_once"
            ),
        ]


class Shipment(models.Model):
    """An order on its way: when it was promised, handed over and delivered."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="shipments")
    source_key = models.CharField(max_length=80)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    promised_at = models.DateTimeField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    retracted_in = models.BigIntegerField(null=True, blank=True)

    objects = TradeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "source_key"], condition=Q(retracted_in=None), name="shipment_once"
            ),
        ]
