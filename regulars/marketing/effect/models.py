"""Experiments, who is in which arm since when, what became of each unit, and the sums of a half hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models import Party
from regulars.intelligence.models.experiments.assignment import Split
from regulars.intelligence.models.experiments.sequential import AlwaysValid
from regulars.intelligence.models.experiments.sums import Sums
from regulars.kit import clock
from regulars.marketing.effect.fields import WholeNumber

CONTROL: Final = "control"
"""The arm that is left alone, in every experiment."""
HALF_HOUR: Final = 30
DAY: Final = 24 * 60
MOST_DAYS_IN_HALF_HOURS: Final = 62


class Layer(models.TextChoices):
    """Where an experiment stands: one act, all of marketing (above the others), or measured somewhere else."""

    ACT = "act", pgettext_lazy("experiment", "One act")
    EVERYTHING = "everything", pgettext_lazy("experiment", "All of marketing")
    ELSEWHERE = "elsewhere", pgettext_lazy("experiment", "Measured elsewhere")


class UnitKind(models.TextChoices):
    """What is drawn: where an offer is shared, the household."""

    PARTY = "party", pgettext_lazy("experiment", "Customer")
    HOUSEHOLD = "household", pgettext_lazy("experiment", "Household")


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    """Experiments by their state."""

    def running(self) -> Self:
        """Not ended."""
        return self.filter(ended_at=None)


class Experiment(models.Model):
    """Who is left alone to see what an act does. Declared before the start; what was declared never changes.

    ``origin`` says whose it is (``campaign:7``). ``control_share`` is in buckets of 10,000. ``sequences`` holds, a measure, the
    confidence sequence as it was planned. ``step`` is how many minutes a row of sums covers. ``told`` is the last report, which
    lists show; ``sweep_at``: when to look for what happened while people were being assigned. ``columns`` and ``arms``
    describe a file that was measured elsewhere.
    """

    origin = models.CharField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    layer = models.CharField(max_length=12, choices=Layer, default=Layer.ACT)
    measure = models.CharField(_("measure"), max_length=40)
    unit = models.CharField(
        pgettext_lazy("experiment", "unit"), max_length=10, choices=UnitKind, default=UnitKind.PARTY
    )
    variants = models.JSONField(default=list)
    control_share = models.PositiveSmallIntegerField(_("control group"), default=1_000)
    salt = models.CharField(max_length=64)
    days = models.PositiveIntegerField(_("days"), default=28)
    expected_units = models.PositiveIntegerField(default=0)
    sequences = models.JSONField(default=dict)
    currency = models.CharField(max_length=3, blank=True)
    step = models.PositiveIntegerField(default=HALF_HOUR)
    columns = models.JSONField(default=list)
    arms = models.JSONField(default=dict)
    declared_at = models.DateTimeField(_("declared"), default=clock.now)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("declared by"),
    )
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(pgettext_lazy("experiment", "ended"), null=True, blank=True)
    sweep_at = models.DateTimeField(null=True, blank=True)
    told = models.JSONField(default=dict)
    told_at = models.DateTimeField(null=True, blank=True)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        verbose_name = _("experiment")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["layer"], condition=Q(layer="everything", ended_at=None), name="one_hold_out_of_all_at_a_time"
            ),
            models.CheckConstraint(condition=Q(control_share__lte=10_000), name="control_share_of_10000"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of its report."""
        running = self.layer == Layer.EVERYTHING and self.ended_at is None
        return "/effect/marketing/" if running else f"/effect/{self.pk}/"

    @property
    def split(self) -> Split:
        """How units are drawn: control first, then the variants in equal parts."""
        left = (10_000 - self.control_share) * len(self.variants)
        each = {name: left // len(self.variants) for name in self.variants}
        return Split(self.salt, {CONTROL: self.control_share * len(self.variants), **each})

    @property
    def shares(self) -> dict[str, float]:
        """The share that each arm was meant to get: whole buckets, or what the file was said to hold."""
        return dict(self.arms) if self.arms else self.split.shares

    def sequence(self, measure: str) -> AlwaysValid:
        """The confidence sequence of a measure, as it was planned."""
        return AlwaysValid(**self.sequences[measure])

    def moment(self, at: datetime) -> datetime:
        """The beginning of the half hour (or day) in which ``at`` lies."""
        length = timedelta(minutes=self.step).total_seconds()
        seconds = int(at.timestamp() // length * length)
        return datetime.fromtimestamp(seconds, tz=at.tzinfo).astimezone(clock.now().tzinfo)


class Assignment(models.Model):
    """``party`` belongs to ``arm`` since ``eligible_at``; written once, in the order in which people came in.

    ``unit`` is the number of the party or household that was drawn, ``bucket`` where it fell, ``x`` what they spent in the
    year before (minor units). ``stands`` is False while a merge makes them the same customer as an older row of the
    experiment, ``contaminated`` while two arms thereby met in one. ``reached``: somebody noted that the act reached them.
    """

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="assignments", db_index=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="arms")
    unit = models.BigIntegerField()
    arm = models.CharField(max_length=60)
    bucket = models.PositiveSmallIntegerField()
    eligible_at = models.DateTimeField()
    x = models.BigIntegerField(default=0)
    stands = models.BooleanField(default=True)
    contaminated = models.BooleanField(default=False)
    reached = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("assignment")
        indexes: ClassVar = [
            models.Index(fields=["experiment", "unit"], name="assignment_of_unit"),
            models.Index(fields=["experiment"], condition=Q(contaminated=True), name="assignment_contaminated"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["experiment", "party"], name="assigned_once")]


class UnitOutcome(models.Model):
    """In the half hour that begins at ``moment`` the outcome of a unit grew by ``y`` (0 to 1, or minor units; less than 0: fell)."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="+", db_index=False)
    unit = models.BigIntegerField()
    measure = models.CharField(max_length=40)
    moment = models.DateTimeField()
    y = models.BigIntegerField()

    class Meta:
        verbose_name = _("outcome of a unit")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "unit", "measure", "moment"], name="outcome_once_a_half_hour")
        ]


class Sum(models.Model):
    """What a half hour added to the sufficient statistics of an arm (``Sums``); it may be less than 0."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="sums", db_index=False)
    arm = models.CharField(max_length=60)
    measure = models.CharField(max_length=40)
    moment = models.DateTimeField()
    n = WholeNumber(default=0)
    y = WholeNumber(default=0)
    yy = WholeNumber(default=0)
    x = WholeNumber(default=0)
    xx = WholeNumber(default=0)
    xy = WholeNumber(default=0)

    class Meta:
        verbose_name = _("sums of a half hour")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "measure", "arm", "moment"], name="sums_once_a_half_hour")
        ]

    @property
    def sums(self) -> Sums:
        """As the mathematics takes them."""
        return Sums(self.n, self.y, self.yy, (self.x,), (self.xx,), (self.xy,))

    def hold(self, sums: Sums) -> None:
        """Take these numbers."""
        self.n, self.y, self.yy = sums.n, sums.y, sums.yy
        (self.x,), (self.xx,), (self.xy,) = sums.x, sums.xx, sums.xy


class Mark(models.Model):
    """Says that something which counts happened to a party who is in an experiment; written by triggers."""

    party_id = models.BigIntegerField()

    class Meta:
        verbose_name = "mark of experiments"


class HoldOutRules(models.Model):
    """Which share of customers is left out of all marketing, in buckets of 10,000; one row at most.

    Without a row the product's own rule holds (``queries.usual_share``).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    share = models.PositiveSmallIntegerField(_("share left out of all marketing"))
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("hold-out of all marketing")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="hold_out_rules_once"),
            models.CheckConstraint(condition=Q(share__lte=5_000), name="hold_out_at_most_half"),
        ]
