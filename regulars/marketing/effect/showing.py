"""A report ready for a template: figures, tables, the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.marketing.effect import sentences
from regulars.marketing.effect.models import Layer
from regulars.marketing.effect.report import Between, Line, Point, Report
from regulars.web import format as show


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its meaning."""

    label: str
    value: str
    interval: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class ArmRow:
    """An arm with its size, and whom it opens."""

    name: str
    units: str
    expected: str
    url: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A measure, treated and control a unit, the difference and what it comes to."""

    name: str
    treated: str
    control: str
    effect: str
    interval: str
    lift: str
    total: str
    guardrail: bool
    tells: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """What it had brought by then, as a chart and as a table."""

    option: dict[str, Any]
    label: str
    headers: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the partial says."""

    report: Report
    headline: str
    earned: str
    who: str
    since: str
    as_of: datetime | None
    arms: list[ArmRow]
    figures: list[Figure]
    lines: list[LineRow]
    pairs: list[LineRow]
    best: str
    notes: list[str]
    picture: Picture | None
    ratio: str
    method: str


def shown(report: Report) -> Shown:
    """A report in the reader's language."""
    began = report.moment("began_at")
    return Shown(
        report=report,
        headline=sentences.headline(report),
        earned=sentences.earned(report),
        who=sentences.who(report) if report.arms else "",
        since=show.since(show.show_date(began)) if began else "",
        as_of=report.moment("as_of"),
        arms=[_arm(report, arm) for arm in report.arms],
        figures=_figures(report),
        lines=[_row(report, line, sentences.measure_of(line)) for line in report.lines],
        pairs=[_row(report, one.line, _pair(report, one)) for one in report.pairs],
        best=sentences.best(report),
        notes=sentences.notes(report),
        picture=_picture(report),
        ratio=_ratio(report),
        method=_("The bounds hold however often one looks: in 95 of 100 such reports the truth never lies outside. Counted over everybody who was drawn, whether it reached them or not."),
    )  # fmt: skip


def _arm(report: Report, arm: Any) -> ArmRow:
    url = (
        "" if report.layer == Layer.ELSEWHERE else f"{reverse('web:list-customers')}?arm={report.experiment}.{arm.code}"
    )
    return ArmRow(sentences.arm_of(arm.code), show.show_number(arm.units), show.show_number(round(arm.expected)), url)


def _ratio(report: Report) -> str:
    if report.ratio_p is None:
        return ""
    return _("sample ratio p = %(p)s") % {"p": f"{report.ratio_p:.3f}"}


def _row(report: Report, line: Line, name: str) -> LineRow:
    def told(value: float) -> str:
        return sentences.each(line.kind, value, report.currency)

    interval = ""
    if line.low is not None and line.high is not None:
        interval = f"{told(line.low)} … {told(line.high)}"
    return LineRow(
        name, told(line.treated_mean), told(line.control_mean), told(line.effect), interval, show.show_percent(line.lift, 1),
        sentences.amount(line.kind, line.total.value, report.currency) if interval else show.DASH, line.guardrail, line.tells,
    )  # fmt: skip


def _pair(report: Report, one: Any) -> str:
    arms = _("%(arm)s against %(other)s") % {"arm": sentences.arm_of(one.arm), "other": sentences.arm_of(one.other)}
    return f"{sentences.measure_of(one.line)}: {arms}" if len({pair.line.code for pair in report.pairs}) > 1 else arms


def _figures(report: Report) -> list[Figure]:
    """The few numbers that matter: who ordered more, revenue, what is left."""
    found = []
    names = {"orders": _("Ordered beyond it"), "revenue": _("Revenue beyond it"), "margin": _("Margin beyond it")}
    for code, name in names.items():
        line = report.line(code)
        if line is not None and (line.treated_mean or line.control_mean):
            found.append(_figure(name, line.kind, line.total, report.currency))
    if (told := report.money) is not None and told.cost:
        found.append(Figure(_("Costs"), sentences.money(told.cost, report.currency)))
        found.append(_figure(_("Left after costs"), "money", told.net, report.currency))
        if told.back is not None:
            span = (
                ""
                if told.back.low is None
                else f"{show.show_percent(told.back.low)} … {show.show_percent(told.back.high)}"
            )
            found.append(Figure(_("Return on cost"), show.show_percent(told.back.value), span))
    return found


def _figure(name: str, kind: str, told: Between, currency: str) -> Figure:
    sure = sentences.between(kind, told, currency)
    return Figure(
        name,
        sentences.amount(kind, told.value, currency) if sure else show.DASH,
        sure,
        "" if sure else _("too little to say yet"),
    )


def _picture(report: Report) -> Picture | None:
    line = report.headline
    if line is None or len(report.picture) < 2:
        return None
    money = line.kind == "money"
    label = (
        _("What it had brought by then: revenue or margin")
        if money
        else _("What it had brought by then: customers who ordered")
    )
    rows = [_point(report, line, point) for point in report.picture]
    return Picture(
        _option(report.picture, "money" if money else "number"),
        label,
        [pgettext("experiment", "By"), _("More than without it"), _("At least"), _("At most")],
        rows,
    )


def _point(report: Report, line: Line, point: Point) -> list[str]:
    bounds = [
        "–" if one is None else sentences.amount(line.kind, one, report.currency) for one in (point.low, point.high)
    ]
    moment = show.show_datetime(datetime.fromisoformat(point.at))
    return [moment, sentences.amount(line.kind, point.value, report.currency), *bounds]


def _option(points: tuple[Point, ...], kind: str) -> dict[str, Any]:
    """A line with its always valid band; the band begins where something may be said. The line at 0 is drawn."""
    at = [show.show_date(datetime.fromisoformat(point.at), year=False) for point in points]
    low = [None if point.low is None else round(point.low) for point in points]
    wide = [None if point.low is None or point.high is None else round(point.high - point.low) for point in points]
    band = {
        "type": "line",
        "stack": "band",
        "stackStrategy": "all",
        "silent": True,
        "lineStyle": {"opacity": 0},
        "symbol": "none",
    }
    name = _("more than without it")
    return {
        "xAxis": {"type": "category", "data": at, "boundaryGap": False},
        "yAxis": {"type": "value", "format": kind},
        "series": [
            {**band, "data": low, "tooltip": {"show": False}},
            {**band, "data": wide, "areaStyle": {"color": "var(--band)"}, "tooltip": {"show": False}},
            {
                "type": "line", "name": name, "format": kind, "data": [round(point.value) for point in points], "color": "var(--series-2)",
                "markLine": {"silent": True, "symbol": "none", "data": [{"yAxis": 0}], "lineStyle": {"color": "var(--line-strong)"}, "label": {"show": False}},
            },
        ],
    }  # fmt: skip
