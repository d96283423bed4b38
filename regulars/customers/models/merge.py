"""Two records that are one customer: the pairs found, the merges made and every row they moved."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party
from regulars.kit import clock


class PairVerdict(models.TextChoices):
    """What a person said of a pair."""

    SAME = "same", _("The same")
    DIFFERENT = "different", _("Different")


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    """Pairs by what is known of them."""

    def open(self) -> Self:
        """Not yet decided by anybody."""
        return self.filter(verdict="")


class DuplicatePair(models.Model):
    """Two parties that may be one, ``left`` the older id, with the evidence of the match.

    ``probability`` is that of being the same party; ``weight`` its log2 odds ratio. ``evidence`` lists, per field
    compared, ``{"field": …, "level": …, "weight": …, "left": …, "right": …}``: weights in bits add up, with the
    prior, to the odds. A pair judged *different* is never proposed again.
    """

    left = models.ForeignKey(Party, models.CASCADE, related_name="+", db_index=False)
    right = models.ForeignKey(Party, models.CASCADE, related_name="+")
    probability = models.FloatField(_("probability"))
    weight = models.FloatField(_("weight"))
    evidence = models.JSONField(default=list)
    found_at = models.DateTimeField(_("found"), default=clock.now)
    verdict = models.CharField(_("verdict"), max_length=10, choices=PairVerdict, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        indexes: ClassVar = [
            models.Index(fields=["-probability", "id"], condition=Q(verdict=""), name="pair_open_by_probability"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["left", "right"], name="pair_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="pair_older_first"),
        ]

    @property
    def both(self) -> tuple[Party, Party]:
        """The two, the older first."""
        return self.left, self.right


class MergeQuerySet(models.QuerySet["Merge"]):
    """Merges by whether they stand."""

    def standing(self) -> Self:
        """Not undone."""
        return self.filter(undone_at=None)


class Merge(models.Model):
    """``loser`` was merged into ``winner``; undone when ``undone_at`` says so, at any time later.

    ``before`` and ``after`` hold the fields of the winner that the merge changed; ``counts`` how many rows were moved
    and set aside, by table. Merges made in one act share ``batch_id`` and are undone as one.
    """

    winner = models.ForeignKey(Party, models.PROTECT, related_name="merges_won")
    loser = models.ForeignKey(Party, models.PROTECT, related_name="merges_lost")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    evidence = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["loser"], condition=Q(undone_at=None), name="merge_loser_once"),
            models.CheckConstraint(condition=~Q(winner=F("loser")), name="merge_of_two"),
        ]


class MergeMove(models.Model):
    """What stood in which columns before a merge, and after: of the row ``object_id``, or of all of ``object_ids``.

    Rows that were changed or set aside one by one have an entry each; rows that were re-pointed together share one (whose
    ``object_id`` is the first of them), so that tens of thousands are remembered as fast as one.
    """

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="moves")
    table = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    object_ids = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["table", "object_id"], name="merge_move_of_row")]
