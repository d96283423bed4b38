"""Every way trade is written: orders and returns by other systems, and the sums that follow from them."""

from regulars.commerce.actions.orders import Line, cancel_order, place_order, record_return
from regulars.commerce.actions.summaries import rebuild_trade

__all__ = ["Line", "cancel_order", "place_order", "rebuild_trade", "record_return"]
