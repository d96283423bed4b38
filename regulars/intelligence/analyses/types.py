"""What kinds of customers are there, and what marks each?

Groups of like customers by how often, how regularly, how much and how broadly they buy. How many groups there are is
decided by whether they come out again on other customers; each keeps its number from night to night and is told in a
sentence. Beside it, how far each customer is transaction- or relationship-oriented, as a probability.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

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
    from regulars.intelligence.models.types.clusters import Clusters
    from regulars.intelligence.models.types.profiles import Trait

QUESTION = _("What kinds of customers are there, and what marks each?")
TITLE = _("Kinds of customers")
WHY = _("One letter to all suits nobody; four kinds that are really there can each be spoken to in their own way.")
FORMULA = _(
    "k-means on log orders a year, log basket, log interval, regularity, share sent back (standard units, ±3); k = the largest whose groups on "
    "two halves agree (adjusted Rand ≥ 0.75). Attributes: lift with interval, Fisher's test, false discovery rate 5 % (Benjamini–Hochberg). "
    "Orientation: two normal components, more relationship with more orders, regularity and tenure; two only if BIC says so."
)
SOURCE = (
    "Ben-Hur et al. 2002 (stability); Hubert & Arabie 1985; Benjamini & Hochberg 1995; Grönroos 1994 (relationship)"
)
READS = ("purchase", "customer", "parties", "orders")
MAKES = ("types",)
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.now"}
SAYS = {
    "types.too_few": _("Too few customers have bought at least three times (%(customers)s) to tell kinds."),
    "types.found": _("There are %(kinds)s kinds of customers; two halves of them, told apart each on its own, agree to %(stable_share)s."),
    "types.one": _("The customers are of one kind: no division of them comes out again on others."),
    "types.relation": _("About %(relation_share)s are relationship-oriented, the others buy from deal to deal."),
    "types.continuum": _("Transaction- and relationship-oriented customers are not two groups here: it is a continuum."),
    "types.sentence": _("The kind that brings most: %(customers)s customers (%(first_word)s, %(second_word)s)."),
    "types.told": _("What marks it"),
    "types.number": _("Kind"), "types.traits": _("What is more frequent than among the others"),
    "types.person": _("Person"), "types.organisation": _("Organisation"), "types.household": _("Household"),
    "types.size": _("Customers"),
    "types.money": _("Revenue a year"),
    "types.relation_mean": _("Relationship-oriented"),
    "types.attribute": _("Attribute"),
    "types.more_often": _("Times as frequent as among the others"),
    "types.see": _("Open the kind that brings most"),
    "types.often": _("buys often"), "types.seldom": _("buys seldom"),
    "types.much": _("large baskets"), "types.little": _("small baskets"),
    "types.regular": _("like clockwork"), "types.irregular": _("irregular"),
    "types.sends_back": _("sends back much"), "types.keeps": _("sends back little"),
    "types.long": _("with us for long"), "types.new": _("new"),
    "types.plain": _("otherwise like most"), "types.like_most": _("like most"),
}  # fmt: skip
_CLEARLY = 1.2
"""Times as frequent as among the others from which on an attribute marks a kind."""
_SIDES = {
    "pace": ("types.often", "types.seldom"), "basket": ("types.much", "types.little"),
    "regularity": ("types.regular", "types.irregular"), "returned": ("types.sends_back", "types.keeps"),
    "tenure": ("types.long", "types.new"),
}  # fmt: skip
_READ = """
WITH gaps AS (
    SELECT customer_id, day, goods, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM purchase
), own AS (
    SELECT customer_id, count(*) AS purchases, avg(gap) AS usual, stddev_samp(ln(greatest(gap, 1))) AS spread,
        avg(goods) AS basket, min(day) AS first_day, sum(goods) AS goods
    FROM gaps GROUP BY customer_id HAVING count(*) >= 3
), through AS (
    SELECT customer_id, channel FROM (
        SELECT customer_id, channel, count(*) AS orders FROM orders WHERE customer_id IS NOT NULL AND day <= $today GROUP BY ALL
    ) QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY orders DESC, channel) = 1
)
SELECT o.customer_id, ln(365.0 / greatest(o.usual, 1)) AS pace, ln(greatest(o.basket, 1)) AS basket,
    -coalesce(o.spread, 0)::DOUBLE AS regularity, least(-c.returned / nullif(o.goods, 0)::DOUBLE, 1) AS returned,
    ln(greatest($today - o.first_day, 1)) AS tenure, c.revenue_12m::DOUBLE AS revenue,
    c.kind, coalesce(p.city, '') AS city, coalesce(t.channel, '') AS channel
FROM own o JOIN customer c USING (customer_id) JOIN parties p ON p.party_id = o.customer_id LEFT JOIN through t USING (customer_id)
ORDER BY o.customer_id
"""


@dataclass(frozen=True)
class Params(base.Params):
    """``most`` kinds at most; fewer than ``fewest`` customers with three purchases are not enough."""

    most: int = 8
    fewest: int = 120
    ranges: ClassVar = {"most": Range(2, 12), "fewest": Range(60, 10_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """``kinds``: number, customers, revenue, codes that mark it, mean orientation; ``model`` is what keeps the numbers.

    ``members``: by number, the customers of each kind, who buys most first; left out of a slice, which asks those of all.
    ``marked``: by trait, those of a kind who have it.
    """

    customers: int = 0
    stability: float = 0.0
    relation_share: float | None = None
    currency: str = ""
    kinds: list[Json] = field(default_factory=list)
    traits: list[Json] = field(default_factory=list)
    model: Json = field(default_factory=dict)
    largest: tuple[int, ...] = ()
    marked: dict[str, tuple[int, ...]] = field(default_factory=dict, metadata=base.ASIDE)
    members: dict[int, tuple[int, ...]] = field(default_factory=dict, metadata=base.ASIDE)

    def headline(self) -> list[Saying]:
        """How many kinds there are, and how many are relationship-oriented."""
        if not self.enough:
            return [Saying("types.too_few", {"customers": self.customers})]
        kinds = len(self.kinds)
        said = [
            Saying("types.found", {"kinds": kinds, "stable_share": round(self.stability, 3)})
            if kinds > 1
            else Saying("types.one")
        ]
        said += [_sentence(one) for one in sorted(self.kinds, key=lambda one: -one["revenue"])[:1]] if kinds > 1 else []
        if self.relation_share is None:
            return [*said, Saying("types.continuum")]
        return [*said, Saying("types.relation", {"relation_share": round(self.relation_share, 3)})]

    def charts(self) -> list[Chart]:
        """Customers by kind."""
        customers = Series("customers", [one["customers"] for one in self.kinds], behind=self._behind())
        return [Chart("bars", [_marked(one) for one in self.kinds], "word", "types.number", (customers,))]

    def evidence(self) -> list[Evidence]:
        """Each kind, and the attributes that are surely more or less frequent in it."""
        if not self.enough:
            return []
        columns = (
            Column("types.number", "name"), Column("types.told", "word"), Column("types.size", "count"), Column("types.money", "money"),
            Column("types.relation_mean", "share"),
        )  # fmt: skip
        rows = [
            (_called(one["number"]), _marked(one), one["customers"], one["revenue"], one["relation"])
            for one in self.kinds
        ]
        found = [Evidence(columns, rows, self._behind(), currency=self.currency)]
        if self.traits:
            told = (
                Column("types.number", "name"), Column("types.told", "word"), Column("types.attribute", "word"),
                Column("customers", "count"), Column("types.more_often", "number"),
            )  # fmt: skip
            marks = {one["number"]: _marked(one) for one in self.kinds}
            lifts = [
                (
                    _called(one["number"]),
                    marks[one["number"]],
                    _attribute(one),
                    one["members"],
                    round(one["lift"], 1),
                )
                for one in self.traits
            ]
            marked = [Selection(ids=self.marked.get(_trait(one), ()), key=_trait(one)) for one in self.traits]
            found.append(Evidence(told, lifts, marked, title="types.traits"))
        return found

    def _behind(self) -> list[Selection]:
        """The customers of each kind."""
        numbers = [one["number"] for one in self.kinds]
        return [Selection(ids=self.members.get(number, ()), key=f"kind{number}") for number in numbers]

    def certainty(self) -> Certainty:
        """On how many customers it rests."""
        return Certainty(self.customers)

    def next_steps(self) -> list[Step]:
        """Open the kind that brings most."""
        return [Step(Saying("types.see"), Selection(ids=self.largest, key="largest"))] if self.largest else []


def _called(number: int) -> str:
    """A kind as readers count."""
    return str(number + 1)


def _attribute(trait: Json) -> str:
    """The code (or, of a city, the name) of what is frequent."""
    prefix = {"kind": "types.", "channel": "channel."}.get(trait["attribute"], "")
    return f"{prefix}{trait['value']}"


def _trait(trait: Json) -> str:
    """What those who have a trait are kept under."""
    return f"{trait['number']}-{trait['attribute']}-{trait['value']}".replace(".", "_")[:60]


def _marks(kind: Json) -> tuple[str, str]:
    """The two codes that tell a kind best."""
    marks: list[str] = [*kind["marks"], "types.plain", "types.plain"]
    return marks[0], marks[1]


def _marked(kind: Json) -> str:
    """What marks a kind, as words of one expression."""
    told = [code for code in kind["marks"] if code != "types.plain"]
    return base.AND.join(told[:2] or ["types.like_most"])


def _sentence(kind: Json) -> Saying:
    first, second = _marks(kind)
    return Saying("types.sentence", {"customers": kind["customers"], "first_word": first, "second_word": second})


def run(desk: Desk, params: Params | None = None) -> Result:
    """Find the kinds and make ``types``: customer_id, kind_number, relation (probability); numbers are kept from before."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.models.types.clusters import Clusters  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.models.types.mixture import TwoMixture  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    chosen = params or Params()
    read = desk.engine.execute(_READ, {"today": desk.horizon.today}).fetchnumpy()
    ids = read["customer_id"]
    if len(ids) < chosen.fewest:
        lay(desk.engine, "types", {"customer_id": ids[:0], "kind_number": ids[:0], "relation": np.empty(0)})
        return Result(enough=False, customers=len(ids))
    columns: Json = {name: np.ma.filled(np.ma.asarray(read[name], float), 0.0) for name in _SIDES}
    found = Clusters(chosen.most, before=desk.before.get("types", {}).get("model")).fit(columns)
    numbers = found.predict(columns)
    two = TwoMixture().fit({name: columns[name] for name in ("pace", "regularity", "tenure")})
    relation = two.predict({name: columns[name] for name in two.names_})
    lay(desk.engine, "types", {"customer_id": ids, "kind_number": numbers, "relation": relation})
    kinds = [
        _kind(found, number, numbers == number, read["revenue"], relation) for number in sorted(set(numbers.tolist()))
    ]
    traits = _traits(read, numbers) if found.k_ > 1 else []
    dearest = max(kinds, key=lambda one: (one["revenue"], -one["number"]))["number"]
    return Result(
        customers=len(ids),
        stability=found.stability_.get(found.k_, 0.0),
        relation_share=two.share_ if two.two_ else None,
        currency=desk.horizon.currency,
        kinds=kinds,
        traits=traits,
        model=found.as_dict(),
        largest=_members(ids, read["revenue"], numbers == dearest)[:200],
        marked={
            _trait(one): _members(
                ids, read["revenue"], (numbers == one["number"]) & (read[one["attribute"]] == one["value"])
            )
            for one in traits
        },
        members={number: _members(ids, read["revenue"], numbers == number) for number in np.unique(numbers).tolist()},
    )


def within(desk: Desk, whole: Result) -> Result:
    """Of some customers, how many are of each kind; the kinds stay those of all."""
    if not whole.enough:
        return whole
    rows = desk.engine.execute(
        """SELECT kind_number, count(*), coalesce(sum(revenue_12m), 0)::BIGINT, avg(relation),
                  list(customer_id ORDER BY revenue_12m DESC, customer_id)[:200]
           FROM types JOIN customer USING (customer_id) GROUP BY kind_number ORDER BY kind_number"""
    ).fetchall()
    customers = sum(row[1] for row in rows)
    if not customers:
        return Result(enough=False)
    marks = {one["number"]: one["marks"] for one in whole.kinds}
    kinds = [
        {"number": number, "customers": count, "revenue": revenue, "relation": round(relation, 3), "marks": marks[number]}
        for number, count, revenue, relation, _ids in rows
    ]  # fmt: skip
    related = sum(one["customers"] * one["relation"] for one in kinds) / customers
    return replace(
        whole,
        customers=customers,
        relation_share=None if whole.relation_share is None else related,
        kinds=kinds,
        traits=[],
        marked={},
        largest=tuple(max(rows, key=lambda row: (row[2], -row[0]))[4]),
        members={},
    )


def _members(ids: Any, revenue: Any, here: Any) -> tuple[int, ...]:
    """Who is of a kind, who buys most first."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    return tuple(ids[here][np.lexsort((ids[here], -revenue[here]))][: base.MOST_BEHIND].tolist())


def _kind(found: Clusters, number: int, members: Any, revenue: Any, relation: Any) -> Json:
    marks = [_SIDES[name][0 if far > 0 else 1] for name, far in found.marks().get(number, [])]
    return {
        "number": number,
        "customers": int(members.sum()),
        "revenue": round(float(revenue[members].sum())),
        "relation": round(float(relation[members].mean()), 3),
        "marks": marks or ["types.plain"],
    }


def _traits(read: Json, numbers: Any) -> list[Json]:
    """The surest attributes that are clearly more frequent in each kind."""
    from regulars.intelligence.models.types.profiles import profile  # noqa: PLC0415 -- heavy: only for whoever analyses

    told: list[Json] = []
    for number in sorted(set(numbers.tolist())):
        found: list[Trait] = profile({name: read[name] for name in ("kind", "city", "channel")}, numbers == number)
        told += [{"number": number, **vars(one)} for one in found if one.lift >= _CLEARLY][:5]
    return told
