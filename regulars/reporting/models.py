"""Runs of the analysis, what they found, and what they had learned of all customers by then."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock

FORECASTS: Final = "forecasts"
"""What segments that ask for something foretold depend on."""


class RunState(models.TextChoices):
    """How far a run has come."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class AnalysisRun(models.Model):
    """One refresh: facts down, scores up. ``historical`` says that the facts end long before now and were judged as of their end.

    ``believed``: by column of the forecasts, whether the model behind it may be (``trusted``) and whether its money may (``amounts``).
    """

    state = models.CharField(max_length=8, choices=RunState, default=RunState.QUEUED)
    step = models.CharField(max_length=24, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    historical = models.BooleanField(default=False)
    currency = models.CharField(max_length=3, blank=True)
    customers = models.PositiveIntegerField(default=0)
    moves = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(null=True, blank=True)
    facts = models.JSONField(default=dict)
    believed = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("run of the analysis")
        indexes: ClassVar = [models.Index(fields=["state", "-id"], name="run_by_state")]


class AnalysisResult(models.Model):
    """What one analysis found in one run; ``result`` is its ``Result.as_dict()``."""

    run = models.ForeignKey(AnalysisRun, models.CASCADE, related_name="results")
    name = models.CharField(max_length=40)
    as_of = models.DateTimeField()
    seconds = models.FloatField()
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "-id"], name="result_newest")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "name"], name="result_once_per_run")]


class Calibration(models.Model):
    """What was learned of all customers together, in force from the day ``since`` (None: from the beginning).

    They are kept so that the history of stages, rebuilt, comes out as it was written.
    """

    since = models.DateField(null=True, blank=True, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    values = models.JSONField()

    class Meta:
        ordering: ClassVar = [models.F("since").asc(nulls_first=True)]


class FactChange(models.Model):
    """A row of a fact table that was written, changed or removed since the last refresh.

    Triggers of the database write these (migration ``change_log``), so nothing that changes a fact can forget to. A
    refresh deletes just the ones it saw in its own snapshot, so that what commits late is seen by the next one.
    """

    fact = models.CharField(max_length=12)
    row = models.BigIntegerField()
    party = models.BigIntegerField(null=True)


class WarehouseMark(models.Model):
    """Which generation of the warehouse this record was last copied to; one row.

    ``intended`` is written before that generation is put in force, ``reached`` when all that rests on it is written. A
    warehouse that is neither belongs to another record (a restored one, say) and is filled anew.
    """

    intended = models.CharField(max_length=16, blank=True)
    reached = models.CharField(max_length=16, blank=True)


class DuplicateRun(models.Model):
    """One search for duplicates: over the whole record, or (``batch_id``) for the records that one batch touched.

    ``facts`` says, per kind of party, how many records were compared, how many candidates there were and what came of them.
    """

    state = models.CharField(max_length=8, choices=RunState, default=RunState.QUEUED)
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    batch_id = models.BigIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    pairs = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    facts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("search for duplicates")
        indexes: ClassVar = [models.Index(fields=["state", "-id"], name="duplicate_run_by_state")]


class AnalysisSlice(models.Model):
    """What an analysis found of some customers or days alone; ``result`` as in ``AnalysisResult``. Kept of the newest run only.

    ``dimension`` and ``value`` say of whom (``intelligence.analyses.slices``), of a slice of two both joined; ``label`` is the
    value in words where it is a name of the company's own.
    """

    run = models.ForeignKey(AnalysisRun, models.CASCADE, related_name="slices")
    name = models.CharField(max_length=40)
    dimension = models.CharField(max_length=40)
    value = models.CharField(max_length=170)
    label = models.CharField(max_length=250, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name", "dimension", "value"], name="slice_once_per_run")
        ]


class AskedSlice(models.Model):
    """A slice of two dimensions that somebody asked for; counted in the background, and by every refresh of the next month."""

    name = models.CharField(max_length=40)
    dimension = models.CharField(max_length=40)
    value = models.CharField(max_length=170)
    state = models.CharField(max_length=8, choices=RunState, default=RunState.QUEUED)
    step = models.CharField(max_length=24, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "dimension", "value"], name="asked_slice_once")
        ]


class Picked(models.Model):
    """Customers whom an analysis names one by one, best first: the ids behind a ``Selection`` with a key."""

    run = models.ForeignKey(AnalysisRun, models.CASCADE, related_name="picked")
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    parties = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "name", "key"], name="picked_once_per_run")]


class CustomerForecast(models.Model):
    """What may be expected of one customer; the columns are those of ``intelligence.analyses.base.FORECAST``.

    Money is in minor units of ``currency`` and empty where the model behind it is not to be believed, so that no list, file
    or other system shows it. ``again`` and ``new`` are lists of numbers as JSON (``queries.offers`` puts them into words).
    ``mark`` is a hash of the figures and reasons, ``offers_mark`` of the two lists: the refresh writes only what differs.
    """

    party = models.OneToOneField("customers.Party", models.CASCADE, primary_key=True, related_name="forecast")
    as_of = models.DateTimeField()
    currency = models.CharField(max_length=3, blank=True)
    alive = models.FloatField(_("still a customer"), null=True, blank=True)
    churn = models.FloatField(_("about to leave"), null=True, blank=True)
    orders = models.FloatField(_("orders expected"), null=True, blank=True)
    orders_low = models.FloatField(null=True, blank=True)
    orders_high = models.FloatField(null=True, blank=True)
    money = models.BigIntegerField(_("money expected"), null=True, blank=True)
    money_low = models.BigIntegerField(null=True, blank=True)
    money_high = models.BigIntegerField(null=True, blank=True)
    again = models.TextField(_("will buy again"), default="[]")
    new = models.TextField(_("will buy new"), default="[]")
    reasons = models.JSONField(_("reasons"), default=list)
    converts = models.FloatField(_("will become a customer"), null=True, blank=True)
    openings = models.JSONField(_("with what a talk may begin"), default=list)
    mark = models.BigIntegerField(default=0)
    offers_mark = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("forecast of a customer")
        indexes: ClassVar = [
            models.Index(fields=[name, "party"], name=f"forecast_by_{name}")
            for name in ("alive", "churn", "orders", "money", "converts")
        ]
