"""How parties stand to one another on a day: org chart, group of companies, household, who brought whom, who buys through whom.

Each is read level by level in a number of queries that grows with the depth alone. Of parties whom the user may not see,
nothing but their place is returned: ``party`` is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from regulars.customers.models import Kind, Party, PartyRelation, RelationKind
from regulars.customers.queries.profile import visible_among

if TYPE_CHECKING:
    from regulars.staff.models import User

MOST_PEOPLE: Final = 400
MOST_SHOWN: Final = 60
DEEPEST: Final = 6
REFERRALS_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Trade:
    """What was bought: orders ever and in 12 months; money by currency, minor units."""

    orders: int = 0
    orders_12m: int = 0
    revenue: Counter[str] = field(default_factory=Counter)
    revenue_12m: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Trade) -> Trade:
        return Trade(
            self.orders + other.orders,
            self.orders_12m + other.orders_12m,
            self.revenue + other.revenue,
            self.revenue_12m + other.revenue_12m,
        )

    @property
    def money(self) -> list[tuple[str, int]]:
        """Revenue ever, by currency, most first."""
        return self.revenue.most_common()

    @property
    def money_12m(self) -> list[tuple[str, int]]:
        """Revenue of the last 12 months, by currency, most first."""
        return self.revenue_12m.most_common()


def trade_of(party: Party | None) -> Trade:
    """What a party bought, from its summary; nothing for one that may not be seen."""
    if party is None:
        return Trade()
    told = party.summary
    return Trade(
        told.orders, told.orders_12m, Counter({told.currency: told.revenue}), Counter({told.currency: told.revenue_12m})
    )


@dataclass(slots=True)
class Node:
    """Somebody in a tree; ``party`` is None where the user may not see them.

    ``titles`` are positions, ``relation`` is what leads here from the one above, ``whole`` what this one and all below
    bought, ``hidden`` how many below may not be seen.
    """

    pk: int
    party: Party | None
    relation: PartyRelation | None = None
    titles: list[PartyRelation] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)
    depth: int = 0
    whole: Trade = field(default_factory=Trade)
    hidden: int = 0
    more: bool = False

    @property
    def own(self) -> Trade:
        """What this one bought."""
        return trade_of(self.party)

    @property
    def former(self) -> bool:
        """Whether every position has ended."""
        return bool(self.titles) and all(one.valid_to is not None for one in self.titles)


def on_day(rows: QuerySet[PartyRelation], day: date) -> QuerySet[PartyRelation]:
    """Relations as they stood on ``day``: begun by then (or nobody knows when) and not ended by then."""
    return rows.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day))


def _live(rows: QuerySet[PartyRelation], side: str) -> QuerySet[PartyRelation]:
    return rows.filter(**{f"{side}__trashed_at": None, f"{side}__merged_into": None}).select_related(f"{side}__summary")


@dataclass(frozen=True, slots=True)
class OrgChart:
    """The people of a company: a tree of who reports to whom, those who left, and whether some were left out."""

    top: list[Node]
    former: list[Node]
    people: int
    hidden: int
    more: bool

    def everybody(self) -> list[Node]:
        """All nodes, from the top down, each with its own below it."""
        found, waiting = [], list(reversed(self.top))
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting += reversed(node.below)
        return found


def org_chart(company: Party, user: User | Any, day: date, *, former: bool = False) -> OrgChart:
    """Who worked at ``company`` on ``day``, each below whom they reported to. Four queries at most."""
    jobs = PartyRelation.objects.filter(other=company, kind=RelationKind.EMPLOYED_BY)
    order = ("party__fold", "party_id", "pk")
    found = list(_live(on_day(jobs, day), "party").order_by(*order)[: MOST_PEOPLE + 1])
    left = (
        list(_live(jobs.filter(valid_to__lte=day), "party").order_by("-valid_to", *order)[:MOST_SHOWN])
        if former
        else []
    )
    seen = visible_among(user, {job.party_id for job in (*found, *left)})
    people = _nodes(found[:MOST_PEOPLE], seen)
    gone = _nodes([job for job in left if job.party_id not in people], seen)
    lines = on_day(PartyRelation.objects.filter(party__in=people, other__in=people, kind=RelationKind.REPORTS_TO), day)
    above = {line.party_id: line for line in lines.order_by("pk")}
    return OrgChart(
        top=_hang(people, above),
        former=list(gone.values()),
        people=len(people),
        hidden=sum(node.party is None for node in people.values()),
        more=len(found) > MOST_PEOPLE,
    )


def _nodes(jobs: Iterable[PartyRelation], seen: set[int]) -> dict[int, Node]:
    nodes: dict[int, Node] = {}
    for job in jobs:
        party = job.party if job.party_id in seen else None
        nodes.setdefault(job.party_id, Node(job.party_id, party)).titles.append(job)
    return nodes


def _hang(people: dict[int, Node], above: dict[int, PartyRelation]) -> list[Node]:
    """Hang everybody below their superior; whoever stands in a circle (brought by an import) stands at the top."""
    top = []
    for pk, node in people.items():
        line = above.get(pk)
        node.relation = line
        if line is None or _circles(pk, above):
            top.append(node)
        else:
            people[line.other_id].below.append(node)
    waiting = [(node, 0) for node in top]
    while waiting:
        node, node.depth = waiting[-1]
        waiting.pop()
        waiting += [(one, node.depth + 1) for one in node.below]
    return sorted(top, key=lambda node: not node.below)


def _circles(pk: int, above: dict[int, PartyRelation]) -> bool:
    seen, at = {pk}, above[pk].other_id
    while at in above and at not in seen:
        seen.add(at)
        at = above[at].other_id
    return at == pk


def tree_below(root: Party, kind: str, user: User | Any, day: date, *, deepest: int = DEEPEST) -> Node:
    """Who stands below ``root`` by ``kind`` (subsidiaries, those it brought), level by level. Two queries a level.

    Sums run over whom the user may see.
    """
    top = Node(root.pk, root)
    known, level = {root.pk: top}, {root.pk: top}
    for depth in range(1, deepest + 1):
        rows = on_day(PartyRelation.objects.filter(other__in=level, kind=kind), day)
        found = list(_live(rows, "party").order_by("party__fold", "pk")[: MOST_PEOPLE - len(known) + 1])
        new = [one for one in found if one.party_id not in known]
        seen = visible_among(user, {one.party_id for one in new})
        following: dict[int, Node] = {}
        for one in new:
            if one.party_id in known:
                continue
            node = Node(one.party_id, one.party if one.party_id in seen else None, one, depth=depth)
            level[one.other_id].below.append(node)
            known[one.party_id] = following[one.party_id] = node
        if len(known) >= MOST_PEOPLE or (depth == deepest and following):
            top.more = True
        level = following
        if not level or len(known) >= MOST_PEOPLE:
            break
    _sum_up(top)
    return top


def _sum_up(node: Node) -> None:
    """Sums from the leaves up; trees are at most ``DEEPEST`` levels deep."""
    node.whole = node.own
    for one in node.below:
        _sum_up(one)
        node.whole = node.whole + one.whole
        node.hidden += one.hidden + (one.party is None)


def chain_above(party: Party, kind: str, user: User | Any, day: date, *, deepest: int = DEEPEST) -> list[Node]:
    """Who stands above ``party`` by ``kind``, the nearest first; the chain stops at the first who may not be seen."""
    chain: list[Node] = []
    at, known = party.pk, {party.pk}
    for depth in range(1, deepest + 1):
        rows = on_day(PartyRelation.objects.filter(party=at, kind=kind), day)
        one = _live(rows, "other").order_by("pk").first()
        if one is None or one.other_id in known:
            break
        seen = bool(visible_among(user, [one.other_id]))
        chain.append(Node(one.other_id, one.other if seen else None, one, depth=depth))
        known.add(one.other_id)
        at = one.other_id
        if not seen:
            break
    return chain


@dataclass(frozen=True, slots=True)
class Group:
    """Those that stand directly to a party in one relation, with what they bought; the sums are over all of them."""

    kind: str
    nodes: list[Node]
    former: list[Node]
    count: int
    hidden: int
    whole: Trade

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(self.count - len(self.nodes) - self.hidden, 0) if len(self.nodes) >= MOST_SHOWN else 0


def group_of(party: Party, kind: str, user: User | Any, day: date, *, former: bool = False, up: bool = False) -> Group:
    """Who stands to ``party`` by ``kind`` (members, those who buy through it), or with ``up`` to whom it stands. Five queries at most."""
    side, here = ("other", "party") if up else ("party", "other")
    rows = PartyRelation.objects.filter(**{here: party, "kind": kind})
    current = _live(on_day(rows, day), side)
    found = list(current.order_by(f"-{side}__summary__revenue_12m", "pk")[: MOST_SHOWN * 2])
    left = list(_live(rows.filter(valid_to__lte=day), side).order_by("-valid_to", "pk")[:MOST_SHOWN]) if former else []
    seen = visible_among(user, {getattr(one, f"{side}_id") for one in (*found, *left)})
    nodes, gone = _around(found, side, seen), _around(left, side, seen)
    if len(found) < MOST_SHOWN * 2:
        whole = sum((node.own for node in nodes), Trade())
        return Group(kind, nodes[:MOST_SHOWN], gone, len(nodes), sum(node.party is None for node in nodes), whole)
    visible = Party.objects.visible_to(user).live().filter(pk__in=current.values(f"{side}_id"))
    counted = visible.order_by().values("summary__currency").annotate(
        n=Count("pk"), orders=Sum("summary__orders"), recent=Sum("summary__orders_12m"),
        money=Sum("summary__revenue"), money_12m=Sum("summary__revenue_12m"),
    )  # fmt: skip
    whole, count = Trade(), 0
    for one in counted:
        key = one["summary__currency"]
        whole += Trade(one["orders"], one["recent"], Counter({key: one["money"]}), Counter({key: one["money_12m"]}))
        count += one["n"]
    total = current.order_by().values(f"{side}_id").distinct().count()
    return Group(kind, [node for node in nodes if node.party][:MOST_SHOWN], gone, total, total - count, whole)


def _around(rows: Iterable[PartyRelation], side: str, seen: set[int]) -> list[Node]:
    nodes: dict[int, Node] = {}
    for one in rows:
        pk = getattr(one, f"{side}_id")
        node = nodes.setdefault(pk, Node(pk, getattr(one, side) if pk in seen else None, one))
        node.titles.append(one)
    return list(nodes.values())


def works_at(company: Party) -> QuerySet[PartyRelation]:
    """The positions held at ``company`` now."""
    return PartyRelation.objects.current().filter(other=company, kind=RelationKind.EMPLOYED_BY, party__kind=Kind.PERSON)
