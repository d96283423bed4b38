"""Results as pictures: the arc, and options and tables for the chart component. Every bar and stream knows its customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.web import format as show
from regulars.web import resources
from regulars.web.arc import Layout, Node, Stream, draw
from regulars.web.stages import STAGES

MOST_STREAMS: Final = 12
Json = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """What the chart component needs."""

    option: Json
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


def customers_url(**params: object) -> str:
    """The list of customers, narrowed."""
    return f"{_customers()}?{urlencode(params)}" if params else _customers()


@cache
def _customers() -> str:
    """Where the list of customers is: a picture may have a hundred links to it, and the list has columns to be asked for."""
    return resources.get("customers").url()


def customers_said(count: int) -> str:
    """How many customers, in words."""
    return ngettext("%(n)s customer", "%(n)s customers", count) % {"n": show.show_number(count)}


def arc(result: Json, *, by: str, days: int, as_of: date, layout: Layout) -> SafeString:
    """The company's arc: ``by`` is ``people`` or ``money``, the streams are those of the last ``days``."""
    currency = result.get("currency", "")
    measure = "money" if by == "money" else "customers"
    nodes = [_node(key, result["stages"][key], measure, currency) for key in STAGES]
    since = as_of - timedelta(days=days - 1)
    flows = sorted(result["flows"][str(days)], key=lambda flow: -flow[measure])[:MOST_STREAMS]
    streams = [_stream(flow, measure, currency, since) for flow in flows if flow[measure] > 0]
    return draw(nodes, streams, label=_("The relationship arc"), layout=layout)


def _node(key: str, held: Json, measure: str, currency: str) -> Node:
    people, money = customers_said(held["customers"]), show.show_money(held["money"], currency)
    number = show.show_number(held["customers"]) if measure == "customers" else money
    title = _("%(stage)s: %(people)s, %(money)s in 12 months") % {
        "stage": STAGES[key],
        "people": people,
        "money": money,
    }
    return Node(key, str(STAGES[key]), max(held[measure], 0), number, customers_url(stage=key), title)


def _stream(flow: Json, measure: str, currency: str, since: date) -> Stream:
    origin, target = flow["origin"], flow["target"]
    title = _("From %(origin)s to %(target)s since %(since)s: %(people)s, %(money)s in 12 months") % {
        "origin": STAGES[origin], "target": STAGES[target], "since": show.show_date(since),
        "people": customers_said(flow["customers"]), "money": show.show_money(flow["money"], currency),
    }  # fmt: skip
    url = customers_url(moved=f"{origin}-{target}", since=f"{since.isoformat()}..")
    number = show.show_number(flow["customers"]) if measure == "customers" else ""
    return Stream(origin, target, flow[measure], url, title, number)


def flow_rows(result: Json, *, days: int, as_of: date) -> list[Json]:
    """The moves of the last ``days`` as a table, the most frequent first."""
    since = as_of - timedelta(days=days - 1)
    return [
        {**flow, "money": show.show_money(flow["money"], result.get("currency", "")), "count": show.show_number(flow["customers"]),
         "url": customers_url(moved=f"{flow['origin']}-{flow['target']}", since=f"{since.isoformat()}..")}
        for flow in result["flows"][str(days)]
    ]  # fmt: skip


def lorenz(result: Json) -> Chart:
    """Cumulative share of revenue over customers, the smallest first, with the line of equality."""
    points = [[100 * x, 100 * y] for x, y in result["lorenz"]]
    cut = 100 * (1 - result["top"])
    axis = {"type": "value", "min": 0, "max": 100, "interval": 20, "axisLabel": {"formatter": "{value}%"}}
    option = {
        "tooltip": {"show": False},
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 24},
        "xAxis": {**axis, "name": _("share of customers, smallest first"), "nameLocation": "middle", "nameGap": 26},
        "yAxis": {**axis, "name": _("share of revenue"), "nameTextStyle": {"align": "left"}},
        "series": [
            {"type": "line", "data": [[0, 0], [100, 100]], "lineStyle": {"type": "dashed", "width": 1, "color": "var(--line-strong)"}, "symbol": "none", "silent": True},
            {
                "type": "line", "data": points, "symbol": "none", "areaStyle": {"color": "var(--band)"}, "color": "var(--series-1)",
                "markLine": {
                    "symbol": "none", "silent": True, "lineStyle": {"color": "var(--ink-3)", "type": "dotted"},
                    "data": [{"xAxis": cut, "label": {"formatter": _("top %(share)s") % {"share": show.show_percent(result["top"])}, "color": "var(--ink-2)"}}],
                },
            },
        ],
    }  # fmt: skip
    headers = [_("Customers, smallest first"), _("Share of revenue")]
    return Chart(option, headers, [[show.show_percent(x), show.show_percent(y, 1)] for x, y in result["lorenz"][::5]])


def bands(result: Json) -> Chart:
    """Customers by usual interval, the overdue ones apart."""
    named = [_band_name(one["low"], one["high"]) for one in result["bands"]]
    urls = [customers_url(cycle=f"{one['low']}-{one['high'] or ''}") for one in result["bands"]]
    timely = [
        {"value": one["customers"] - one["overdue"], "url": url} for one, url in zip(result["bands"], urls, strict=True)
    ]
    late = [{"value": one["overdue"], "url": url} for one, url in zip(result["bands"], urls, strict=True)]
    option = {
        "legend": {"top": 0, "left": 0},
        "grid": {"top": 32, "bottom": 24},
        "xAxis": {
            "type": "category",
            "data": named,
            "name": _("usual days between purchases"),
            "nameLocation": "middle",
            "nameGap": 26,
            "axisLabel": {"interval": 0, "hideOverlap": True, "fontSize": 11},
        },
        "yAxis": {"type": "value", "minInterval": 1, "format": "number"},
        "series": [
            {
                "type": "bar",
                "stack": "all",
                "name": _("In time"),
                "data": timely,
                "color": "var(--series-1)",
                "format": "number",
            },
            {
                "type": "bar",
                "stack": "all",
                "name": _("Overdue"),
                "data": late,
                "color": "var(--series-3)",
                "format": "number",
            },
        ],
    }
    headers = [_("Usual days between purchases"), _("Customers"), _("Overdue")]
    rows = [
        [name, show.show_number(one["customers"]), show.show_number(one["overdue"])]
        for name, one in zip(named, result["bands"], strict=True)
    ]
    return Chart(option, headers, rows)


def _band_name(low: int, high: int | None) -> str:
    if high is None:
        return f"{low}+"
    return f"{max(low, 1)}–{high - 1}"


def months(result: Json) -> Chart:
    """New and returning customers above the line, lost ones below it."""
    rows = result["months"]
    named = [show.show_month(date.fromisoformat(one["month"])) for one in rows]
    month = [one["month"][:7] for one in rows]
    series = [
        _bars(
            _("Returning"),
            [one["returning"] for one in rows],
            "var(--series-1)",
            [customers_url(returned_in=m) for m in month],
        ),
        _bars(_("New"), [one["new"] for one in rows], "var(--series-2)", [customers_url(first_order=m) for m in month]),
        _bars(_("Lost"), [-one["lost"] for one in rows], "var(--series-3)", [customers_url(lost_in=m) for m in month]),
    ]
    option = {
        "legend": {"top": 0, "left": 0},
        "grid": {"top": 32},
        "xAxis": {"type": "category", "data": named, "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "format": "number"},
        "series": series,
    }
    table = [
        [
            name if one["whole"] else _("%(month)s (so far)") % {"month": name},
            *(show.show_number(one[key]) for key in ("new", "returning", "lost", "won_back")),
        ]
        for name, one in zip(named, rows, strict=True)
    ]
    return Chart(option, [_("Month"), _("New"), _("Returning"), _("Lost"), _("Won back")], table)


def _bars(name: str, values: Sequence[int], colour: str, urls: Sequence[str]) -> Json:
    data = [{"value": value, "url": url} for value, url in zip(values, urls, strict=True)]
    return {"type": "bar", "stack": "all", "name": name, "data": data, "color": colour, "format": "number"}
