"""What is bought together?

Rules "who buys X also buys Y" over all orders, ranked by the lower end of the interval of the lift, so that a coincidence
never stands above a habit. Seen in fewer than 20 orders, a rule is not shown. Variants of one thing (colours, sizes) and
lines that are no goods (postage, fees) are left out: they are bought together because they are sold together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import (
    Certainty,
    Chart,
    Column,
    Evidence,
    Json,
    Range,
    Saying,
    Selection,
    Series,
    Step,
    _,
)
from regulars.intelligence.analyses.desk import Desk

if TYPE_CHECKING:
    from regulars.intelligence.models.patterns.baskets import Baskets
    from regulars.intelligence.models.patterns.rules import Rules

QUESTION = _("What is bought together?")
TITLE = _("Basket")
WHY = _(
    "The second thing in a basket costs nothing to win: whoever offers it beside the first earns on customers already won."
)
FORMULA = _(
    "Over orders with at least one product: confidence(X → Y) = orders with X and Y / orders with X; lift = confidence / share of all "
    "orders with Y. Ranked by the lower end of the 95 % interval of the lift (delta method on its logarithm), at least 20 orders with "
    "both. Every frequent set is counted exactly; sides have at most two items and one."
)
SOURCE = "Agrawal, Imieliński & Swami, SIGMOD 1993; Uno et al., LCM, FIMI 2004; Brin et al., SIGMOD 1997 (lift)"
READS = ("lines", "products")
MAKES = ()
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("period", "class", "channel", "territory")
UNSLICED = {"product_group": "slice.is_group"}
SAYS = {
    "basket.too_few": _("Too few orders of two products or more to tell (%(orders)s)."),
    "basket.none": _("In %(orders)s orders no two things are bought together %(least)s times or more, and oftener than by chance."),
    "basket.best": _("Of those who order %(bought_name)s, %(share_share)s order %(also_name)s too: %(lift)s times as many as of all (at least %(low)s)."),
    "basket.rules": _("%(rules)s such rules stand on %(least)s orders or more."),
    "basket.bought": _("Who orders"), "basket.also": _("also orders"), "basket.both": _("Orders with both"),
    "basket.customers": _("Customers with such an order"),
    "basket.only": _("Have only the first, 500 at most"),
    "basket.confidence": _("Of those who order it"), "basket.lift": _("Times as often"), "basket.lift_low": _("At least"),
    "basket.offer": _("Offer %(also_name)s to those who have only %(bought_name)s"),
}  # fmt: skip
SHOWN: Final = 40
CHARTED: Final = 10
OFFERED: Final = 3
_MOST: Final = 500
_NO_GOODS: Final = re.compile(
    r"postage|carriage|freight|shipping|bank charge|adjust|manual|discount|commission|運費|手續費|折扣|郵資",
    re.IGNORECASE,
)
_LOOKS: Final = re.compile(
    r"\b(?:red|blue|green|pink|white|black|ivory|cream|yellow|orange|purple|lilac|brown|grey|gray|gold|silver|turquoise|small|medium|"
    r"large|mini|xs|s|m|l|xl|xxl|\d+(?:cm|mm|ml|g|kg|吋))\b|[紅藍綠粉白黑黃橙紫棕灰金銀]色",
    re.IGNORECASE,
)  # fmt: skip
_VARIANT: Final = re.compile(r"^(\d{4,})[A-Za-z]{1,2}$")


@dataclass(frozen=True)
class Params(base.Params):
    """``least``: orders with both, below which a rule is not shown; ``fewest``: orders of two products below which nothing is."""

    least: int = 20
    fewest: int = 100
    ranges: ClassVar = {"least": Range(20, 10_000), "fewest": Range(20, 100_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """``rules``, the surest first: bought and also (names), both (orders), customers (with such an order), share, lift, low, and
    the customers to offer it to; ``least``: in so many orders each was seen at least.
    """

    orders: int = 0
    least: int = 20
    found: int = 0
    rules: list[Json] = field(default_factory=list)

    def headline(self) -> list[Saying]:
        """The surest rule, and how many there are."""
        if not self.enough:
            return [Saying("basket.too_few", {"orders": self.orders})]
        if not self.rules:
            return [Saying("basket.none", {"orders": self.orders, "least": self.least})]
        best = self.rules[0]
        figures = {"share_share": best["share"], "lift": _times(best["lift"]), "low": _times(best["low"])}
        return [
            Saying("basket.best", {"bought_name": best["bought"], "also_name": best["also"], **figures}),
            Saying("basket.rules", {"rules": self.found, "least": self.least}),
        ]

    def charts(self) -> list[Chart]:
        """How much more often than chance, at least."""
        rules = self.rules[:CHARTED]
        if not rules:
            return []
        names = [f"{one['bought']} → {one['also']}" for one in rules]
        low = Series("basket.lift_low", [round(one["low"], 2) for one in rules], behind=[_behind(one) for one in rules])
        lift = Series("basket.lift", [round(one["lift"], 2) for one in rules], quiet=True)
        return [Chart("bars", names, "name", "", (low, lift), "number", "basket.lift")]

    def evidence(self) -> list[Evidence]:
        """The rules."""
        columns = (
            Column("basket.bought", "name"), Column("basket.also", "name"), Column("basket.both", "count"),
            Column("basket.customers", "count"), Column("basket.confidence", "share"), Column("basket.lift", "number"), Column("basket.lift_low", "number"),
            Column("basket.only", "count"),
        )  # fmt: skip
        rows = [
            (
                one["bought"],
                one["also"],
                one["both"],
                one["customers"],
                round(one["share"], 3),
                round(one["lift"], 1),
                round(one["low"], 1),
                len(one["only"]) or None,
            )
            for one in self.rules
        ]
        behind = [
            {"basket.customers": _with(one)} | ({"basket.only": who} if (who := _behind(one)) else {})
            for one in self.rules
        ]
        return [Evidence(columns, rows, behind)] if rows else []

    def certainty(self) -> Certainty | None:
        """The interval of the surest lift."""
        if not self.rules:
            return Certainty(self.orders)
        best = self.rules[0]
        high = best["lift"] ** 2 / best["low"]
        return Certainty(self.orders, "basket.lift", "number", best["lift"], best["low"], high)

    def next_steps(self) -> list[Step]:
        """Offer the second thing to those who have the first alone."""
        return [
            Step(
                Saying("basket.offer", {"bought_name": one["bought"], "also_name": one["also"]}),
                _behind(one) or Selection(),
            )
            for one in self.rules[:OFFERED]
            if one["only"]
        ]


def _times(lift: float) -> float:
    """How many times, as one says it: from ten on whole."""
    return round(lift) if lift >= 10 else round(lift, 1)


def _with(rule: Json) -> Selection:
    """The customers who have bought all of it in one order."""
    left, right = rule["products"]
    return Selection({"together": ",".join(map(str, [*left, right])), "sort": "-revenue"})


def _behind(rule: Json) -> Selection | None:
    """The customers who have the first thing and not the second, the latest buyers first."""
    return Selection(ids=tuple(rule["only"]), key=rule["key"]) if rule["only"] else None


def run(desk: Desk, params: Params | None = None) -> Result:
    """Mine the orders up to today."""
    from regulars.intelligence.models import association_rules, frequent_itemsets  # noqa: PLC0415 -- heavy: only for whoever analyses

    chosen, today = params or Params(), desk.horizon.today
    names, families = _products(desk)
    baskets = _baskets(desk, families, today)
    mixed = int((baskets.offsets[1:] - baskets.offsets[:-1] > 1).sum()) if len(baskets) else 0
    if mixed < chosen.fewest:
        return Result(enough=False, orders=mixed)
    least = max(chosen.least, len(baskets) // 20_000)
    rules = association_rules(frequent_itemsets(baskets, least, max_length=3), min_count=least, min_lift_low=1.0)
    best = _unlike(rules, families)
    shown = best[:SHOWN]
    buyers = _buyers(desk, shown)
    told = [_told(desk, rule, names, number, buyers.get(number, 0)) for number, rule in enumerate(shown, 1)]
    return Result(orders=len(baskets), least=least, found=len(best), rules=told)


def _products(desk: Desk) -> tuple[dict[int, str], dict[int, str]]:
    """Names by product, and the family of each: variants of one thing share it. Lines that are no goods have none."""
    rows = desk.engine.execute("SELECT product_id, code, name FROM products ORDER BY product_id").fetchall()
    names = {product: name or code for product, code, name in rows}
    return names, {product: family(code, name) for product, code, name in rows if not _NO_GOODS.search(name or "")}


def family(code: str, name: str) -> str:
    """What variants of one product have in common: the digits of a code that ends in letters, else the name without looks."""
    variant = _VARIANT.match(code or "")
    bare = " ".join(_LOOKS.sub(" ", name or "").lower().split())
    return variant[1] if variant else bare or code


def _baskets(desk: Desk, goods: Iterable[int], today: int) -> Baskets:
    """Orders with the goods in them; the lines of an order lie beside each other."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.models.patterns.baskets import Baskets  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    labels = sorted(goods)
    lay(
        desk.engine,
        "basket_item",
        {"product_id": np.array(labels, np.int64), "item": np.arange(len(labels), dtype=np.int32)},
    )
    read = desk.engine.execute(
        "SELECT order_id, item FROM lines JOIN basket_item USING (product_id) WHERE day <= ?", [today]
    ).fetchnumpy()
    return Baskets.from_lines(read["order_id"], read["item"], labels)


def _unlike(rules: Rules, families: dict[int, str]) -> list[Any]:
    """Rules between different things: each set once, as the rule that holds more often, and more conditions only where surer."""
    best: list[Any] = []
    sides: dict[Any, list[frozenset[Any]]] = {}
    whole: dict[frozenset[Any], int] = {}
    for rule in rules:
        kinds = {families[one] for one in (*rule.antecedent, rule.consequent)}
        left = frozenset(rule.antecedent)
        known = sides.setdefault(rule.consequent, [])
        if len(kinds) <= len(left) or any(one <= left for one in known):
            continue
        known.append(left)
        at = whole.setdefault(left | {rule.consequent}, len(best))
        if at == len(best):
            best.append(rule)
        elif rule.confidence > best[at].confidence:
            best[at] = rule
    return best


def _buyers(desk: Desk, rules: Sequence[Any]) -> dict[int, int]:
    """By place of a rule, counted from 1: how many customers have an order with all of it."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    wanted = [
        (number, product, len(rule.antecedent) + 1)
        for number, rule in enumerate(rules, 1)
        for product in (*rule.antecedent, rule.consequent)
    ]
    columns = np.array(wanted, np.int64).reshape(-1, 3).T
    lay(desk.engine, "rule_item", dict(zip(("rule", "product_id", "size"), columns, strict=True)))
    rows = desk.engine.execute(
        """SELECT rule, count(DISTINCT customer_id) FROM (
               SELECT rule, customer_id FROM lines JOIN rule_item USING (product_id)
               WHERE customer_id IS NOT NULL AND day <= $today
               GROUP BY rule, size, order_id, customer_id HAVING count(DISTINCT product_id) = size)
           GROUP BY rule""",
        {"today": desk.horizon.today},
    ).fetchall()
    return dict(rows)


def _told(desk: Desk, rule: Any, names: dict[int, str], number: int, customers: int) -> Json:
    left: Sequence[int] = rule.antecedent
    only = _without(desk, left, rule.consequent) if number <= CHARTED else []
    return {
        "bought": " + ".join(names[one] for one in left), "also": names[rule.consequent], "both": rule.count, "customers": customers,
        "share": rule.confidence, "lift": rule.lift, "low": rule.lift_low, "key": f"rule{number}",
        "products": [[int(one) for one in left], int(rule.consequent)], "only": only,
    }  # fmt: skip


def _without(desk: Desk, left: Sequence[int], right: int) -> list[int]:
    """Who has bought everything on the left and never what is on the right, the latest first."""
    rows = desk.engine.execute(
        """SELECT customer_id FROM lines WHERE customer_id IS NOT NULL AND day <= $today
              AND (list_contains($left, product_id) OR product_id = $right)
           GROUP BY customer_id
           HAVING count(DISTINCT product_id) FILTER (list_contains($left, product_id)) = $size AND count(*) FILTER (product_id = $right) = 0
           ORDER BY max(day) FILTER (list_contains($left, product_id)) DESC, customer_id LIMIT $most""",
        {
            "today": desk.horizon.today,
            "left": [int(one) for one in left],
            "size": len(left),
            "right": int(right),
            "most": _MOST,
        },
    ).fetchall()
    return [int(customer) for (customer,) in rows]
