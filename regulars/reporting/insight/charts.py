"""Stored charts (``base.Chart``) as options and tables for the chart component; every bar and point knows its customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final

from regulars.reporting.insight.links import Source
from regulars.reporting.sentences import value, word

Json = dict[str, Any]
FORMATS: Final = {"money": "money", "share": "percent"}
_LONG: Final = 9
"""With names longer than this, bars lie on their side."""
_LABELLED: Final = 14
"""Up to so many bars of one series say their figure themselves."""
_SHADES: Final = 9


@dataclass(frozen=True)
class Cell:
    """A field of a shaded table; ``shade`` 0 (none) to 9."""

    text: str
    shade: int = 0
    url: str = ""


@dataclass(frozen=True)
class Drawn:
    """A chart ready for a template: an ``option`` with its table view, or the rows of a shaded triangle."""

    kind: str
    label: str
    option: Json = field(default_factory=dict)
    headers: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    cells: Sequence[tuple[str, Sequence[Cell]]] = ()
    tall: bool = False
    doubted: bool = False


def draw(chart: Mapping[str, Any], source: Source, label: str) -> Drawn:
    """A chart in the active language."""
    named = [value(one, chart["x_unit"]) for one in chart["x"]]
    headers = [word(chart["x_name"]) if chart["x_name"] else "", *(word(one["name"]) for one in chart["series"])]
    if chart["kind"] == "triangle":
        return Drawn("triangle", label, headers=[headers[0], *named], cells=_cells(chart, source))
    rows = [
        [name, *(value(given, chart["unit"], chart["currency"]) for given in across)]
        for name, across in zip(named, zip_longest(*(one["values"] for one in chart["series"])), strict=True)
    ]
    numeric = chart["kind"] == "lines" and chart["x_unit"] in {"share", "number", "money", "days"}
    on_side = _on_side(chart, named)
    series = [
        made
        for number, one in enumerate(chart["series"])
        for made in _series(chart, one, number, source, on_side=on_side)
    ]
    if numeric:
        series = [{**one, "data": _points(chart["x"], one["data"])} for one in series]
    across_axis: Json = (
        _value_axis(chart["x_unit"], _whole(chart["x"], chart["x_unit"]))
        if numeric
        else {"type": "category", "data": named, "axisLabel": {"hideOverlap": True}}
    )
    if chart["x_name"] and not on_side:
        across_axis |= {"name": word(chart["x_name"]), "nameLocation": "middle", "nameGap": 28}
    up_axis = _value_axis(chart["unit"], _whole([v for one in chart["series"] for v in one["values"]], chart["unit"]))
    option: Json = {
        "grid": {"top": 34 if len(chart["series"]) > 1 else 14, "bottom": 26 if chart["x_name"] and not on_side else 6},
        "series": series,
    }
    if on_side:
        option |= {"xAxis": up_axis, "yAxis": {**across_axis, "inverse": True}}
    else:
        option |= {"xAxis": across_axis, "yAxis": up_axis}
    if len(chart["series"]) > 1:
        option["legend"] = {"top": 0, "left": 0, "data": [word(one["name"]) for one in chart["series"]]}
    return Drawn(chart["kind"], label, option, headers, rows, tall=on_side and len(named) > 6)


def _on_side(chart: Mapping[str, Any], named: Sequence[str]) -> bool:
    """Whether its bars lie on their side, because their names are long."""
    return bool(chart["kind"] == "bars" and max((len(name) for name in named), default=0) > _LONG)


def spark(values: Sequence[float | None], *, bars: bool) -> str:
    """The path of a small picture, 100 wide and 30 high: a line, or bars for values that stand side by side."""
    known = [float(one) for one in values if one is not None]
    if len(known) < 2:
        return ""
    low, high = min(0.0, *known), max(known)
    heights = [round(29 - 28 * (one - low) / ((high - low) or 1.0), 1) for one in known]
    if bars:
        step = 100 / len(known)
        return "".join(
            f"M{round(at * step + step / 5, 1)} 29.5V{y}h{round(step * 0.6, 1)}V29.5z" for at, y in enumerate(heights)
        )
    return "M" + "L".join(f"{round(100 * at / (len(known) - 1), 1)} {y}" for at, y in enumerate(heights))


def _value_axis(unit: str, ends: float | None = None) -> Json:
    axis: Json = {"type": "value", "format": FORMATS.get(unit, "number")}
    if unit == "count":
        axis["minInterval"] = 1
    if ends is not None:
        axis |= {"max": ends, "interval": ends / 5}
    return axis


def _whole(values: Sequence[Any], unit: str) -> float | None:
    """Where an axis of shares ends: at all of it, when they reach so far."""
    known = [one for one in values if one is not None]
    return 1.0 if unit == "share" and known and 0.8 < max(known) <= 1 else None


def _points(x: Sequence[Any], data: Sequence[Any]) -> list[Any]:
    return [
        {**one, "value": [at, one["value"]]} if isinstance(one, dict) else [at, one]
        for at, one in zip(x, data, strict=True)
    ]


def _series(chart: Mapping[str, Any], one: Json, number: int, source: Source, *, on_side: bool) -> list[Json]:
    colour = "var(--line-strong)" if one["quiet"] else f"var(--series-{number % 5 + 1})"
    faint: Json = {"itemStyle": {"opacity": 0.4}} if one.get("doubted") and chart["kind"] != "lines" else {}
    urls = [source.url(who) for who in one["behind"]]
    data = [
        {"value": given, "url": url} if url else given for given, url in zip_longest(one["values"], urls, fillvalue="")
    ] if urls else list(one["values"])  # fmt: skip
    drawn: Json = {
        "name": word(one["name"]),
        "data": data,
        "color": colour,
        "format": FORMATS.get(chart["unit"], "number"),
        **faint,
    }
    if chart["kind"] == "lines":
        drawn |= {
            "type": "line",
            "lineStyle": {"type": "dashed", "width": 1.5, "color": colour} if one["quiet"] else {"width": 2},
        }
        return [*_band(chart, one, number), drawn]
    drawn["type"] = "bar"
    if chart["kind"] == "bars" and len(chart["series"]) == 1 and len(one["values"]) <= _LABELLED:
        drawn["label"] = {"show": True, "position": "right" if on_side else "top", "format": drawn["format"]}
    if chart["kind"] == "stacked":
        drawn["stack"] = "all"
    return [drawn]


def _band(chart: Mapping[str, Any], one: Json, number: int) -> list[Json]:
    """Two silent lines on top of each other, the upper one filled down to the lower."""
    if not one["low"]:
        return []
    widths = [
        None if low is None or high is None else high - low for low, high in zip(one["low"], one["high"], strict=True)
    ]
    plain: Json = {
        "type": "line",
        "stack": f"band-{number}",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"opacity": 0},
    }
    return [{**plain, "data": list(one["low"])}, {**plain, "data": widths, "areaStyle": {"color": "var(--band)"}}]


def _cells(chart: Mapping[str, Any], source: Source) -> list[tuple[str, list[Cell]]]:
    begins = {one["values"][0] for one in chart["series"] if one["values"]}
    after = 1 if len(begins) == 1 else 0  # a first column in which all are alike says nothing by its shade
    every = [given for one in chart["series"] for given in one["values"][after:] if given is not None]
    top = max(every, default=0) or 1
    rows = []
    for one in chart["series"]:
        line = [
            Cell("") if given is None else Cell(
                value(given, chart["unit"], chart["currency"]), round(_SHADES * max(given, 0) / top) if at >= after else 0,
                source.url(who),
            )
            for at, (given, who) in enumerate(zip_longest(one["values"], one["behind"]))
        ]  # fmt: skip
        rows.append((value(one["name"], "month") if one["name"][:4].isdigit() else word(one["name"]), line))
    return rows
