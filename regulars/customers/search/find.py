"""Finding parties by what somebody typed, the likeliest first.

What is looked at is bounded whatever the size of the record: each source gives at most ``MOST_LOOKED_AT`` parties. A word
that more share than that (陳, "co") is answered from two sides: some that have it, and those of most value that have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

from regulars.customers.models import CustomerSummary, Party
from regulars.customers.search import numbers
from regulars.customers.search.documents import documents_of
from regulars.customers.search.engine import Every, Expression, Some, Word, among, holds, known, matching
from regulars.customers.search.index import MOST_MARKED, marked
from regulars.customers.search.numbers import Found, Quality
from regulars.kit import text, words
from regulars.kit.words import Term

MOST_LOOKED_AT: Final = 600
BEST_LOOKED_AT: Final = 4_000
FEW: Final = 3
MOST_NEAR_WORDS: Final = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """A party that may be meant. ``by`` is the number, address or other name it was found by, where that is not its name."""

    party: int
    quality: Quality
    by: str = ""

    @property
    def near(self) -> bool:
        """Whether it is only like what was typed."""
        return self.quality is Quality.NEAR


@dataclass(frozen=True, slots=True)
class Looked:
    """Parties that may be meant; ``more`` is the expression that has more than were taken."""

    found: Mapping[int, Found]
    more: Expression | None = None


def find(rows: QuerySet[Any], typed: str, limit: int = 20) -> list[Hit]:
    """The parties among ``rows`` that ``typed`` may mean, the likeliest first.

    Order: the very number, the very name, a name that begins so, all words in the name, part of a number, found
    elsewhere, near; among equals those of most value and latest dealings. Near matches only where there is little else.

    Args:
        rows: whom the user may see; nothing else is ever told, not even how many.
    """
    folded = words.fold(typed[: words.LONGEST_TYPED])
    if not folded:
        return []
    looked = _look(folded)
    hits = _ranked(rows, looked.found, folded)
    if looked.more is not None and len(looked.found) >= MOST_LOOKED_AT:
        wider = _beyond(rows, looked, enough=len(hits) >= limit)
        hits = _ranked(rows, {**wider, **looked.found}, folded)
    if len(hits) < FEW:
        near = {pk: one for pk, one in _look_near(folded).items() if pk not in looked.found}
        hits += _ranked(rows, near, folded)
    return hits[:limit]


def narrowed(rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """``rows`` narrowed to those that ``typed`` may mean, in their own order; near matches where there is nothing else."""
    folded = words.fold(typed[: words.LONGEST_TYPED])
    if not folded:
        return rows
    looked = _look(folded)
    if looked.more is not None:
        return rows.filter(Q(pk__in=among(looked.more)) | Q(pk__in=[pk for pk, one in looked.found.items() if one.quality < Quality.WORDS]))
    kept = [hit.party for hit in _checked(looked.found, folded)]
    if kept and (len(kept) >= FEW or rows.filter(pk__in=kept).exists()):
        return rows.filter(pk__in=kept)
    near = [hit.party for hit in _checked(_look_near(folded), folded)]
    return rows.filter(pk__in=near)


def _look(folded: str) -> Looked:
    """What is exactly so."""
    found: dict[int, Found] = {}
    for one in numbers.find(folded, MOST_LOOKED_AT):
        _keep(found, one)
    for pk in Party.objects.filter(fold=text.fold(folded), merged_into=None).values_list("pk", flat=True)[:MOST_LOOKED_AT]:
        _keep(found, Found(pk, Quality.NAME, ""))
    wanted = _expression(folded)
    if wanted is None:
        return Looked(found)
    ids = matching(wanted, MOST_LOOKED_AT)
    for pk in _corrected(ids, wanted):
        _keep(found, Found(pk, Quality.WORDS, ""))
    return Looked(found, wanted if len(ids) >= MOST_LOOKED_AT else None)


def _keep(found: dict[int, Found], one: Found) -> None:
    kept = found.get(one.party)
    if kept is None or one.quality < kept.quality:
        found[one.party] = one


def _expression(folded: str) -> Expression | None:
    """What has to be in the index; None when nothing typed can be looked up there."""
    if "@" in folded:
        mail = [Every([Word(one) for one in sorted(words.of_address(part)) if one[0] != "^"]) for part in folded.split()]
        return Every([one for one in mail if one.parts]) if any(one.parts for one in mail) else None
    parts = [found for term in words.terms(folded) if (found := _of_term(term)) is not None]
    return Every(parts) if parts else None


def _of_term(term: Term) -> Expression | None:
    if term.kind == "run":
        pairs = [term.text[i : i + 2] for i in range(len(term.text) - 1)]
        return Every([Word(pair) for pair in pairs]) if pairs else Word(term.text)
    if len(term.text) == 1:
        return Word(term.text)
    if len(term.text) <= max(words.SHORT):
        return Word(f"^{term.text}")
    return Word(term.text, begins=True)


def _corrected(ids: list[int], wanted: Expression) -> list[int]:
    """``ids`` with those who are marked as changed judged by the record itself instead of the index."""
    changed = marked(MOST_MARKED)
    if not changed:
        return ids
    now = {pk for pk, told in documents_of(changed).items() if holds(set(told.split()), wanted)}
    return [pk for pk in ids if pk not in set(changed)] + sorted(now)


def _beyond(rows: QuerySet[Any], looked: Looked, *, enough: bool) -> dict[int, Found]:
    """Where more share the words than can be looked at: those of most value; and, for whoever sees few of all, of those few."""
    assert looked.more is not None
    best = CustomerSummary.objects.order_by("-revenue_12m", "-party").values("party")[:BEST_LOOKED_AT]
    rows = rows.order_by().prefetch_related(None)
    ids = set(rows.filter(pk__in=best).filter(pk__in=among(looked.more)).values_list("pk", flat=True)[:MOST_LOOKED_AT])
    if not enough:
        ids |= set(rows.filter(pk__in=among(looked.more)).values_list("pk", flat=True)[:MOST_LOOKED_AT])
    return {pk: Found(pk, Quality.WORDS, "") for pk in ids}


def _look_near(folded: str) -> dict[int, Found]:
    """What is one slip away: in a number, in each Latin word of four letters and more, in a name of three characters and more."""
    found: dict[int, Found] = {}
    for one in numbers.find_near(folded, MOST_LOOKED_AT):
        _keep(found, one)
    wanted = _near_expression(folded)
    if wanted is not None:
        for pk in matching(wanted, MOST_LOOKED_AT):
            _keep(found, Found(pk, Quality.NEAR, ""))
    return found


def _near_expression(folded: str) -> Expression | None:
    terms = words.terms(" ".join(sorted(words.of_address(folded))) if "@" in folded else folded)
    parts = [(_of_term(term), _near(term)) for term in terms]
    if not any(near for _exact, near in parts):
        return None
    return Every([Some([exact, *near]) for exact, near in parts if exact is not None])


def _near(term: Term) -> list[Expression]:
    if term.kind == "word":
        if len(term.text) < words.SHORTEST_TYPO or term.text.isdigit():
            return []
        return [Word(one) for one in known(words.near_words(term.text))[:MOST_NEAR_WORDS]]
    return [Every([Word(one) for one in way]) for way in words.near_runs(term.text)]


@dataclass(frozen=True, slots=True)
class _Named:
    """A party's names, folded."""

    name: str
    other: str

    def holding(self) -> str:
        return f"{self.name} {self.other}"


def _ranked(rows: QuerySet[Any], found: Mapping[int, Found], folded: str) -> list[Hit]:
    """Those of ``found`` that are among ``rows``, checked against their names, the likeliest first."""
    if not found:
        return []
    value = {
        pk: (-(revenue or 0), -(max((when.timestamp() for when in (ordered, met) if when), default=0.0)))
        for pk, revenue, ordered, met in rows.order_by()
        .prefetch_related(None)
        .filter(pk__in=list(found))
        .values_list("pk", "summary__revenue_12m", "summary__last_order_at", "summary__last_contact_at")
    }
    hits = _checked({pk: one for pk, one in found.items() if pk in value}, folded)
    return sorted(hits, key=lambda hit: (hit.quality, *value[hit.party], hit.party))


def _checked(found: Mapping[int, Found], folded: str) -> list[Hit]:
    """The hits, with how well the names answer; those whose characters only happen to stand in pairs are dropped."""
    terms = words.terms(folded)
    bare = " ".join(term.text for term in terms)
    runs = [term.text for term in terms if term.kind == "run" and len(term.text) > 2]
    named = {
        pk: _Named(words.fold(name), words.fold(other))
        for pk, name, other in Party.objects.filter(pk__in=list(found)).values_list("pk", "name", "other_name")
    }
    hits, doubtful = [], []
    for pk, one in found.items():
        names = named.get(pk)
        if names is None:
            continue
        if one.quality in {Quality.NUMBER, Quality.NUMBER_PART} or (one.quality is Quality.NEAR and one.by):
            hits.append(Hit(pk, one.quality, one.by))
        elif one.quality is Quality.NEAR:
            if _is_near(names, runs):
                hits.append(Hit(pk, Quality.NEAR))
        elif (quality := _judge(names, terms, bare)) is not None:
            hits.append(Hit(pk, quality, names.other if quality <= Quality.WORDS and names.other and not _in_name(names, terms) else ""))
        else:
            doubtful.append(pk)
    return hits + _formerly(doubtful, terms)


def _judge(names: _Named, terms: list[Term], bare: str) -> Quality | None:
    for name in (names.name, names.other):
        if name and words.bare_name(name) == bare:
            return Quality.NAME
    for name in (names.name, names.other):
        if name and words.bare_name(name).startswith(bare):
            return Quality.NAME_BEGINS
    return Quality.WORDS if _holds(names.holding(), terms) else None


def _in_name(names: _Named, terms: list[Term]) -> bool:
    return _holds(names.name, terms)


def _holds(folded: str, terms: list[Term]) -> bool:
    """Whether every term is in the text: a run anywhere, a word at the beginning of one."""
    closed = folded.replace(" ", "").replace("·", "").replace("・", "").replace("'", "").replace("’", "")
    beginnings = [part for is_run, part in words.parts(folded) if not is_run]
    return all(
        (term.text in folded or term.text in closed)
        if term.kind == "run"
        else any(one.startswith(term.text) for one in beginnings) or term.text in closed
        for term in terms
    )


def _is_near(names: _Named, runs: list[str]) -> bool:
    return all(words.is_near_run(run, names.holding()) for run in runs)


def _formerly(doubtful: list[int], terms: list[Term]) -> list[Hit]:
    """Of those not found by their own names: who was merged from somebody called so, or has it in an address."""
    if not doubtful:
        return []
    former: dict[int, str] = {}
    for pk, name, other in Party.objects.filter(merged_into__in=doubtful).values_list("merged_into", "name", "other_name"):
        if pk is not None and _holds(words.fold(f"{name} {other}"), terms):
            former[pk] = name
    if any(term.kind == "run" and len(term.text) > 2 for term in terms):
        doubtful = [pk for pk in doubtful if pk in former]
    return [Hit(pk, Quality.ELSEWHERE, former.get(pk, "")) for pk in doubtful]


def ids_of(hits: Iterable[Hit]) -> list[int]:
    """The parties of ``hits``, in order."""
    return [hit.party for hit in hits]
