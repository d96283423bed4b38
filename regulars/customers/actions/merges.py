"""Merging records of one party, and taking them apart again at any time later."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.customers import search, timeline
from regulars.customers.actions.batches import undo_by_kind
from regulars.customers.actions.merge_fields import change_winner, restore_winner
from regulars.customers.actions.summaries import rebuild_activity
from regulars.customers.merging import moves, registry
from regulars.customers.models import (
    Batch,
    BatchKind,
    DuplicatePair,
    Erasure,
    Merge,
    PairVerdict,
    Party,
)  # fmt: skip
from regulars.customers.queries.merging import suggested_winner, systems_of_loser_alone
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import audit
from regulars.web.format import show_date

if TYPE_CHECKING:
    from regulars.staff.models import User


_LONGEST_CHAIN: Final = 20
logger = logging.getLogger("regulars.customers")


@transaction.atomic
def merge_parties(
    *,
    winner: Party,
    loser: Party,
    by: User | None,
    choices: Mapping[str, Any] | None = None,
    evidence: Sequence[Mapping[str, Any]] | None = None,
    batch: Batch | None = None,
) -> Merge:
    """Make one record of two: everything that hangs on ``loser`` moves to ``winner``, whose page shows it from then on.

    Args:
        choices: by field (``name``, ``address``, ``owner``, ``custom.<key>`` …): ``"winner"``, ``"loser"``, or a value. Left
            out: the winner's value, an empty one filled from the loser. What loses stays in the history.
        evidence: why they are the same; by default that of the pair that was found.
        batch: the act this merge belongs to; by default one of its own.

    Raises:
        UserError: one of them is merged already, in the trash or erased, or they are of different kinds.
    """
    one, other = _locked_pair(winner.pk, loser.pk)
    pair = DuplicatePair.objects.filter(left=min(one.pk, other.pk), right=max(one.pk, other.pk)).first()
    batch = batch or Batch.objects.create(kind=BatchKind.MERGE, made_by=by, title=one.name[:255])
    told = list(evidence if evidence is not None else pair.evidence if pair else [])
    try:
        merge = Merge.objects.create(winner=one, loser=other, evidence=told, made_by=by, batch_id=batch.pk)
    except IntegrityError as error:
        raise UserError(_("“%(name)s” has just been merged by somebody else.") % {"name": other.name}) from error
    Party.objects.filter(pk=other.pk).update(merged_into=one)
    change_winner(merge=merge, winner=one, loser=other, choices=choices or {}, by=by)
    moves.Mover(merge).carry_over()
    _settle([one.pk, other.pk])
    _tell("customers.merged", merge, of=one, other=other, by=by)
    _copy(one, winner)
    loser.merged_into, loser.merged_into_id = winner, winner.pk
    return merge


@transaction.atomic
def merge_many(
    *, winner: Party, losers: Sequence[Party], by: User | None, choices: Mapping[str, int | str] | None = None
) -> Batch:
    """Make one record of several, as one act.

    Args:
        choices: by field, the id of the party whose value it shall be, or the value as text.

    Raises:
        UserError: as ``merge_parties``.
    """
    batch = Batch.objects.create(kind=BatchKind.MERGE, made_by=by, title=winner.name[:255])
    chosen = dict(choices or {})
    for loser in losers:
        sides = {key: _side(told, winner, loser) for key, told in chosen.items()}
        merge_parties(winner=winner, loser=loser, by=by, choices=sides, batch=batch)
        chosen = {key: told if isinstance(told, int) else winner.pk for key, told in chosen.items()}
    return batch


def merge_pairs(*, pair_ids: Sequence[int], by: User | None, batch: Batch) -> int:
    """Merge open pairs one by one, the likeliest first, each in a transaction of its own, all under ``batch``.

    Whatever was decided meanwhile is passed over; it ends when ``batch`` is undone meanwhile.

    Returns:
        Number of merges made.
    """
    merged = 0
    for pk in DuplicatePair.objects.filter(pk__in=pair_ids).order_by("-probability", "pk").values_list("pk", flat=True):
        pair = DuplicatePair.objects.open().select_related("left__summary", "right__summary").filter(pk=pk).first()
        if pair is None or not _is_live(pair):
            continue
        if Batch.objects.filter(pk=batch.pk, undone_at__isnull=False).exists():
            break
        winner = suggested_winner([pair.left, pair.right])
        loser = pair.right if winner is pair.left else pair.left
        try:
            merge_parties(winner=winner, loser=loser, by=by, evidence=pair.evidence, batch=batch)
        except UserError as error:
            logger.info("pair %s was not merged: %s", pk, error)
            continue
        merged += 1
    return merged


def _is_live(pair: DuplicatePair) -> bool:
    return all(one.merged_into_id is None and one.trashed_at is None for one in (pair.left, pair.right))


@transaction.atomic
def unmerge(*, merge: Merge, by: User | None, different: bool = False) -> Merge:
    """Take two records apart again: what the merge moved goes back, and later edits of the winner are kept.

    What arrived since stays with the winner, except what came from a system in which only the loser has a number.

    Args:
        different: remember that the two are different, so that nobody asks again.

    Raises:
        UserError: it is undone already, or the winner was merged into another since; that comes first.
    """
    held = Merge.objects.select_for_update().get(pk=merge.pk)
    if held.undone_at is not None:
        raise UserError(_("This merge has been undone already."))
    if Erasure.objects.filter(party__in=(held.winner_id, held.loser_id)).exists():
        raise UserError(_("The person was erased; nothing can be taken apart from them any more."))
    parties = _lock(held.winner_id, held.loser_id)
    winner, loser = parties[held.winner_id], parties[held.loser_id]
    if winner.merged_into_id is not None:
        _refuse_inner(winner)
    systems = systems_of_loser_alone(held)
    Party.objects.filter(pk=loser.pk).update(merged_into=None)
    moves.put_back(held)
    moves.return_newcomers(held, systems)
    restore_winner(merge=held, winner=winner, by=by)
    held.undone_at, held.undone_by = clock.now(), by
    held.save(update_fields=["undone_at", "undone_by"])
    touched = {winner.pk, loser.pk}
    for standing in Merge.objects.standing().filter(winner=winner).order_by("pk"):
        moves.Mover(standing).carry_over()
        touched.add(standing.loser_id)
    _settle(sorted(touched))
    if different:
        _keep_apart(winner.pk, loser.pk, by)
    _tell("customers.unmerged", held, of=winner, other=loser, by=by)
    _tell("customers.unmerged", held, of=loser, other=winner, by=by, audited=False)
    merge.undone_at, merge.undone_by = held.undone_at, by
    return merge


@transaction.atomic
def unmerge_batch(*, batch: Batch, by: User | None) -> int:
    """Take back every merge of one act that still stands, the last one first; returns how many."""
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.undone_at is not None:
        raise UserError(_("This has been undone already."))
    standing = list(Merge.objects.standing().filter(batch_id=batch.pk).order_by("-pk"))
    for merge in standing:
        unmerge(merge=merge, by=by)
    locked.undone_at, locked.undone_by = clock.now(), by
    locked.save(update_fields=["undone_at", "undone_by"])
    return len(standing)


def _side(told: int | str, winner: Party, loser: Party) -> str:
    """The choice as one merge sees it; a text is given with the first merge."""
    if isinstance(told, str):
        return told
    return "loser" if told == loser.pk else "winner"


def _undo(batch: Batch, by: User | None) -> None:
    """What ``undo_batch`` has to do for an act of merging."""
    for merge in Merge.objects.standing().filter(batch_id=batch.pk).order_by("-pk"):
        unmerge(merge=merge, by=by)


undo_by_kind[BatchKind.MERGE] = _undo


def gather_strays(*, since: datetime | None = None) -> int:
    """Bring to the winner what came to hang on merged parties all the same: an import that ran meanwhile knew only the loser.

    Args:
        since: also look through merges made from then on, whose contact points and relations may have grown.

    Returns:
        Number of merges that were carried on.
    """
    carried = 0
    recent = (
        set(Merge.objects.standing().filter(made_at__gte=since).values_list("loser", flat=True)) if since else set()
    )
    for _round in range(_LONGEST_CHAIN):
        found = list(Merge.objects.standing().filter(loser__in=moves.strays() | recent).order_by("pk"))
        recent = set()
        if not found:
            break
        for merge in found:
            with transaction.atomic():
                _lock(merge.winner_id, merge.loser_id)
                moves.Mover(merge).carry_over()
                _settle([merge.winner_id, merge.loser_id])
            carried += 1
    return carried


@transaction.atomic
def keep_apart(*, pair: DuplicatePair, by: User | None) -> None:
    """Say that two records are different: the pair is never proposed again."""
    DuplicatePair.objects.filter(pk=pair.pk).update(
        verdict=PairVerdict.DIFFERENT, decided_at=clock.now(), decided_by=by
    )
    audit.record("customers.kept_apart", by=by, object_type="pair", object_id=pair.pk)
    pair.refresh_from_db()


@transaction.atomic
def ask_again(*, pair: DuplicatePair, by: User | None) -> None:
    """Take a verdict of *different* back."""
    DuplicatePair.objects.filter(pk=pair.pk, verdict=PairVerdict.DIFFERENT).update(
        verdict="", decided_at=None, decided_by=None
    )
    pair.refresh_from_db()


def propose_pairs(found: Iterable[tuple[int, int, float, float, list[dict[str, Any]]]]) -> int:
    """Put up for decision that two parties may be one: (party, party, probability, bits, evidence); known pairs stay.

    Returns:
        Number of pairs offered.
    """
    rows = [
        DuplicatePair(
            left_id=min(one, other), right_id=max(one, other), probability=probability, weight=weight, evidence=evidence
        )
        for one, other, probability, weight, evidence in found
        if one != other
    ]
    DuplicatePair.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def _lock(*ids: int) -> dict[int, Party]:
    """The parties, locked in the order of their ids so that two who want the same never wait for each other."""
    return {one.pk: one for one in Party.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")}


def _locked_pair(winner: int, loser: int) -> tuple[Party, Party]:
    if winner == loser:
        raise UserError(_("A record cannot be merged with itself."))
    found = _lock(winner, loser)
    one, other = found[winner], found[loser]
    for party in (one, other):
        if party.merged_into_id is not None:
            into = Party.objects.only("name").get(pk=party.merged_into_id)
            values = {"name": party.name, "into": into.name}
            raise UserError(_("“%(name)s” has been merged into “%(into)s” already.") % values)
        if party.trashed_at is not None:
            raise UserError(_("“%(name)s” is in the trash; restore it first.") % {"name": party.name})
    if one.kind != other.kind:
        values = {
            "one": one.name,
            "kind": one.get_kind_display(),
            "other": other.name,
            "other_kind": other.get_kind_display(),
        }
        raise UserError(_("“%(one)s” is: %(kind)s, “%(other)s” is: %(other_kind)s. Make them the same first.") % values)
    if Erasure.objects.filter(party__in=[winner, loser]).exists():
        raise UserError(_("A record that was erased cannot be merged."))
    return one, other


def _refuse_inner(winner: Party) -> None:
    outer = Merge.objects.standing().select_related("winner").get(loser=winner)
    values = {"name": winner.name, "into": outer.winner.name, "day": show_date(outer.made_at)}
    raise UserError(_("“%(name)s” was itself merged into “%(into)s” on %(day)s. Undo that first.") % values)


def _keep_apart(one: int, other: int, by: User | None) -> None:
    verdict = {"verdict": PairVerdict.DIFFERENT, "decided_at": clock.now(), "decided_by": by}
    DuplicatePair.objects.update_or_create(
        left_id=min(one, other), right_id=max(one, other), defaults=verdict, create_defaults={**verdict, "probability": 0.0, "weight": 0.0}
    )  # fmt: skip


def _settle(ids: Sequence[int]) -> None:
    """Whatever is kept about these parties follows from the record again."""
    rebuild_activity(party_ids=ids)
    registry.rebuild(ids)
    moves.touch(list(ids))
    search.reindex(ids)


def _tell(kind: str, merge: Merge, *, of: Party, other: Party, by: User | None, audited: bool = True) -> None:
    """On the timeline (the other's name in the part that can be erased) and in the audit log."""
    timeline.record(
        kind=kind, customer=of, by=by, object_type="party", object_id=other.pk, subject=other.name,
        payload={"merge": merge.pk, "other": other.pk}, batch_id=merge.batch_id, source="regulars",
    )  # fmt: skip
    if audited:
        audit.record(
            kind,
            by=by,
            object_type="party",
            object_id=of.pk,
            merge=merge.pk,
            winner=merge.winner_id,
            loser=merge.loser_id,
        )


def _copy(fresh: Party, party: Party) -> None:
    fresh.refresh_from_db()
    for field in Party._meta.concrete_fields:
        setattr(party, field.attname, getattr(fresh, field.attname))


def identities(party_id: int) -> list[int]:
    """The party and every record merged into it: all that is known of one person stands under these ids."""
    return sorted(Party.objects.filter(Q(pk=party_id) | Q(merged_into=party_id)).values_list("pk", flat=True))
