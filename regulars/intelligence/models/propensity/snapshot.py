"""What was known of each customer at the end of a day, and what came in the days after: one row a customer.

Every figure is a sum over facts up to the cut-off alone, so what has happened since cannot slip in; a test changes the
later facts and finds the same rows. Facts that the record learned late count from the day on which they happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from regulars.intelligence.warehouse.engine import Engine

FEATURES: Final = (
    "kind", "silence", "usual", "late", "tenure", "purchases", "recent", "year", "season", "basket", "basket_change",
    "pace_change", "returned_share", "complaint_open", "complaints", "contacts", "contact_silence", "known",
)  # fmt: skip
"""The columns that a model may use; days, counts, minor units of money and shares, NaN where it cannot be told."""

_PRIOR: Final = 1.0
_SNAPSHOT: Final = """
WITH bought AS (
    SELECT customer_id, count(*) AS purchases, min(day) AS first_day, max(day) AS last_day,
        count(*) FILTER (day > $cut - 90) AS recent, count(*) FILTER (day > $cut - 365) AS year,
        count(*) FILTER (day > $cut - 365 AND day <= $cut - 365 + $window)
            + count(*) FILTER (day > $cut - 730 AND day <= $cut - 730 + $window) AS season,
        avg(goods) AS basket, list_avg(arg_max(goods, day, 3)) AS last_baskets,
        list_min(arg_max(day, day, 4)) AS fourth_last_day, sum(goods) AS goods
    FROM purchase WHERE day <= $cut AND customer_id % $part = 0 GROUP BY customer_id
), came AS (
    SELECT customer_id, min(day) AS next_day FROM purchase WHERE day > $cut AND customer_id % $part = 0 GROUP BY customer_id
), sent_back AS (
    SELECT customer_id, -sum(goods) AS returned FROM returns WHERE day <= $cut AND currency = $currency GROUP BY customer_id
), complained AS (
    SELECT customer_id, count(*) FILTER (day > $cut - 365) AS complaints,
        count(*) FILTER (settled_day IS NULL OR settled_day > $cut) AS complaint_open
    FROM complaints WHERE day <= $cut GROUP BY customer_id
), touched AS (
    SELECT customer_id, min(day) AS first_contact, max(day) AS last_contact, count(*) FILTER (day > $cut - 90) AS contacts
    FROM contacts WHERE day <= $cut GROUP BY customer_id
), usual AS (SELECT median((last_day - first_day) / (purchases - 1)) AS usual FROM bought WHERE purchases > 2)
SELECT p.party_id AS customer_id, p.kind, coalesce(b.purchases, 0)::DOUBLE AS purchases,
    ($cut - b.last_day)::DOUBLE AS silence,
    CASE WHEN b.purchases > 2 THEN greatest((b.last_day - b.first_day) / (b.purchases - 1), 1) END::DOUBLE AS usual,
    CASE WHEN b.purchases > 2 THEN ($cut - b.last_day) / greatest((b.last_day - b.first_day) / (b.purchases - 1), 1) END::DOUBLE AS late,
    ($cut - b.first_day)::DOUBLE AS tenure, b.recent::DOUBLE AS recent, b.year::DOUBLE AS year, b.season::DOUBLE AS season,
    b.basket::DOUBLE AS basket,
    CASE WHEN b.purchases > 4 THEN b.last_baskets / nullif((b.goods - 3 * b.last_baskets) / (b.purchases - 3), 0) - 1 END::DOUBLE AS basket_change,
    CASE WHEN b.purchases > 5 THEN ((b.last_day - b.fourth_last_day) / 3.0)
        / nullif((b.fourth_last_day - b.first_day) / (b.purchases - 4), 0) - 1 END::DOUBLE AS pace_change,
    coalesce(least(r.returned / nullif(b.goods, 0), 2), 0)::DOUBLE AS returned_share,
    coalesce(c.complaint_open, 0)::DOUBLE AS complaint_open, coalesce(c.complaints, 0)::DOUBLE AS complaints,
    coalesce(t.contacts, 0)::DOUBLE AS contacts, ($cut - t.last_contact)::DOUBLE AS contact_silence,
    ($cut - least(t.first_contact, b.first_day))::DOUBLE AS known,
    coalesce(e.next_day - $cut, 1000000)::DOUBLE AS next_in, u.usual AS population_usual
FROM parties p CROSS JOIN usual u
LEFT JOIN bought b ON b.customer_id = p.party_id LEFT JOIN came e ON e.customer_id = p.party_id
LEFT JOIN sent_back r ON r.customer_id = p.party_id LEFT JOIN complained c ON c.customer_id = p.party_id
LEFT JOIN touched t ON t.customer_id = p.party_id
WHERE p.party_id % $part = 0 AND (b.customer_id IS NOT NULL OR (p.courted = 1 AND t.customer_id IS NOT NULL))
ORDER BY p.party_id
"""


@dataclass(frozen=True)
class Snapshot:
    """One row a customer known at the end of ``cut``.

    Attributes:
        ids: the customers, ascending.
        columns: ``FEATURES``.
        next_in: days from the cut-off to the next purchase; very many when none has come (yet).
        usual: usual interval in days, drawn towards that of all by one interval's worth of belief.
    """

    cut: int
    ids: Any
    columns: dict[str, Any]
    next_in: Any
    usual: Any

    def of(self, chosen: Any) -> Snapshot:
        """Only some of the customers."""
        kept = {name: values[chosen] for name, values in self.columns.items()}
        return Snapshot(self.cut, self.ids[chosen], kept, self.next_in[chosen], self.usual[chosen])


def taken(engine: Engine, cut: int, *, currency: str, window: int = 90, part: int = 1) -> Snapshot:
    """What was known at the end of ``cut``.

    Args:
        cut: day number.
        currency: of the returns that count; purchases are in it already.
        window: of how many days ``season`` tells what was bought in the years before.
        part: with 10, every tenth customer only (by number), to learn from a sample of a large house.
    """
    read = engine.execute(_SNAPSHOT, {"cut": cut, "currency": currency, "window": window, "part": part}).fetchnumpy()
    columns = {name: _plain(read[name]) for name in FEATURES}
    all_ = _plain(read["population_usual"])
    among = np.where(np.isnan(all_), 90.0, all_)
    gaps = np.where(np.isnan(columns["usual"]), 0.0, columns["purchases"] - 1)
    usual = (gaps * np.nan_to_num(columns["usual"]) + _PRIOR * among) / (gaps + _PRIOR)
    return Snapshot(cut, np.asarray(read["customer_id"]), columns, _plain(read["next_in"]), usual)


def _plain(values: Any) -> Any:
    if values.dtype.kind in "OU":
        return np.asarray(values, str)
    return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
