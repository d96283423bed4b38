"""What trade holds of a person: facts, which stay; of words only the reason of a return."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from regulars.commerce.models import Order, OrderLine, Payment, Return, ReturnLine, Shipment
from regulars.customers.privacy.payloads import facts_of
from regulars.customers.privacy.registry import Trace, declare

_FACT = "a fact of trade"


def _wipe_orders(party_ids: Sequence[int]) -> int:
    touched = 0
    for pk, payload in Order.objects.filter(customer__in=party_ids).exclude(payload={}).values_list("pk", "payload"):
        kept = facts_of(payload)
        if kept != payload:
            touched += Order.objects.filter(pk=pk).update(payload=kept)
    return touched


declare(
    Trace(Order, "customer", wipe=_wipe_orders, clear={"payload": {}}, label=_("Orders"),
          keeps=dict.fromkeys(("source", "number", "channel", "state", "currency"), _FACT)),
    Trace(OrderLine, "order__customer", label=_("Order lines"), keeps=dict.fromkeys(("line_key", "kind", "description"), _FACT)),
    Trace(Payment, "order__customer", label=_("Payments"), keeps=dict.fromkeys(("source_key", "method", "currency"), _FACT)),
    Trace(Shipment, "order__customer", label=_("Shipments"), keeps={"source_key": _FACT}),
    Trace(Return, "customer", clear={"reason": ""}, label=_("Returns"),
          keeps=dict.fromkeys(("source", "number", "currency"), _FACT)),
    Trace(ReturnLine, "entry__customer", label=_("Return lines"), keeps=dict.fromkeys(("line_key", "kind", "description"), _FACT)),
)  # fmt: skip
