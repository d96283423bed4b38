"""Reading results and runs."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from regulars.catalogue.models import Product
from regulars.customers.models import LinkageWeights, Party
from regulars.intelligence.analyses import offers as lists
from regulars.intelligence.analyses.base import FORECAST
from regulars.intelligence.days import to_day
from regulars.kit import clock
from regulars.reporting.models import AnalysisResult, AnalysisRun, Calibration, CustomerForecast, DuplicateRun, RunState


def latest(name: str) -> AnalysisResult | None:
    """The newest result of an analysis."""
    return AnalysisResult.objects.filter(name=name).select_related("run").order_by("-id").first()


def all_latest() -> dict[str, dict[str, Any]]:
    """The newest finished run's results by name of analysis; empty before the first."""
    run = last_done()
    return {one.name: one.result for one in run.results.all()} if run else {}


def last_done() -> AnalysisRun | None:
    """The newest run that finished."""
    return AnalysisRun.objects.filter(state=RunState.DONE).order_by("-id").first()


def forecast_of(party_id: int) -> dict[str, Any] | None:
    """What may be expected of a customer, as other systems read it; None where nothing was foretold.

    ``trusted``: by column, whether the model behind it may be believed and whether its money may.
    """
    row = CustomerForecast.objects.filter(pk=party_id).first()
    run = last_done() if row else None
    if row is None or run is None:
        return None
    told = {"currency": row.currency, **{name: getattr(row, name) for name in FORECAST}, **offers(row)}
    return {"customer": party_id, "as_of": run.as_of, **told, "trusted": run.believed}


def offers(row: CustomerForecast) -> dict[str, list[dict[str, Any]]]:
    """What this customer will buy ``again`` and what ``new``, each with its product, name, chance and reasons."""
    again, new = json.loads(row.again), json.loads(row.new)
    named = set(again[:: lists.SIZE] + new[:: lists.SIZE] + new[2 :: lists.SIZE])
    names = dict(Product.objects.filter(pk__in=named).values_list("pk", "name")) if named else {}
    return {"again": lists.spelled(again, names, new=False), "new": lists.spelled(new, names, new=True)}


def likely_of(parties: Collection[int]) -> dict[int, tuple[list[int], list[int]]]:
    """The products that these customers will likely buy again, and new, by number, the likeliest first. One query."""
    rows = CustomerForecast.objects.filter(party__in=parties).values_list("party_id", "again", "new")
    return {pk: (json.loads(again)[:: lists.SIZE], json.loads(new)[:: lists.SIZE]) for pk, again, new in rows}


def under_way() -> AnalysisRun | None:
    """The run that waits or works, if there is one; what was asked for more than an hour ago is taken to have died."""
    recent = clock.now() - timedelta(hours=1)
    return (
        AnalysisRun.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING), asked_at__gt=recent)
        .order_by("-id")
        .first()
    )


def newest_run() -> AnalysisRun | None:
    """The newest run, whatever became of it."""
    return AnalysisRun.objects.order_by("-id").first()


def is_due(now: datetime | None = None) -> bool:
    """Whether the nightly run is still to be done: none since three in the night, company time, nor tried in the last half hour.

    A house in which nothing was ever analysed is left alone: its first import asks by itself.
    """
    moment = timezone.localtime(now or clock.now())
    newest, last = newest_run(), last_done()
    if newest is None or newest.asked_at > moment - timedelta(minutes=30):
        return False
    begins = moment.replace(hour=3, minute=0, second=0, microsecond=0)
    if moment < begins:
        begins -= timedelta(days=1)
    return last is None or last.started_at is None or last.started_at < begins


def found_before(*names: str) -> dict[str, dict[str, Any]]:
    """What these analyses last found, by name; those that have never run are left out."""
    return {name: one.result for name in names if (one := latest(name))}


def calibrations() -> list[tuple[int | None, dict[str, Any]]]:
    """Those in force as (day number or None, values), the oldest first."""
    return [(to_day(one.since) if one.since else None, one.values) for one in Calibration.objects.all()]


def last_search() -> DuplicateRun | None:
    """The newest search for duplicates over the whole record that finished."""
    return DuplicateRun.objects.filter(state=RunState.DONE, batch_id=None).order_by("-id").first()


def search_under_way() -> DuplicateRun | None:
    """The search that waits or works; what was asked for more than an hour ago is taken to have died."""
    recent = clock.now() - timedelta(hours=1)
    running = DuplicateRun.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING), asked_at__gt=recent)
    return running.order_by("-id").first()


def duplicates_learned() -> bool:
    """Whether weights are kept from an earlier search."""
    return LinkageWeights.objects.exists()


def are_many(touched: int) -> bool:
    """Whether so many parties are a good part of the record, so that what was learned of the others says too little."""
    return touched > 1_000 and touched * 3 > Party.objects.live().count()


def duplicates_due(now: datetime | None = None) -> bool:
    """Whether the nightly search is still to be done: none since four in the night, company time, nor tried in the last half hour.

    A house without parties is left alone.
    """
    moment = timezone.localtime(now or clock.now())
    newest, last = DuplicateRun.objects.order_by("-id").first(), last_search()
    if search_under_way() is not None or (newest is not None and newest.asked_at > moment - timedelta(minutes=30)):
        return False
    begins = moment.replace(hour=4, minute=0, second=0, microsecond=0)
    if moment < begins:
        begins -= timedelta(days=1)
    if last is not None and last.started_at is not None and last.started_at >= begins:
        return False
    return Party.objects.live().exists()
