"""Moving what hangs on a party, in sets, with every row written down; and moving it back."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, F, Max, Model, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from regulars.customers.merging.registry import Holding, How, holding, holdings, restorer
from regulars.customers.models import ContactPoint, Merge, MergeMove, Party
from regulars.kit import clock

SET_ASIDE: Final = "set aside"
_CHUNK: Final = 900


class Mover:
    """Carries out one merge: moves rows from its loser to its winner and logs each. Runs inside a transaction.

    Running it again moves what has come to hang on the loser since, and what was set aside for a reason that has gone.
    """

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        self.winner: int = merge.winner_id
        self.loser: int = merge.loser_id
        self.counts: Counter[str] = Counter(merge.counts)

    def carry_over(self) -> None:
        """Move everything that is declared."""
        for one in holdings():
            if one.how is How.MOVE:
                self.repoint(one, rows_of(one, self.loser))
            elif one.how is How.UNLESS_SAME:
                self._unless_same(one)
            elif one.how is How.COMBINE and one.carry is not None:
                one.carry(self)
        self.merge.counts = dict(self.counts)
        Merge.objects.filter(pk=self.merge.pk).update(counts=self.merge.counts)

    def repoint(self, one: Holding, rows: QuerySet[Any]) -> int:
        """Have ``rows`` of the loser refer to the winner. Three statements, however many rows.

        Both parties are locked, so no row comes between the statements.
        """
        moved = list(rows.order_by("pk").values_list("pk", flat=True))
        if moved:
            MergeMove.objects.create(
                merge=self.merge,
                table=one.table,
                object_id=moved[0],
                object_ids=moved,
                before={one.column: self.loser},
                after={one.column: self.winner},
            )
            rows.order_by().update(**{one.column: self.winner})
            self.counts[one.table] += len(moved)
        return len(moved)

    def _unless_same(self, one: Holding) -> None:
        mine = rows_of(one, self.loser)
        if not mine.exists():
            return
        twin = rows_of(one, self.winner).filter(one.among, **{name: OuterRef(name) for name in one.same})
        twins = set(mine.filter(one.among).filter(Exists(twin)).values_list("pk", flat=True))
        if others := [name for name in one.same if name in {"other", "party"}]:
            twins |= set(mine.filter(**dict.fromkeys(others, self.winner)).values_list("pk", flat=True))
        self.repoint(one, mine.exclude(pk__in=twins) if twins else mine)
        self.set_aside(one.model, twins)

    def set_aside(self, model: type[Model], ids: set[int]) -> None:
        """Remember rows that stay with the loser because the winner has the same."""
        table = model._meta.label_lower
        logged = MergeMove.objects.filter(merge=self.merge, table=table, object_id__in=ids)
        new = ids - set(logged.values_list("object_id", flat=True))
        same = {SET_ASIDE: self.loser}
        MergeMove.objects.bulk_create(
            MergeMove(merge=self.merge, table=table, object_id=pk, before=same, after=same) for pk in sorted(new)
        )
        if new:
            self.counts[f"{table} {SET_ASIDE}"] += len(new)

    def change(self, row: Model, **after: Any) -> None:
        """Change columns of one row, written down. Values as JSON holds them (moments as ISO text)."""
        fields = {name: row._meta.get_field(name) for name in after}
        before = {name: field.value_from_object(row) for name, field in fields.items()}  # type: ignore[union-attr]
        plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in before.items()}
        wanted = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in after.items()}
        if plain == wanted:
            return
        MergeMove.objects.create(
            merge=self.merge, table=row._meta.label_lower, object_id=row.pk, before=plain, after=wanted
        )
        type(row)._base_manager.filter(pk=row.pk).update(**after)
        for name, value in after.items():
            setattr(row, getattr(fields[name], "attname", name), value)


def rows_of(one: Holding, party: int) -> QuerySet[Any]:
    """The rows that refer to ``party`` by this column."""
    return one.model._base_manager.filter(**{one.column: party})


def told_of(moves: QuerySet[MergeMove]) -> RawSQL:
    """The ids of every row that ``moves`` tell of, as a subquery for ``pk__in``."""
    single, one_by_one = moves.order_by().filter(object_ids=[]).values("object_id").query.sql_with_params()
    several, together = moves.order_by().exclude(object_ids=[]).values("object_ids").query.sql_with_params()
    if connection.vendor == "postgresql":
        each = "SELECT CAST(one AS bigint) FROM ({0}) AS moved, jsonb_array_elements(moved.object_ids) AS one"
    else:
        each = "SELECT one.value FROM ({0}) AS moved, json_each(moved.object_ids) AS one"
    statement = f"{single} UNION ALL {each.format(several)}"
    return RawSQL(statement, (*one_by_one, *together))  # noqa: S611 -- our own statements


def put_back(merge: Merge) -> None:
    """Move back what ``merge`` moved, wherever nobody moved or changed it since. Runs inside a transaction."""
    groups = (
        MergeMove.objects.filter(merge=merge)
        .values("table", "before", "after")
        .annotate(newest=Max("pk"))
        .order_by("-newest")
    )
    for group in list(groups):
        before, after = group["before"], group["after"]
        if before == after:
            continue
        moves = MergeMove.objects.filter(merge=merge, table=group["table"], before=before, after=after)
        if restore := restorer(group["table"]):
            for move in moves.order_by("-pk"):
                restore(merge, move)
            continue
        for column in sorted(before, key=lambda name: holding(group["table"], name) is None):
            _put_back(merge, moves, group["table"], column, before[column], after[column])


def _put_back(merge: Merge, moves: QuerySet[MergeMove], table: str, column: str, before: Any, after: Any) -> None:
    model = _model(table)
    if (told := holding(table, column)) is not None and told.how is not How.STAYS:
        model._base_manager.filter(pk__in=told_of(moves), **{column: after}).update(**{column: before})
        return
    ids = [
        pk
        for pk in moves.values_list("object_id", flat=True)
        if not _inherited(merge, table, pk, column, before, after)
    ]
    field = model._meta.get_field(column)
    old, new = (_python(field, value) for value in (before, after))
    for start in range(0, len(ids), _CHUNK):
        rows = model._base_manager.filter(pk__in=ids[start : start + _CHUNK], **_is(column, new))
        _without_rivals(model, rows, column, old).update(**{column: old})


def _inherited(merge: Merge, table: str, pk: int, column: str, before: Any, after: Any) -> bool:
    """A later merge that still stands changed the same column from what this one made it: it shall return to ``before``."""
    later = MergeMove.objects.filter(table=table, object_id=pk, merge__undone_at=None, merge__pk__gt=merge.pk)
    for move in later.order_by("pk"):
        if column in move.before and move.before[column] == after:
            move.before = {**move.before, column: before}
            move.save(update_fields=["before"])
            return True
    return False


def _without_rivals(model: type[Model], rows: QuerySet[Any], column: str, value: Any) -> QuerySet[Any]:
    """A party has one preferred contact point of a kind: whoever was preferred since stays it."""
    if model is not ContactPoint or column != "preferred" or not value:
        return rows
    rivals = ContactPoint.objects.filter(party=OuterRef("party"), kind=OuterRef("kind"), preferred=True)
    return rows.filter(~Exists(rivals.exclude(pk=OuterRef("pk"))))


def _is(column: str, value: Any) -> dict[str, Any]:
    return {f"{column}__isnull": True} if value is None else {column: value}


def _python(field: Any, value: Any) -> Any:
    return value if field.is_relation or field.get_internal_type() == "JSONField" else field.to_python(value)


def _model(table: str) -> type[Model]:
    from django.apps import apps  # noqa: PLC0415 -- the registry of models is asked, never kept

    return apps.get_model(table)


def return_newcomers(merge: Merge, systems: set[str]) -> int:
    """What arrived since the merge from ``systems``, in which only the loser has a number, goes back to the loser.

    Returns:
        Number of rows.
    """
    return sum(
        newcomers(one, merge, systems).update(**{one.column: merge.loser_id}) for one in holdings() if one.source
    )


def newcomers(one: Holding, merge: Merge, systems: set[str]) -> QuerySet[Any]:
    """The rows at the winner that arrived since the merge from one of ``systems`` and that no other merge brought."""
    names = systems | {f"import:{system}"[:60] for system in systems}
    moved = MergeMove.objects.filter(table=one.table, merge__undone_at=None, merge__winner=merge.winner_id)
    arrived = {one.column: merge.winner_id, f"{one.source}__in": sorted(names), f"{one.arrived}__gt": merge.made_at}
    return one.model._base_manager.filter(**arrived).exclude(pk__in=told_of(moved))


def strays() -> set[int]:
    """Merged parties on which something hangs that belongs to the winner: it arrived while the merge was under way."""
    found: set[int] = set()
    for one in holdings():
        if one.how is How.MOVE and one.model is not Party:
            late = one.model._base_manager.filter(Q(**{f"{one.column}__merged_into__isnull": False}))
            found |= set(late.order_by().values_list(one.column, flat=True).distinct())
    return found


def touch(ids: list[int]) -> None:
    """Parties changed: whoever has an older version on screen will be told."""
    Party.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=clock.now())
