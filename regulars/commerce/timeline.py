"""How trade shows on the timeline. ``object_id`` is the order or the return; ``amount`` is typed, returns negative.

Payload: ``number``, ``lines`` (how many), ``items`` (the first few descriptions), ``reason`` (of a return).
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.customers.models import Event
from regulars.customers.timeline import EntryKind, register

SHOWN_ITEMS = 2


def said(event: Event) -> str:
    """The order's number and what it held."""
    heads = {
        "commerce.order_placed": _("Order %(number)s"),
        "commerce.order_cancelled": _("Order %(number)s cancelled"),
        "commerce.goods_returned": _("Return %(number)s"),
        "commerce.payment_received": _("Payment for order %(number)s"),
        "commerce.order_shipped": _("Order %(number)s shipped"),
        "commerce.order_delivered": _("Order %(number)s delivered"),
    }
    head = (heads[event.kind] % {"number": event.payload.get("number") or ""}).strip()
    return " · ".join(part for part in (head, _contents(event)) if part)


def _contents(event: Event) -> str:
    if reason := event.payload.get("reason"):
        return str(reason)
    items = [str(item) for item in event.payload.get("items") or ()]
    count = event.payload.get("lines") or len(items)
    if not items:
        return ngettext("%(n)s line", "%(n)s lines", count) % {"n": count} if count else ""
    named = _(", ").join(items[:SHOWN_ITEMS])
    more = count - min(len(items), SHOWN_ITEMS)
    return (
        ngettext("%(items)s and %(n)s more", "%(items)s and %(n)s more", more) % {"items": named, "n": more}
        if more > 0
        else named
    )


register(
    EntryKind("commerce.order_placed", gettext_lazy("Order"), "trade", "receipt", sentence=said),
    EntryKind("commerce.order_cancelled", gettext_lazy("Order cancelled"), "trade", "ban", sentence=said),
    EntryKind("commerce.goods_returned", gettext_lazy("Return"), "trade", "return", sentence=said),
    EntryKind("commerce.payment_received", gettext_lazy("Payment"), "trade", "receipt", sentence=said),
    EntryKind("commerce.order_shipped", gettext_lazy("Shipment"), "trade", "truck", sentence=said),
    EntryKind("commerce.order_delivered", gettext_lazy("Delivery"), "trade", "truck", sentence=said),
)
