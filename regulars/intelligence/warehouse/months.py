"""The shared table of months: what each customer ordered in each calendar month of the company's zone."""

from __future__ import annotations

from regulars.intelligence.days import to_date
from regulars.intelligence.warehouse.engine import Engine
from regulars.intelligence.warehouse.ledger import Horizon


def lay(engine: Engine, horizon: Horizon) -> None:
    """Make ``monthly`` unless it is there: customer_id, month (since January 1970), orders, revenue (of the main currency)."""
    engine.execute(
        """CREATE TEMP TABLE IF NOT EXISTS monthly AS
           SELECT o.customer_id, month_of(o.day::INT)::INT AS month, count(*)::INT AS orders,
                  coalesce(sum(o.amount) FILTER (o.currency = $currency), 0)::BIGINT AS revenue
           FROM orders o JOIN parties p ON p.party_id = o.customer_id WHERE o.day <= $today GROUP BY ALL""",
        {"currency": horizon.currency, "today": horizon.today},
    )


def month_number(day: int) -> int:
    """The month of a day number, as ``monthly`` counts them."""
    on = to_date(day)
    return 12 * (on.year - 1970) + on.month - 1
