"""Related persons whom a file names become relations, once all its rows are in: spouse, child, assistant, manager and their like.

The text stays where it was. Who is meant must be certain: the one person of that name in the same file, else the one here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from regulars.customers.actions import add_relation
from regulars.customers.models import Batch, Kind, Party, PartyRelation, RelationKind, Revision
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.customers.directory import folded
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


class Named(NamedTuple):
    """Somebody whom a record names as related: ``sort`` is a key of ``_WORDS``."""

    party: int
    name: str
    sort: str


def join(context: Context, *, beat: Callable[[], None]) -> None:
    """Relate whom the file's records name; a relation that stands stays as it is."""
    columns = [context.look.names[place] for place in context.plan.columns_of("related")]
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


def _relate(one: Named, other: int, by: User | None, batch: Batch) -> bool:
    """Let the relation stand; False where it does already, or cannot (a circle of superiors)."""
    party, named = Party.objects.get(pk=one.party), Party.objects.get(pk=other)
    kind, title = RelationKind.RELATED_TO, gettext(one.sort)
    if one.sort in {"manager", "assistant"}:
        kind, title = RelationKind.REPORTS_TO, "" if one.sort == "manager" else gettext(one.sort)
        party, named = (party, named) if one.sort == "manager" else (named, party)
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
