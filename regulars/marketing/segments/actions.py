"""Making, changing and removing segments. Their members follow by themselves (``membership``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Conflict, UserError
from regulars.marketing.segments import definition, membership
from regulars.marketing.segments.models import BY_MANY, BY_RULE, Member, Segment
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User


@transaction.atomic
def make_segment(*, name: str, rule: Any, by: User, note: str = "") -> Segment:
    """Make a segment; the worker works out its members.

    Raises:
        Forbidden: the role does not allow it.
        UserError: the name is taken or empty, or the rule makes no sense.
    """
    require(by, "segments.edit")
    segment = Segment(name=_free(name), note=note.strip()[:255], owner=by)
    _define(segment, definition.check(rule, by))
    segment.save()
    membership.settle_topics()
    audit.record("segments.made", by=by, object_type="segment", object_id=segment.pk, name=segment.name)
    return segment


@transaction.atomic
def change_segment(
    *, segment: Segment, name: str, rule: Any, by: User, note: str = "", version: int | None = None
) -> Segment:
    """Change name, note and rule; members are worked out anew only when the rule changed.

    Args:
        version: the version the change was made from.

    Raises:
        Conflict: somebody changed the rule meanwhile.
        Forbidden, UserError: as ``make_segment``.
    """
    require(by, "segments.edit")
    locked = Segment.objects.live().select_for_update().get(pk=segment.pk)
    told = definition.check(rule, by)
    if version is not None and version != locked.version:
        raise Conflict(_("Somebody changed this segment meanwhile. Look at it again before you save."))
    locked.name, locked.note, locked.changed_at = _free(name, but=locked), note.strip()[:255], clock.now()
    if told != locked.rule:
        locked.version += 1
        locked.asked_at, locked.asked_because = clock.now(), BY_RULE
        _define(locked, told)
    locked.save()
    membership.settle_topics()
    audit.record("segments.changed", by=by, object_type="segment", object_id=locked.pk, version=locked.version)
    return locked


def _define(segment: Segment, rule: dict[str, Any]) -> None:
    segment.rule, segment.topics, segment.timed = rule, definition.topics(rule), bool(definition.edges(rule))


def _free(name: str, *, but: Segment | None = None) -> str:
    name = name.strip()[:120]
    if not name:
        raise UserError(_("Please give the segment a name."))
    others = Segment.objects.live().filter(name=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise UserError(_("There is a segment of this name already."))
    return name


@transaction.atomic
def look_again(topic: str) -> None:
    """Have the segments that depend on ``topic`` worked out anew: much of what it stands for was written (``listed.follow``)."""
    for segment in Segment.objects.live().select_for_update().order_by("pk"):
        if topic in segment.topics:
            membership.ask(segment, BY_MANY)


@transaction.atomic
def remove_segment(*, segment: Segment, by: User) -> None:
    """Take a segment away: everybody leaves it; who was in it, and when, stays.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "segments.edit")
    now = clock.now()
    if Segment.objects.live().filter(pk=segment.pk).update(removed_at=now, asked_at=None, size=0):
        Member.objects.current().filter(segment=segment).update(until=now, left_cause=BY_RULE)
        membership.settle_topics()
        audit.record("segments.removed", by=by, object_type="segment", object_id=segment.pk, name=segment.name)


@transaction.atomic
def bring_back(*, segment: Segment, by: User) -> None:
    """Undo a removal; members are worked out anew.

    Raises:
        Forbidden: the role does not allow it.
        UserError: another segment has taken the name.
    """
    require(by, "segments.edit")
    _free(segment.name)
    now = clock.now()
    if Segment.objects.filter(pk=segment.pk, removed_at__isnull=False).update(
        removed_at=None, asked_at=now, asked_because=BY_RULE
    ):
        membership.settle_topics()
        audit.record("segments.brought_back", by=by, object_type="segment", object_id=segment.pk)
