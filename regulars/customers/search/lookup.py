"""Finding parties by what somebody typed, the likeliest first.

What is looked at is bounded whatever the size of the record: each source gives at most ``MOST_LOOKED_AT`` parties. A word
that more share than that (陳, "co") is answered from two sides: some that have it, and those of most value that have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q, QuerySet

from regulars.customers.models import CustomerSummary, Party
from regulars.customers.search import numbers
from regulars.customers.search.changes import changed_since, corrected
from regulars.customers.search.engine import Every, Expression, Some, Word, among, begins, known, matching, of_these
from regulars.customers.search.numbers import Found, Quality
from regulars.kit import text, words
from regulars.kit.words import Term

MOST_LOOKED_AT: Final = 300
MOST_LOOKED_DEEPER: Final = 3_000
BEST_LOOKED_AT: Final = 3_000
MOST_OF_THE_BEST: Final = 100
MOST_LISTED: Final = 2_000
FEW: Final = 3


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
    elsewhere, near; among equals those who bought for most of late, then ever. Near matches only where there is little else.

    Args:
        rows: whom the user may see; nothing else is ever told, not even how many.
    """
    asked = _asked(typed)
    if asked is None:
        return []
    looked = _look(asked)
    hits = _ranked(rows, looked.found, asked)
    if (looked.more is not None) or (len(hits) < limit and len(looked.found) >= MOST_LOOKED_AT):
        wider = _beyond(rows, looked, asked, enough=len(hits) >= limit)
        hits = sorted([*hits, *_ranked(rows, {pk: one for pk, one in wider.items() if pk not in looked.found}, asked)])
    if len(hits) < FEW and not any(one.hit.quality is Quality.NUMBER for one in hits):
        near = {pk: one for pk, one in _look_near(asked).items() if pk not in looked.found}
        hits += _ranked(rows, near, asked)
    return [one.hit for one in hits[:limit]]


def narrowed(rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """``rows`` narrowed to those that ``typed`` may mean, in their own order; near matches where there is nothing else."""
    if not words.fold(typed[: words.LONGEST_TYPED]):
        return rows
    asked = _asked(typed)
    if asked is None:
        return rows.none()
    looked = _look(asked, MOST_LISTED)
    if looked.more is not None:
        sure = [pk for pk, one in looked.found.items() if one.quality < Quality.WORDS]
        return rows.filter(Q(pk__in=among(_expressions(asked)[-1])) | Q(pk__in=sure))
    kept = _checked(looked.found, asked)
    if kept and (len(kept) >= FEW or rows.filter(pk__in=kept).exists()):
        return rows.filter(pk__in=kept)
    return rows.filter(pk__in=_checked(_look_near(asked), asked))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was typed: as it compares in search, as names are kept (``Party.fold``), what has to be found, and that as one text."""

    folded: str
    fold: str
    terms: list[Term]
    bare: str


def _asked(typed: str) -> _Asked | None:
    folded = words.fold(typed[: words.LONGEST_TYPED])
    terms = words.terms(folded)
    if not terms:
        return None
    return _Asked(folded, text.fold(typed[: words.LONGEST_TYPED]), terms, " ".join(one.text for one in terms))


def _look(asked: _Asked, limit: int = MOST_LOOKED_AT) -> Looked:
    """What is exactly so."""
    found: dict[int, Found] = {}
    changed = changed_since()
    for one in numbers.find(asked.folded, limit, changed):
        _keep(found, one)
    called = begins("fold", asked.fold) if len(asked.fold) == 1 and asked.fold.isascii() else Q(fold=asked.fold)
    for pk in Party.objects.filter(called, merged_into=None).values_list("pk", flat=True)[:limit]:
        _keep(found, Found(pk, Quality.WORDS, ""))
    more = None
    for wanted in _expressions(asked):
        ids = matching(wanted, limit)
        for pk in corrected(ids, wanted, changed):
            _keep(found, Found(pk, Quality.WORDS, ""))
        if len(ids) >= limit:
            more = wanted
            break
    return Looked(found, more)


def _keep(found: dict[int, Found], one: Found) -> None:
    kept = found.get(one.party)
    if kept is None or one.quality < kept.quality:
        found[one.party] = one


def _expressions(asked: _Asked) -> list[Expression]:
    """What has to be in the index, to be asked in turn until there is enough: whole words first, which cost less than beginnings."""
    if "@" in asked.folded:
        mail = sorted(one for one in words.of_address(asked.folded) if one[0] != "^")
        return [Every([Word(one) for one in mail])] if mail else []
    whole = Every([_of_term(term, whole=True) for term in asked.terms])
    begun = Every([_of_term(term) for term in asked.terms])
    return [begun] if whole == begun else [whole, begun]


def _of_term(term: Term, *, whole: bool = False) -> Expression:
    if term.kind == "run":
        pairs = [term.text[i : i + 2] for i in range(len(term.text) - 1)]
        return Every([Word(pair) for pair in pairs]) if pairs else Word(term.text)
    if whole or len(term.text) == 1:
        return Word(term.text)
    if len(term.text) <= max(words.SHORT):
        return Word(f"^{term.text}")
    return Word(term.text, begins=True)


def _beyond(rows: QuerySet[Any], looked: Looked, asked: _Asked, *, enough: bool) -> dict[int, Found]:
    """Where more share what was typed than can be looked at: those of most value; and, for whoever sees few of all, of those few."""
    rows = rows.order_by().prefetch_related(None)
    found: dict[int, Found] = {}
    if not enough:
        for one in numbers.find_parts(asked.folded, MOST_LOOKED_DEEPER):
            _keep(found, one)
    if looked.more is not None:
        best = CustomerSummary.objects.order_by("-revenue_12m", "-party").values_list("party", flat=True)
        ids = of_these(looked.more, list(best[:BEST_LOOKED_AT]))
        if not enough:
            ids += rows.filter(pk__in=among(looked.more)).values_list("pk", flat=True)[:MOST_OF_THE_BEST]
        for pk in ids:
            _keep(found, Found(pk, Quality.WORDS, ""))
    return found


def _look_near(asked: _Asked) -> dict[int, Found]:
    """What is one slip away: in a number, in each Latin word of four letters and more, in a name of three characters and more."""
    found: dict[int, Found] = {}
    for one in numbers.find_near(asked.folded, MOST_LOOKED_AT):
        _keep(found, one)
    wanted = _near_expression(asked)
    if wanted is not None:
        for pk in matching(wanted, MOST_LOOKED_AT):
            _keep(found, Found(pk, Quality.NEAR, ""))
    return found


def _near_expression(asked: _Asked) -> Expression | None:
    terms = asked.terms
    if "@" in asked.folded:
        terms = [Term("word", one) for one in sorted(words.of_address(asked.folded)) if one[0] != "^"]
    parts = [(_of_term(term), _near(term)) for term in terms]
    if not any(near for _exact, near in parts):
        return None
    return Every([Some([exact, *near]) for exact, near in parts])


def _near(term: Term) -> list[Expression]:
    if term.kind == "run":
        return [Every([Word(one) for one in way]) for way in words.near_runs(term.text)]
    if len(term.text) < words.SHORTEST_TYPO or term.text.isdigit():
        return []
    return [Word(one) for one in known(words.near_words(term.text))]


@dataclass(frozen=True, slots=True, order=True)
class _Ranked:
    """A hit with what it is ordered by: the better first, then those of most value."""

    quality: int
    value: tuple[int, int, int]
    hit: Hit = field(compare=False)


def _ranked(rows: QuerySet[Any], found: Mapping[int, Found], asked: _Asked) -> list[_Ranked]:
    """Those of ``found`` that are among ``rows``, checked against their names, the likeliest first. Two queries at most."""
    if not found:
        return []
    seen = rows.order_by().prefetch_related(None).filter(pk__in=list(found))
    facts = seen.values_list("pk", "name", "other_name", "summary__revenue_12m", "summary__revenue")
    ranked, doubtful = [], dict[int, tuple[int, int, int]]()
    for pk, name, other, lately, ever in facts:
        value = (-(lately or 0), -(ever or 0), pk)
        hit = _hit(found[pk], name, other, asked)
        if hit is None:
            doubtful[pk] = value
        elif hit.quality is not Quality.NEAR or _is_near(hit, name, other, asked):
            ranked.append(_Ranked(hit.quality, value, hit))
    ranked += [_Ranked(hit.quality, doubtful[hit.party], hit) for hit in _elsewhere(list(doubtful), asked)]
    return sorted(ranked)


def _checked(found: Mapping[int, Found], asked: _Asked) -> list[int]:
    """Those of ``found`` whose names bear out what the index says; whoever sees them is asked later."""
    return [one.hit.party for one in _ranked(Party.objects.all(), found, asked)]


def _hit(found: Found, name: str, other: str, asked: _Asked) -> Hit | None:
    """What makes ``found`` a hit: its number, or how well its names answer. None where neither does."""
    if found.quality is not Quality.WORDS:
        return Hit(found.party, found.quality, found.by)
    named = _judge(words.fold(name), asked)
    if named is Quality.NAME or not other:
        return Hit(found.party, named) if named is not None else None
    called = _judge(words.fold(other), asked)
    if called is not None and (named is None or called < named):
        return Hit(found.party, called, other)
    if named is None and _holds(words.fold(f"{name} {other}"), asked.terms):
        named = Quality.WORDS
    return Hit(found.party, named) if named is not None else None


def _judge(name: str, asked: _Asked) -> Quality | None:
    if name == asked.bare:
        return Quality.NAME
    if name.startswith(asked.bare):
        return Quality.NAME if words.bare_name(name) == asked.bare else Quality.NAME_BEGINS
    return Quality.WORDS if _holds(name, asked.terms) else None


def _holds(name: str, terms: list[Term]) -> bool:
    """Whether every term is in the folded name: a run anywhere, a word at the beginning of one."""
    if all(term.kind == "run" and term.text in name for term in terms):
        return True
    beginnings = [part for is_run, part in words.parts(name) if not is_run]
    closed = words.compact(name)
    return all(
        term.text in closed
        if term.kind == "run"
        else any(one.startswith(term.text) for one in beginnings) or term.text in closed
        for term in terms
    )


def _is_near(hit: Hit, name: str, other: str, asked: _Asked) -> bool:
    """Whether each Chinese name typed is one character away; what differs in a word or a number is so by its making."""
    runs = [term.text for term in asked.terms if term.kind == "run" and len(term.text) > 2]
    held = words.fold(f"{name} {other}") if runs and not hit.by else ""
    return bool(hit.by) or all(words.is_near_run(run, held) for run in runs)


def _elsewhere(doubtful: list[int], asked: _Asked) -> list[Hit]:
    """Of those not found by their own names: who was merged from somebody called so, or has it in an address."""
    if not doubtful:
        return []
    losers = Party.objects.filter(merged_into__in=doubtful).values_list("merged_into", "name", "other_name")
    former = {pk: name for pk, name, other in losers if _holds(words.fold(f"{name} {other}"), asked.terms)}
    if any(term.kind == "run" and len(term.text) > 2 for term in asked.terms):
        doubtful = [pk for pk in doubtful if pk in former]  # pairs that only happen to stand apart
    return [Hit(pk, Quality.ELSEWHERE, former.get(pk, "")) for pk in doubtful]


def ids_of(hits: Iterable[Hit]) -> list[int]:
    """The parties of ``hits``, in order."""
    return [hit.party for hit in hits]
