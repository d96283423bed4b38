"""The index of Insight: a card for each analysis, read from what the last run stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from regulars.intelligence import analyses
from regulars.reporting import queries, sentences
from regulars.reporting.insight.charts import spark
from regulars.reporting.insight.page import Json, sureness
from regulars.reporting.insight.trusting import judged, models_of
from regulars.reporting.sentences import About


@dataclass(frozen=True)
class Card:
    """An analysis on the index: the question, the answer, a small picture, how sure, and of when.

    ``trusted``: the answer may be believed; ``doubted``: not every model behind the page may.
    """

    name: str
    about: About
    said: str
    path: str
    bars: bool
    sure: str
    trusted: bool
    as_of: datetime
    doubted: bool

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("reporting:insight-page", args=[self.name])


def cards() -> list[Card]:
    """The index: every analysis that the last run told, in the order of running."""
    run = queries.last_done()
    if run is None or run.as_of is None:
        return []
    results = {one.name: one.result for one in run.results.all()}
    return [_card(name, results[name], run.as_of) for name in analyses.names() if "charts" in results.get(name, {})]


def _card(name: str, result: Json, as_of: datetime) -> Card:
    models = models_of(name, result)
    verdict = judged(name, models)
    told = verdict.told(result)
    values, bars = _sparked(told)
    said = sentences.headline(told)
    trusted = not (verdict.doubts(told["headline"][0]["code"]) if said else not verdict.trusted)
    doubts = sentences.joined(one.doubt for one in models if not one.verdict.trusted)
    return Card(
        name, sentences.about(name), said[0] if said else "", spark(values, bars=bars), bars, doubts or sureness(told), trusted, as_of,
        bool(doubts),
    )  # fmt: skip


def _sparked(result: Json) -> tuple[list[Any], bool]:
    """The values of the small picture, and whether they stand side by side: of the first chart, else of the first count."""
    for one in result["charts"] if result["enough"] else ():
        if one["series"] and one["kind"] != "triangle":
            return one["series"][0]["values"], one["kind"] != "lines" and one["x_unit"] != "month"
    for table in result["evidence"]:
        for at, column in enumerate(table["columns"]):
            if column["unit"] == "count":
                return [row[at] for row in table["rows"]], True
    return [], False
