"""What is more than a re-pointing: contact points, roles, possible duplicates and the summary of two parties become one."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q

from regulars.customers.merging.moves import Mover
from regulars.customers.models import (
    ContactPoint,
    CustomerSummary,
    DuplicatePair,
    Merge,
    MergeMove,
    PairVerdict,
    PartyRole,
    Pressure,
)

ADDED_UP: Final = ("orders_12m", "revenue_12m", "revenue_prior_12m", "margin_12m", "at_stake")
"""Scores of the last refresh that are sums: they add up; the others wait for the next refresh."""
_KEPT: Final = {"party", "currency"}
_FACTS: Final = {
    "orders", "returns", "revenue", "margin", "first_order_at", "last_order_at", "last_contact_at", "last_contact_channel",
    "next_activity_at", "open_tasks", "open_promises", "open_complaints",
}  # fmt: skip
_SCORES: Final = [
    one.name for one in CustomerSummary._meta.concrete_fields if one.name not in {*_KEPT, *_FACTS, *ADDED_UP}
]


def contact_points(mover: Mover) -> None:
    """The union. What both have stays with the loser; the winner's learns from it. One is preferred of each kind."""
    held = list(ContactPoint.objects.filter(party=mover.winner))
    known = {(one.kind, one.normalised): one for one in held}
    preferred = {one.kind for one in held if one.preferred}
    twins: set[int] = set()
    for one in ContactPoint.objects.filter(party=mover.loser).order_by("pk"):
        twin = known.get((one.kind, one.normalised))
        first = one.preferred and one.kind not in preferred
        if twin is None:
            mover.change(one, party=mover.winner, preferred=first)
            mover.counts["customers.contactpoint"] += 1
        else:
            twins.add(one.pk)
            _learn(mover, twin, one, first=first)
        if first:
            preferred.add(one.kind)
    mover.set_aside(ContactPoint, twins)


def pressure(mover: Mover) -> None:
    """What both got on a day is added up at the winner, so that the limits hold for the one customer they are."""
    held = {(one.day, one.channel): one for one in Pressure.objects.filter(party=mover.winner)}
    twins: set[int] = set()
    told = MergeMove.objects.filter(merge=mover.merge, table=Pressure._meta.label_lower)
    known = set(told.values_list("object_id", flat=True))
    for one in Pressure.objects.filter(party=mover.loser).exclude(pk__in=known).order_by("pk"):
        twin = held.get((one.day, one.channel))
        if twin is None:
            mover.change(one, party=mover.winner)
        else:
            mover.change(twin, n=twin.n + one.n)
            twins.add(one.pk)
    mover.set_aside(Pressure, twins)


def _learn(mover: Mover, twin: ContactPoint, one: ContactPoint, *, first: bool) -> None:
    """An address that was given again after it had ended is valid again; a check and a label count for both."""
    told: dict[str, Any] = {}
    if twin.ended_at is not None and one.ended_at is None and one.created_at > twin.ended_at:
        told["ended_at"] = None
    if twin.verified_at is None and one.verified_at is not None:
        told["verified_at"] = one.verified_at
    if not twin.label and one.label:
        told["label"] = one.label
    if first and (twin.ended_at is None or "ended_at" in told):
        told["preferred"] = True
    if told:
        mover.change(twin, **told)


def roles(mover: Mover) -> None:
    """A role that both play at present began when the first of them began; the others move."""
    running = {one.role: one for one in PartyRole.objects.filter(party=mover.winner, valid_to=None)}
    twins: set[int] = set()
    for one in PartyRole.objects.filter(party=mover.loser).order_by("pk"):
        twin = running.get(one.role) if one.valid_to is None else None
        if twin is None:
            mover.change(one, party=mover.winner)
            continue
        twins.add(one.pk)
        if one.valid_from < twin.valid_from:
            mover.change(twin, valid_from=one.valid_from)
    mover.set_aside(PartyRole, twins)


def pairs(mover: Mover) -> None:
    """Open questions about the loser become questions about the winner; who is different from one is so from both."""
    mine = DuplicatePair.objects.filter(Q(left=mover.loser) | Q(right=mover.loser))
    known = {_other(one, mover.winner): one for one in _of(mover.winner)}
    for one in mine.order_by("pk"):
        other = _other(one, mover.loser)
        if other == mover.winner:
            _answer(mover, one, PairVerdict.SAME)
        elif (twin := known.get(other)) is None:
            _repoint(mover, one, other)
        elif one.verdict == PairVerdict.DIFFERENT and not twin.verdict:
            _answer(mover, twin, PairVerdict.DIFFERENT)


def _of(party: int) -> list[DuplicatePair]:
    return list(DuplicatePair.objects.filter(Q(left=party) | Q(right=party)))


def _other(pair: DuplicatePair, party: int) -> int:
    return pair.right_id if pair.left_id == party else pair.left_id


def _answer(mover: Mover, pair: DuplicatePair, verdict: str) -> None:
    if pair.verdict != verdict:
        mover.change(pair, verdict=verdict, decided_at=mover.merge.made_at, decided_by=mover.merge.made_by_id)


def _repoint(mover: Mover, pair: DuplicatePair, other: int) -> None:
    left, right = sorted((mover.winner, other))
    turned = (pair.left_id == other) != (left == other)
    evidence = [_turn(one) for one in pair.evidence] if turned else pair.evidence
    mover.change(pair, left=left, right=right, evidence=evidence)


def _turn(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "left": told.get("right"), "right": told.get("left")}


def restore_pair(merge: Merge, move: MergeMove) -> None:
    """Give a pair its two ends and its verdict back, unless it was judged anew since or the same pair was found again."""
    pair = DuplicatePair.objects.filter(pk=move.object_id).first()
    if pair is None or any(_plain(pair, name) != value for name, value in move.after.items()):
        return
    left, right = move.before.get("left", pair.left_id), move.before.get("right", pair.right_id)
    if DuplicatePair.objects.filter(left=left, right=right).exclude(pk=pair.pk).exists():
        return
    DuplicatePair.objects.filter(pk=pair.pk).update(**move.before)


def _plain(row: Any, name: str) -> Any:
    value = row._meta.get_field(name).value_from_object(row)
    return value.isoformat() if hasattr(value, "isoformat") else value


def summary(mover: Mover) -> None:
    """The winner's sums of twelve months include the loser's; the loser's row is emptied and kept for later.

    A winner that never bought takes over what the last refresh said of the loser.
    """
    winner = CustomerSummary.objects.filter(party=mover.winner).first()
    loser = CustomerSummary.objects.filter(party=mover.loser).first()
    if loser is None or winner is None or _is_empty(loser):
        return
    told: dict[str, Any] = {}
    if loser.orders and not winner.orders:
        told = {name: getattr(loser, name) for name in _SCORES}
    elif winner.as_of is not None and winner.currency == loser.currency:
        told = {name: getattr(winner, name) for name in ("as_of", "stage")}
    if told:
        told |= {name: _sum(getattr(winner, name), getattr(loser, name)) for name in ADDED_UP}
        mover.change(winner, **told)
    mover.change(loser, **_empty())


def _sum(one: int | None, two: int | None) -> int | None:
    return one if two is None else two if one is None else one + two


def _empty() -> dict[str, Any]:
    fields = [one for one in CustomerSummary._meta.concrete_fields if one.name not in _KEPT]
    return {one.name: one.get_default() for one in fields}


def _is_empty(row: CustomerSummary) -> bool:
    return all(getattr(row, name) == value for name, value in _empty().items())


def restore_summary(merge: Merge, move: MergeMove) -> None:
    """The loser's row comes back; from the winner's sums the loser's share is taken, unless a refresh has done so."""
    row = CustomerSummary.objects.filter(pk=move.object_id)
    if move.object_id == merge.loser_id:
        fields = {name: CustomerSummary._meta.get_field(name) for name in move.before}
        row.update(**{name: _understood(fields[name], value) for name, value in move.before.items()})
        return
    now = row.first()
    if now is None or _plain(now, "as_of") != move.after["as_of"]:
        return
    told: dict[str, Any] = {}
    for name, before in move.before.items():
        if name in ADDED_UP:
            told[name] = _without(getattr(now, name), before, move.after[name])
        elif _plain(now, name) == move.after[name]:
            told[name] = _understood(CustomerSummary._meta.get_field(name), before)
    row.update(**told)
    _pass_on(merge, move)


def _pass_on(merge: Merge, move: MergeMove) -> None:
    """Merges that came later and still stand began from what this one made: they shall begin from what was before it."""
    later = MergeMove.objects.filter(
        table=move.table, object_id=move.object_id, merge__undone_at=None, merge__pk__gt=merge.pk
    )
    for one in later:
        for side in (one.before, one.after):
            side |= {
                name: value
                for name, value in move.before.items()
                if name not in ADDED_UP and side.get(name) == move.after[name]
            }
        one.save(update_fields=["before", "after"])


def _without(now: int | None, before: int | None, after: int | None) -> int | None:
    if before is None and now == after:
        return None
    return None if now is None else now - ((after or 0) - (before or 0))


def _understood(field: Any, value: Any) -> Any:
    return value if field.get_internal_type() == "JSONField" else field.to_python(value)
