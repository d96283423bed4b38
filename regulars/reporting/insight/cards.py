"""The index of Insight: a card for each analysis, read from what the last run stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulars.reporting import queries, sentences
from regulars.reporting.insight.charts import spark
from regulars.reporting.insight.page import Json, sureness
from regulars.reporting.insight.trusting import judged, models_of
from regulars.reporting.sentences import About, Text


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


@dataclass(frozen=True)
class Group:
    """Questions that belong together."""

    title: Text
    cards: list[Card]


GROUPS: Final[tuple[tuple[Text, tuple[str, ...]], ...]] = (
    (_("Whom to turn to"), ("next_step", "churn", "leads")),
    (_("How relationships stand"), ("stage", "movement", "cycle", "cohorts", "survival")),
    (_("What customers are worth"), ("value", "lifetime", "concentration", "wallet", "types")),
    (_("What they buy"), ("basket", "sequence", "next_offer")),
)
"""Every analysis once, in the order of the index."""


def groups() -> list[Group]:
    """The index: every analysis that the last run told."""
    run = queries.last_done()
    if run is None or run.as_of is None:
        return []
    results = {one.name: one.result for one in run.results.all() if "charts" in one.result}
    told = [
        Group(title, [_card(name, results[name], run.as_of) for name in names if name in results])
        for title, names in GROUPS
    ]
    return [one for one in told if one.cards]


def _card(name: str, result: Json, as_of: datetime) -> Card:
    models = models_of(name, result)
    verdict = judged(name, models)
    told = verdict.told(result)
    values, bars = _sparked(told)
    said = sentences.headline(told)
    trusted = not verdict.unsure(told["headline"][0]["code"]) if said else verdict.trusted
    doubts = sentences.joined(one.doubt for one in models if not one.verdict.amounts)
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
