"""Related persons whom a file names become relations, once all its rows are in: spouse, child, assistant, manager and their like.

The text stays where it was. Who is meant must be certain: the one person of that name in the same file, else the one here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from regulars.customers.actions import add_relation
from regulars.customers.models import Batch, Kind, Party, PartyRelation, RelationKind, Revision
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.customers.directory import folded
from regulars.integrations.imports.engine.customers.record import Record
from regulars.kit.errors import UserError
from regulars.staff.models import User

_NAMED: Final = re.compile(r"(?:^|,\s*)([^()]+?)\s*\(([^()]+)\)")
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    gettext_noop("spouse"): ("spouse", "husband", "wife", "partner", "domestic partner", "配偶", "丈夫", "先生", "妻子", "太太", "老公", "老婆", "伴侶"),
    gettext_noop("child"): ("child", "son", "daughter", "子女", "兒子", "女兒", "孩子"),
    gettext_noop("parent"): ("parent", "mother", "father", "父母", "父親", "母親", "爸爸", "媽媽"),
    gettext_noop("sibling"): ("sibling", "brother", "sister", "兄弟", "姊妹", "兄弟姊妹", "哥哥", "弟弟", "姊姊", "妹妹"),
    gettext_noop("relative"): ("relative", "kin", "family", "親屬", "親戚"),
    "manager": ("manager", "boss", "supervisor", "主管", "上司", "經理"),
    gettext_noop("assistant"): ("assistant", "secretary", "助理", "秘書"),
}  # fmt: skip
_SORTS: Final = {word: sort for sort, words in _WORDS.items() for word in words}

End = TypeVar("End")


class Named(NamedTuple):
    """Somebody whom a record names as related: ``sort`` is a key of ``_WORDS``."""

    party: int
    name: str
    sort: str


def join(context: Context, *, beat: Callable[[], None]) -> None:
    """Relate whom the file's records name; a relation that stands stays as it is."""
    columns = _columns(context)
    if not columns:
        return
    by, batch = User.objects.filter(pk=context.user or 0).first(), Batch.objects.get(pk=context.batch)
    context.tally.relatives = PartyRelation.objects.filter(batch_id=batch.pk).exclude(kind="employed_by").count()
    for some in bulk.batches(_named(batch, columns), 500):
        meant = _meant(batch, some)
        with transaction.atomic():
            for one in some:
                if (other := meant.get(folded(one.name))) is not None and other != one.party:
                    context.tally.relatives += _relate(one, other, by, batch)
        beat()


def foresee(context: Context, records: Iterable[Record]) -> None:
    """Count in a preview whom ``join`` will relate of those that the file brings or changes.

    A circle of superiors, which the run refuses, is not seen.
    """
    columns = _columns(context)
    people = [one for one in records if columns and not one.is_firm and not one.trashed and (one.before or not one.id)]
    brought: dict[str, list[int]] = defaultdict(list)
    for one in people:
        if not one.id:
            brought[one.fold].append(_number(one))
    named = [
        (_number(one), folded(name), sort)
        for one in people
        for column in columns
        for name, sort in told(column, one.facts["custom"])
    ]
    meant = brought | _here({fold for _one, fold, _sort in named} - set(brought))
    wanted = {
        _pair(*_relation(sort, one, meant[fold][0])[:3])
        for one, fold, sort in named
        if len(meant.get(fold, ())) == 1 and meant[fold][0] != one
    }
    context.tally.relatives = len(wanted - _standing({party for _kind, party, _other in wanted if party > 0}))


def _number(record: Record) -> int:
    """The party's number; below 0 for one that is not written yet."""
    return record.id or -id(record)


def _here(folds: set[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for some in bulk.batches(sorted(folds), 500):
        rows = Party.objects.live().filter(kind=Kind.PERSON, fold__in=some)
        for pk, fold in rows.values_list("pk", "fold"):
            found[fold].append(pk)
    return found


def _standing(parties: set[int]) -> set[tuple[str, int, int]]:
    found = set()
    for some in bulk.batches(sorted(parties), 500):
        rows = PartyRelation.objects.current().filter(Q(party__in=some) | Q(other__in=some))
        found |= {_pair(*row) for row in rows.values_list("kind", "party", "other")}
    return found


def _pair(kind: str, party: int, other: int) -> tuple[str, int, int]:
    """A relation as it is compared: who is related to whom is the same both ways."""
    either_way = kind == RelationKind.RELATED_TO
    return (kind, min(party, other), max(party, other)) if either_way else (kind, party, other)


def _columns(context: Context) -> list[str]:
    return [context.look.names[place] for place in context.plan.columns_of("related")]


def _named(batch: Batch, columns: list[str]) -> Iterator[Named]:
    """Whom the persons name that the batch brought or changed."""
    changed = Revision.objects.filter(batch=batch, table=Party._meta.label_lower).values("object_id")
    persons = Party.objects.live().filter(kind=Kind.PERSON)
    for rows in (persons.filter(batch_id=batch.pk), persons.filter(pk__in=changed).exclude(batch_id=batch.pk)):
        for party, custom in rows.order_by("pk").values_list("pk", "custom").iterator(chunk_size=2_000):
            for column in columns:
                for name, sort in told(column, custom):
                    yield Named(party, name, sort)


def told(column: str, custom: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and sort of each person named under a column, where the sort is said: beside the name, by the column, or in the next column.

    >>> list(told("Related", {"Related": "Jenny (spouse), 王大明 (主管), Bob (golf)"}))
    [('Jenny', 'spouse'), ('王大明', 'manager')]
    >>> list(told("配偶", {"配偶": "李美"}))
    [('李美', 'spouse')]
    """
    text = str(custom.get(column) or "")
    if not text:
        return
    stem = column.removesuffix("Value").rstrip(" -")
    beside = str(custom.get(f"{stem} - Label") or custom.get(f"{stem} - Type") or "")
    of_column = _SORTS.get(beside.casefold().lstrip("* ")) or _SORTS.get(column.casefold())
    if of_column:
        yield text.strip(), of_column
        return
    for name, said in _NAMED.findall(text):
        if sort := _SORTS.get(said.strip().casefold()):
            yield name.strip(), sort


def _meant(batch: Batch, some: list[Named]) -> dict[str, int]:
    """Name as compared → the one person it can mean."""
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    rows = Party.objects.live().filter(kind=Kind.PERSON, fold__in={folded(one.name) for one in some})
    for pk, fold, origin in rows.values_list("pk", "fold", "batch_id"):
        found[fold].append((pk, origin == batch.pk))
    meant = {}
    for fold, candidates in found.items():
        here = [pk for pk, brought in candidates if brought] or [pk for pk, _brought in candidates]
        if len(here) == 1:
            meant[fold] = here[0]
    return meant


def _relation(sort: str, one: End, other: End) -> tuple[str, End, End, str]:
    """Kind, both ends and title of the relation in which ``other`` is ``one``'s ``sort``."""
    if sort == "manager":
        return RelationKind.REPORTS_TO, one, other, ""
    if sort == "assistant":
        return RelationKind.REPORTS_TO, other, one, gettext(sort)
    return RelationKind.RELATED_TO, one, other, gettext(sort)


def _relate(one: Named, other: int, by: User | None, batch: Batch) -> bool:
    """Let the relation stand; False where it does already, or cannot (a circle of superiors)."""
    kind, party, named, title = _relation(one.sort, Party.objects.get(pk=one.party), Party.objects.get(pk=other))
    standing = PartyRelation.objects.current().filter(kind=kind)
    if standing.filter(party=party, other=named).exists():
        return False
    if kind == RelationKind.RELATED_TO and standing.filter(party=named, other=party).exists():
        return False
    try:
        add_relation(party=party, other=named, kind=kind, title=title, by=by, batch=batch)
    except UserError:
        return False
    return True
