"""The search for duplicates: what identifies parties down, pairs up. Over the whole record at night and when asked for.

Pairs that somebody has judged stay judged; open pairs that no longer look alike vanish, new ones appear. What is copied
out of the record for it lies in a folder of its own under the warehouse, readable by nobody else, and is removed at the end.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from regulars.customers.linkage import TABLES
from regulars.customers.models import DuplicatePair, LinkageWeights, Party, PartyRelation, RelationKind
from regulars.customers.queries.likely import Likely, pairs_touching, records_of, weights_of
from regulars.intelligence.models.linkage.evidence import evidence
from regulars.intelligence.models.linkage.kinds import MODELS
from regulars.kit import clock
from regulars.kit.parts import in_parts
from regulars.reporting import load
from regulars.reporting.models import DuplicateRun, RunState

if TYPE_CHECKING:
    from regulars.intelligence.models.linkage.records import Record
    from regulars.intelligence.models.linkage.spec import Model
    from regulars.intelligence.warehouse.engine import Engine
    from regulars.staff.models import User

RUNS_KEPT: Final = 60
MEMORY: Final = "1500MB"
TOUCHED_ONE_BY_ONE: Final = 20_000
"""Up to so many touched parties are looked up by index; beyond that the whole record is read."""
_WRITE: Final = 500
_FOLDER: Final = "linkage-"
_SELDOM_ONE: Final = (RelationKind.REFERRED_BY, RelationKind.BUYS_THROUGH)
_RECORDS: Final = """
    SELECT p.party_id, p.name, p.family, p.given, p.other, p.birth, p.address, p.city, p.region, p.postcode,
           o.emails, o.phones, o.sites, n.value
    FROM linkage_parties p
    LEFT JOIN (
        SELECT party_id, list(value ORDER BY preferred DESC, point_id) FILTER (kind = 'email') AS emails,
               list(value ORDER BY preferred DESC, point_id) FILTER (kind IN ('mobile', 'phone')) AS phones,
               list(value ORDER BY preferred DESC, point_id) FILTER (kind = 'web') AS sites
        FROM linkage_points GROUP BY party_id
    ) o USING (party_id)
    LEFT JOIN (SELECT party_id, min(value) AS value FROM linkage_numbers GROUP BY party_id) n USING (party_id)
    WHERE p.kind = '{}' ORDER BY p.party_id
"""


@dataclass
class Tally:
    """What came of a search: open pairs found, of these new, and open pairs that are gone."""

    pairs: int = 0
    new: int = 0
    gone: int = 0


def find_duplicates(
    *, by: User | None = None, run: DuplicateRun | None = None, touching: Collection[int] | None = None
) -> dict[str, Any]:
    """Search now and write what is found; waits while another search is running.

    Args:
        run: the row of a search that was asked for earlier.
        touching: only pairs with one of these parties, judged by the weights that are kept; otherwise all pairs, and the
            weights are learned anew.

    Returns:
        ``run, pairs, new, gone, seconds, kinds``; ``kinds`` says per kind of party what was compared.
    """
    with _only_one():
        DuplicateRun.objects.filter(state=RunState.RUNNING).update(state=RunState.FAILED, error="stopped")
        run = run or DuplicateRun(asked_by=by)
        run.state, run.started_at = RunState.RUNNING, clock.now()
        run.save()
        started = time.perf_counter()
        try:
            tally = _search(run) if touching is None else _search_touching(touching)
        except BaseException as error:
            run.state, run.finished_at = RunState.FAILED, clock.now()
            run.error = f"{type(error).__name__}: {error}"[:500]
            run.save()
            raise
        run.pairs, run.new, run.gone = tally.pairs, tally.new, tally.gone
        run.state, run.finished_at, run.seconds = RunState.DONE, clock.now(), time.perf_counter() - started
        run.save()
        _forget_old_runs()
    return {
        "run": run.pk, "pairs": run.pairs, "new": run.new, "gone": run.gone, "seconds": round(run.seconds, 2), "kinds": run.facts,
    }  # fmt: skip


def touched_by(batch_id: int) -> list[int]:
    """The parties that a batch made or gave a contact point."""
    made = Party.objects.filter(batch_id=batch_id).values_list("pk", flat=True)
    reached = Party.objects.filter(contact_points__batch_id=batch_id).values_list("pk", flat=True)
    return sorted({*made, *reached})


def _search(run: DuplicateRun) -> Tally:
    """All pairs of every kind; the weights are learned anew."""
    from regulars.intelligence.models.linkage.link import link  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.engine import opened  # noqa: PLC0415 -- heavy: only for whoever analyses

    tally, seen = Tally(), set[tuple[int, int]]()
    with _private_folder() as folder, _read_down(folder) as store, opened(store, memory_limit=MEMORY) as engine:
        for kind, model in MODELS.items():
            linked = link(engine, model, _records(engine, kind))
            learned = linked.weights
            LinkageWeights.objects.update_or_create(
                kind=kind, defaults={"learned_at": clock.now(), "values": learned.as_dict()}
            )
            before = len(seen)
            for some in in_parts(linked.pairs, _WRITE):
                seen |= _write(_told(some, model), tally)
            run.facts = run.facts | {
                kind: {"records": learned.records, "candidates": learned.pairs, "learned": learned.learned, "pairs": len(seen) - before}
            }  # fmt: skip
    tally.gone = _drop_stale(_open_pairs(), seen)
    return tally


def _search_touching(touched: Collection[int]) -> Tally:
    """Pairs with one of these parties, by the kept weights."""
    if len(touched) > TOUCHED_ONE_BY_ONE:
        return _search_many(touched)
    tally, seen = Tally(), set[tuple[int, int]]()
    for some in in_parts(pairs_touching(touched), _WRITE):
        seen |= _write(some, tally)
    for part in in_parts(touched, _WRITE):
        tally.gone += _drop_stale(_open_pairs().filter(Q(left__in=part) | Q(right__in=part)), seen)
    return tally


def _search_many(touched: Collection[int]) -> Tally:
    from regulars.intelligence.models.linkage.link import link  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.engine import opened  # noqa: PLC0415 -- heavy: only for whoever analyses

    tally = Tally()
    with _private_folder() as folder, _read_down(folder) as store, opened(store, memory_limit=MEMORY) as engine:
        for kind, model in MODELS.items():
            linked = link(engine, model, _records(engine, kind), kept=weights_of(kind), touching=touched)
            for some in in_parts(linked.pairs, _WRITE):
                _write(_told(some, model), tally)
    return tally


@contextmanager
def _only_one() -> Iterator[None]:
    """One search at a time in a house; the kernel lets go of the lock if this process dies."""
    above = Path(settings.HOME) / "warehouse"
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(above / "duplicates.lock", "ab") as file:
        try:
            import fcntl  # noqa: PLC0415 -- not on every system
        except ImportError:  # pragma: no cover -- Windows has one worker
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder that only this user may read, gone afterwards; what a killed search left behind goes too."""
    above = Path(settings.HOME) / "warehouse"
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in above.glob(f"{_FOLDER}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=above))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _read_down(folder: Path) -> Iterator[Any]:
    """The facts by which parties are told apart, in one consistent reading."""
    from regulars.intelligence.warehouse.extract import batches  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.store import Store  # noqa: PLC0415 -- heavy: only for whoever analyses

    store = Store(folder)
    with load.snapshot() as cursor:
        parts = ((table, batches(table, cursor, vendor=connection.vendor, zone=settings.TIME_ZONE)) for table in TABLES)
        store.replace(parts, clock.now())
    yield store


def _records(engine: Engine, kind: str) -> Iterator[Record]:
    from regulars.intelligence.models.linkage.records import Record  # noqa: PLC0415 -- beside its use

    # read whole before the engine is asked something else: its cursor is the connection
    engine.execute(f"CREATE OR REPLACE TEMP TABLE source AS {_RECORDS.format(kind)}")
    total = int(engine.execute("SELECT count(*) FROM source").fetchone()[0])
    for start in range(0, total, 25_000):
        rows = engine.execute(f"SELECT * FROM source WHERE rowid >= {start} AND rowid < {start + 25_000}").fetchall()  # noqa: S608 -- numbers
        for (
            pk,
            name,
            family,
            given,
            other,
            birth,
            address,
            city,
            region,
            postcode,
            mails,
            phones,
            sites,
            number,
        ) in rows:
            yield Record(
                pk, name or "", family or "", given or "", other or "", birth or "", tuple(mails or ()), tuple(phones or ()), tuple(sites or ()),
                address or "", city or "", region or "", postcode or "", number or "",
            )  # fmt: skip


def _told(pairs: Iterable[Any], model: Model) -> list[Likely]:
    """Pairs with their reasons; without those whose parties have changed or gone meanwhile."""
    pairs = list(pairs)
    records = records_of({side for pair in pairs for side in (pair.left, pair.right)})
    return [
        Likely(
            pair.left, pair.right, pair.score.probability, pair.score.weight, evidence(model, pair.score, records[pair.left], records[pair.right])
        )
        for pair in pairs
        if pair.left in records and pair.right in records
    ]  # fmt: skip


@transaction.atomic
def _write(found: Collection[Likely], tally: Tally) -> set[tuple[int, int]]:
    """Lay the pairs down: new ones are made, open ones brought up to date, judged ones left alone."""
    related = _related(found)
    wanted = {(one.left, one.right): one for one in found if (one.left, one.right) not in related}
    sides = {side for pair in wanted for side in pair}
    live = set(Party.objects.live().filter(pk__in=sides).select_for_update().values_list("pk", flat=True))
    wanted = {pair: one for pair, one in wanted.items() if live.issuperset(pair)}
    rows = DuplicatePair.objects.filter(left__in={left for left, _ in wanted}, right__in={right for _, right in wanted})
    known = {(row.left_id, row.right_id): row for row in rows}
    now = clock.now()
    new = [
        DuplicatePair(
            left_id=one.left, right_id=one.right, probability=one.probability, weight=one.weight, evidence=one.evidence, found_at=now
        )
        for pair, one in wanted.items()
        if pair not in known
    ]  # fmt: skip
    changed = []
    for pair, one in wanted.items():
        row = known.get(pair)
        if row is not None and not row.verdict and (row.weight != one.weight or row.evidence != one.evidence):
            row.probability, row.weight, row.evidence = one.probability, one.weight, one.evidence
            changed.append(row)
    DuplicatePair.objects.bulk_create(new, ignore_conflicts=True)
    DuplicatePair.objects.bulk_update(changed, ["probability", "weight", "evidence"], batch_size=100)
    tally.new += len(new)
    tally.pairs += sum(1 for pair in wanted if pair not in known or not known[pair].verdict)
    return set(wanted)


def _related(found: Collection[Likely]) -> set[tuple[int, int]]:
    """Pairs that are something to each other, and so not one: a wife, a superior, a member of a household."""
    sides = {side for one in found for side in (one.left, one.right)}
    rows = PartyRelation.objects.filter(party__in=sides, other__in=sides).exclude(kind__in=_SELDOM_ONE)
    return {(min(pair), max(pair)) for pair in rows.values_list("party_id", "other_id")}


def _open_pairs() -> Any:
    """Undecided pairs that a search has found; what an import has put up for decision stays until somebody decides."""
    return DuplicatePair.objects.open().exclude(weight=0.0)


def _drop_stale(pairs: Any, seen: set[tuple[int, int]]) -> int:
    """Remove open pairs that were not found again; returns how many."""
    stale = [
        pk for pk, left, right in pairs.values_list("pk", "left_id", "right_id").iterator() if (left, right) not in seen
    ]
    for part in in_parts(stale, _WRITE):
        DuplicatePair.objects.open().filter(pk__in=part).delete()
    return len(stale)


def _forget_old_runs() -> None:
    old = DuplicateRun.objects.order_by("-id").values_list("pk", flat=True)[RUNS_KEPT : RUNS_KEPT + 1000]
    DuplicateRun.objects.filter(pk__in=list(old)).delete()
