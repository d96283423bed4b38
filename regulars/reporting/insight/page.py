"""A page of Insight, read from what the last run stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.customers.timeline import channel_label
from regulars.intelligence import analyses
from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.slices import DIMENSIONS, joined, parts_of
from regulars.reporting import pictures, queries, sentences
from regulars.reporting.combining import MOST
from regulars.reporting.insight import truths
from regulars.reporting.insight.charts import Drawn, draw
from regulars.reporting.insight.links import Source
from regulars.reporting.insight.trusting import Model, judged, models_of
from regulars.reporting.insight.truths import Closeness
from regulars.reporting.models import AnalysisRun, AnalysisSlice, AskedSlice
from regulars.web import format as show
from regulars.web.stages import VALUE_CLASSES

Json = Mapping[str, Any]
Parts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Choice:
    """A value of a dimension, and the page narrowed to it."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Dimension:
    """By what a page may be narrowed; ``label`` says the present choice."""

    key: str
    label: str
    choices: list[Choice]
    active: bool


@dataclass(frozen=True)
class Step:
    """What to do: a sentence as a button, whom it opens, the same as a file, and as the audience of a campaign."""

    number: int
    label: str
    url: str
    export_url: str
    doubted: bool = False

    @property
    def campaign_url(self) -> str:
        """The form of a campaign to these customers."""
        return f"{reverse('campaigns:new')}?{self.url.partition('?')[2]}"


@dataclass(frozen=True)
class Cell:
    """A field of the evidence."""

    text: str
    url: str = ""
    is_number: bool = True


@dataclass(frozen=True)
class Head:
    """The name of a column of the evidence."""

    text: str
    is_number: bool
    doubted: bool


@dataclass(frozen=True)
class Table:
    """The evidence ready for a template."""

    title: str
    headers: list[Head]
    rows: list[list[Cell]]

    @property
    def opens(self) -> bool:
        """Whether any of its numbers opens customers."""
        return any(cell.url for row in self.rows for cell in row)


class InsightPage:
    """One analysis as its page shows it; ``parts``: each dimension by which it is narrowed, with its value.

    ``untold``: nobody has counted these together yet, and ``result`` is that of everybody.
    """

    def __init__(self, run: AnalysisRun, name: str, result: Json, *, parts: Parts = (), untold: bool = False) -> None:
        assert run.as_of is not None
        self.run, self.name = run, name
        self.models = models_of(name, result)
        self.judged = judged(name, self.models)
        self.result: Json = self.judged.told(result)
        self.parts, self.untold = parts, untold
        self.as_of = run.as_of
        self.about = sentences.about(name)
        self.source = Source(name, *joined(parts))

    @property
    def trusted(self) -> bool:
        """Whether all of it may be believed."""
        return self.judged.trusted

    @property
    def said(self) -> str:
        """The answer."""
        return sentences.paragraph(self.result)

    @property
    def answer(self) -> list[tuple[str, bool]]:
        """The answer sentence by sentence, and whether what each amounts to may not be believed."""
        doubted = [self.judged.unsure(one["code"]) for one in self.result["headline"]]
        return list(zip(sentences.spaced(self.result), doubted, strict=True))

    @property
    def doubts(self) -> list[str]:
        """Which models may not be believed, or not their money, and why."""
        return [one.doubt for one in self.models if not one.verdict.amounts]

    @property
    def sure(self) -> str:
        """How sure the answer is, in a sentence."""
        return sureness(self.result)

    @cached_property
    def closeness(self) -> Closeness | None:
        """How close it came, where the truth is known."""
        return None if self.parts else truths.of(self.name)

    @property
    def unsure(self) -> bool:
        """Whether the figure of that sentence rests on what may not be believed."""
        told = self.result["certainty"]
        return bool(told) and self.judged.doubts(told["of"])

    @cached_property
    def charts(self) -> list[Drawn]:
        """The pictures; series that may not be believed are drawn quietly. Without enough data there is nothing to draw."""
        told = self.result["charts"] if self.result["enough"] else []
        shown = [one for one in told if any(line["values"] for line in one["series"])]
        return [self._drawn(one, number) for number, one in enumerate(shown)]

    def _drawn(self, chart: Json, number: int) -> Drawn:
        doubts = self.judged.doubts
        series = [{**one, "doubted": doubts(one["name"])} for one in chart["series"]]
        made = draw({**chart, "series": series}, self.source, self._label(chart, number))
        whole = doubts(chart["x_name"], chart["y_name"]) or all(doubts(one["name"]) for one in series)
        return replace(made, doubted=whole)

    def _label(self, chart: Json, number: int) -> str:
        """What it shows; a picture of several things at once is called like the page."""
        drawn = [one["name"] for one in chart["series"] if not one["quiet"]]
        if chart["kind"] == "triangle" or (not chart["y_name"] and len(drawn) != 1):
            return str(self.about.title)
        return sentences.word(chart["y_name"] or drawn[0])

    @property
    def arc(self) -> tuple[Any, Any] | None:
        """The arc, wide and tall, where the picture is that one."""
        if not any(one["kind"] == "arc" for one in self.result["charts"]):
            return None
        day = show.local_day(self.as_of)
        wide, tall = (
            pictures.arc(dict(self.result), by="people", days=90, as_of=day, layout=one) for one in ("wide", "tall")
        )
        return wide, tall

    @cached_property
    def tables(self) -> list[Table]:
        """The evidence."""
        return [self._table(one) for one in self.result["evidence"]]

    def _table(self, told: Json) -> Table:
        columns = list(enumerate(told["columns"]))
        first = next((one["name"] for _, one in columns if one["unit"] == "count"), columns[0][1]["name"])
        rows = []
        for number, row in enumerate(told["rows"]):
            behind = told["behind"][number] if told["behind"] else None
            who = {first: behind} if behind and "where" in behind else behind or {}
            rows.append([
                Cell(
                    sentences.value(row[at], one["unit"], told["currency"]),
                    self.source.url(who.get(one["name"])) if row[at] else "", _is_number(one["unit"]),
                )
                for at, one in columns
            ])  # fmt: skip
        doubts = self.judged.doubts
        headers = [
            Head(sentences.word(one["name"]), _is_number(one["unit"]), doubts(one["name"], told["title"]))
            for _, one in columns
        ]
        return Table(sentences.word(told["title"]) if told["title"] else "", headers, rows)

    @cached_property
    def steps(self) -> list[Step]:
        """What to do about it."""
        if self.untold:
            return []
        return [
            Step(
                number, sentences.found(one["saying"]), self.source.url(one["who"]), self.source.export_url(one["who"]),
                self.judged.doubts(one["saying"]["code"]),
            )
            for number, one in enumerate(self.result["next_steps"]) if self.source.query(one["who"])
        ]  # fmt: skip

    @cached_property
    def dimensions(self) -> list[Dimension]:
        """By what the page may be narrowed, with what there is to choose."""
        there: dict[str, list[tuple[str, str]]] = {}
        for dimension, value, label in (
            self.run.slices.filter(name=self.name).values_list("dimension", "value", "label").order_by("pk")
        ):
            there.setdefault(dimension, []).append((value, label))
        return [self._dimension(key, there[key]) for key in DIMENSIONS if key in there]

    @property
    def unsliced(self) -> list[tuple[str, str]]:
        """By what the page cannot be narrowed, and why: of one reason together."""
        told: dict[str, list[str]] = {}
        for key, code in base.unsliced(analyses.get(self.name)).items():
            told.setdefault(code, []).append(dimension_word(key))
        between = _(", ")
        return [(between.join(words), sentences.word(code)) for code, words in told.items()]

    def _dimension(self, key: str, values: list[tuple[str, str]]) -> Dimension:
        names = {value: _slice_word(key, value, label) for value, label in values}
        chosen = dict(self.parts).get(key)
        label = dimension_word(key)
        if chosen is not None:
            label = _("%(dimension)s: %(value)s") % {"dimension": label, "value": names.get(chosen, chosen)}
        choices = [Choice(name, self.address(self._with(key, value)), value == chosen) for value, name in names.items()]
        everything = Choice(pgettext("slice", "All"), self.address(self._without(key)), chosen is None)
        return Dimension(key, label, [everything, *choices], chosen is not None)

    def _without(self, key: str) -> Parts:
        return tuple(part for part in self.parts if part[0] != key)

    def _with(self, key: str, value: str) -> Parts:
        """The page narrowed by this too; a third dimension takes the place of the second."""
        return (*self._without(key)[: MOST - 1], (key, value))

    def address(self, parts: Parts) -> str:
        """Where the page narrowed so is found."""
        found = reverse("reporting:insight-page", args=[self.name])
        return f"{found}?{urlencode(parts)}" if parts else found

    @property
    def query(self) -> str:
        """How the page is narrowed, as its address says it."""
        return urlencode(self.parts)

    @cached_property
    def asked(self) -> AskedSlice | None:
        """What became of asking for this slice of two; None when nobody has."""
        dimension, value = joined(self.parts)
        return AskedSlice.objects.filter(name=self.name, dimension=dimension, value=value).first()


def sureness(result: Json) -> str:
    """How sure an answer is: its interval and the number of cases; empty where nothing is estimated."""
    told = result.get("certainty")
    if not told or not result["enough"]:
        return ""
    number = show.show_number(told["cases"])
    if told["value"] is None or told["low"] is None:
        return _("Told from %(cases)s cases") % {"cases": number}
    cases = _("from %(cases)s cases") % {"cases": number}
    figure, low, high = (sentences.value(told[key], told["unit"], told["currency"]) for key in ("value", "low", "high"))
    said = _("%(figure)s: %(value)s, between %(low)s and %(high)s with %(level)s certainty, %(cases)s")
    return said % {
        "figure": sentences.word(told["of"]), "value": figure, "low": low, "high": high,
        "level": show.show_percent(told["level"]), "cases": cases,
    }  # fmt: skip


def dimension_word(key: str) -> str:
    """What a dimension is called."""
    words = {
        "period": _("Period"), "class": _("Class"), "channel": _("Channel"), "product_group": _("Product group"),
        "territory": _("Territory"),
    }  # fmt: skip
    return words[key]


def _slice_word(dimension: str, value: str, label: str) -> str:
    if dimension == "period":
        return {"12m": _("Last 12 months"), "prior": _("The 12 months before")}.get(value, value)
    if dimension == "class":
        return str(VALUE_CLASSES.get(value, pgettext("value class", "Steady")))
    return channel_label(value) if dimension == "channel" else label or value


def _is_number(unit: str) -> bool:
    return unit not in {"name", "word", "month", "on"}


def page_of(name: str, wanted: Mapping[str, str]) -> InsightPage | None:
    """The page of an analysis, narrowed where the address says so; None before the first run that told it.

    Raises:
        KeyError: there is no such analysis.
    """
    analyses.get(name)
    run = queries.last_done()
    if run is None or run.as_of is None:
        return None
    parts = tuple((key, value) for key in DIMENSIONS if (value := wanted.get(key)))
    stored = {parts_of(one.dimension, one.value): one for one in _slices_of(run, name, parts)}
    known = tuple(part for part in parts if (part,) in stored)[:MOST]
    if known in stored:
        return InsightPage(run, name, stored[known].result, parts=known)
    whole = run.results.filter(name=name).first()
    if whole is None or "charts" not in whole.result:
        return None
    return InsightPage(run, name, whole.result, parts=known, untold=bool(known))


def _slices_of(run: AnalysisRun, name: str, parts: Parts) -> Iterable[AnalysisSlice]:
    """The stored slices of these dimensions, alone and two together."""
    of = Q()
    for keys in (*((part,) for part in parts), *combinations(parts, MOST)):
        dimension, value = joined(keys)
        of |= Q(dimension=dimension, value=value)
    return run.slices.filter(of, name=name) if parts else ()


def every_model() -> Iterable[Model]:
    """Every model of the last run."""
    run = queries.last_done()
    if run is None:
        return []
    results = {one.name: one.result for one in run.results.all()}
    return [model for name in analyses.names() if name in results for model in models_of(name, results[name])]
