"""The relationship arc, drawn: stages on a bow, streams between them, and the small bow of one customer's path.

Domain-free: whoever draws says what the stages are called, how heavy they are, and where a click leads. The colour of
a stage comes from its class (``stage-<key>``), sizes from the weights (areas of circles, widths of streams).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, hypot, pi, sin, sqrt
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from regulars.web import icons

Layout = Literal["wide", "tall"]
Point = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """One stage. ``weight`` sizes its circle; ``number`` is what stands beside it, ``title`` what a pointer is told."""

    key: str
    label: str
    weight: float
    number: str
    url: str = ""
    title: str = ""


@dataclass(frozen=True)
class Stream:
    """Customers on their way from one stage to another; ``title`` says how many and when, ``number`` stands on the band."""

    origin: str
    target: str
    weight: float
    url: str
    title: str
    number: str = ""


@dataclass(frozen=True)
class _Bow:
    """Where the stages lie: an ellipse's upper half, or its right half on a narrow screen."""

    width: float
    height: float
    centre: Point
    radii: Point
    begin: float
    end: float
    largest: float

    def at(self, number: int, count: int, beyond: float = 0.0) -> Point:
        """The place of a stage, or ``beyond`` it seen from the centre."""
        angle = self.begin + (self.end - self.begin) * number / max(count - 1, 1)
        return (
            self.centre[0] + (self.radii[0] + beyond) * cos(angle),
            self.centre[1] - (self.radii[1] + beyond) * sin(angle),
        )


_SMALLEST = 10.0
"""Room for the glyph."""
_BOWS: dict[str, _Bow] = {
    "wide": _Bow(1000, 366, (500, 330), (352, 258), pi * 0.985, pi * 0.015, 34),
    "tall": _Bow(360, 560, (22, 280), (130, 246), pi * 0.44, -pi * 0.44, 24),
}


def draw(nodes: Sequence[Node], streams: Sequence[Stream], *, label: str, layout: Layout = "wide") -> SafeString:
    """The arc as ``<svg>``; streams lie beneath the stages, the widest at the bottom."""
    bow = _BOWS[layout]
    heaviest = max((node.weight for node in nodes), default=0) or 1
    places = {node.key: bow.at(number, len(nodes)) for number, node in enumerate(nodes)}
    sizes = {node.key: _radius(node.weight / heaviest, bow) for node in nodes}
    broadest = max((stream.weight for stream in streams), default=0) or 1
    ordered = sorted(streams, key=lambda stream: -stream.weight)
    if layout == "tall":
        ordered = [replace(one, number="") for one in ordered]  # too close together to be read
    drawn = format_html_join("", "{}", ((_stream(one, places, sizes, one.weight / broadest, bow),) for one in ordered))
    spots = format_html_join(
        "",
        "{}",
        ((_node(node, number, len(nodes), sizes[node.key], bow, layout),) for number, node in enumerate(nodes)),
    )
    return format_html(
        '<svg class="arc arc-{}" viewBox="0 0 {} {}" role="group" aria-label="{}">{}<g class="arc-streams">{}</g><g>{}</g></svg>',
        layout, _n(bow.width), _n(bow.height), label, _line(bow, len(nodes)), drawn, spots,
    )  # fmt: skip


def _radius(share: float, bow: _Bow) -> float:
    return _SMALLEST + (bow.largest - _SMALLEST) * sqrt(max(share, 0))


def _line(bow: _Bow, count: int) -> SafeString:
    begin, end = bow.at(0, count), bow.at(count - 1, count)
    return format_html(
        '<path class="arc-line" d="M{} {}A{} {} 0 0 1 {} {}"/>', *(_n(v) for v in (*begin, *bow.radii, *end))
    )  # fmt: skip


def _stream(one: Stream, places: dict[str, Point], sizes: dict[str, float], share: float, bow: _Bow) -> SafeString:
    """A band that narrows on its way and ends in an arrow where they arrive, with its number at the bend."""
    start, end = places[one.origin], places[one.target]
    bend = _bend(start, end, bow, forward=list(places).index(one.target) > list(places).index(one.origin))
    half = 1 + 9 * sqrt(share)
    head = max(half * 0.9, 3.5)
    start, tip = _towards(start, bend, sizes[one.origin] + 2), _towards(end, bend, sizes[one.target] + 4)
    neck = _towards(tip, bend, head * 1.8)
    first, last = _across(start, bend, half), _across(neck, bend, half * 0.45)
    wing = _across(neck, bend, head)
    numbers = (
        start[0] + first[0], start[1] + first[1], bend[0] + first[0] * 0.7, bend[1] + first[1] * 0.7,
        neck[0] - last[0], neck[1] - last[1], neck[0] - wing[0], neck[1] - wing[1], *tip, neck[0] + wing[0], neck[1] + wing[1],
        neck[0] + last[0], neck[1] + last[1], bend[0] - first[0] * 0.7, bend[1] - first[1] * 0.7, start[0] - first[0], start[1] - first[1],
    )  # fmt: skip
    shape = format_html(
        '<g class="arc-stream stage-{}"><title>{}</title><path d="M{} {}Q{} {} {} {}L{} {} {} {} {} {} {} {}Q{} {} {} {}Z"/>{}</g>',
        one.target, one.title, *(_n(v) for v in numbers), _count(one, start, bend, neck),
    )  # fmt: skip
    return format_html('<a href="{}" aria-label="{}">{}</a>', one.url, one.title, shape) if one.url else shape


def _count(one: Stream, start: Point, bend: Point, end: Point) -> SafeString:
    """The number of a stream, on its middle."""
    if not one.number:
        return SafeString("")
    x, y = (0.25 * start[0] + 0.5 * bend[0] + 0.25 * end[0], 0.25 * start[1] + 0.5 * bend[1] + 0.25 * end[1])
    return format_html('<text x="{}" y="{}" text-anchor="middle">{}</text>', _n(x), _n(y + 4), one.number)


def _across(point: Point, goal: Point, half: float) -> Point:
    """At right angles to the way from ``point`` to ``goal``, so long."""
    dx, dy = goal[0] - point[0], goal[1] - point[1]
    length = hypot(dx, dy) or 1
    return -dy / length * half, dx / length * half


def _bend(start: Point, end: Point, bow: _Bow, *, forward: bool) -> Point:
    """The control point: further towards the centre the further apart the stages, and more so on the way back."""
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    apart = hypot(end[0] - start[0], end[1] - start[1]) / hypot(*bow.radii)
    pull = min(0.12 + 0.3 * apart, 0.62) + (0.0 if forward else 0.2)
    centre = (max(bow.centre[0], 0), bow.centre[1])
    return middle[0] + (centre[0] - middle[0]) * pull, middle[1] + (centre[1] - middle[1]) * pull


def _towards(point: Point, goal: Point, distance: float) -> Point:
    dx, dy = goal[0] - point[0], goal[1] - point[1]
    length = hypot(dx, dy) or 1
    return point[0] + dx / length * distance, point[1] + dy / length * distance


def _node(node: Node, number: int, count: int, radius: float, bow: _Bow, layout: Layout) -> SafeString:
    x, y = bow.at(number, count)
    label_x, label_y = bow.at(number, count, radius + 12)
    if layout == "tall":
        anchor, label_x, label_y = "start", x + radius + 10, y
    else:
        side = (x - bow.centre[0]) / bow.radii[0]
        anchor = "middle" if abs(side) < 0.25 else "start" if side > 0 else "end"
        label_y -= 8 if anchor == "middle" else 0
    spot = format_html(
        '<g class="arc-node stage stage-{0}"><title>{1}</title><circle cx="{2}" cy="{3}" r="{4}"/>{10}'
        '<text x="{5}" y="{6}" text-anchor="{7}"><tspan class="arc-number">{8}</tspan><tspan font-size="0"> </tspan><tspan class="arc-word" x="{5}" dy="17">{9}</tspan></text></g>',
        node.key, node.title or node.label, _n(x), _n(y), _n(radius), _n(label_x), _n(label_y - (8 if anchor == "middle" else 2)),
        anchor, node.number, node.label, _glyph(node.key, x, y),
    )  # fmt: skip
    return format_html('<a href="{}">{}</a>', node.url, spot) if node.url else spot


def _glyph(key: str, x: float, y: float) -> SafeString:
    """The glyph of a stage within its circle; nothing for a key that has none."""
    if f"glyph-{key}" not in icons.names():
        return SafeString("")
    # sized by attributes: a style's width and height do not reach what <use> draws
    return format_html(
        '<use class="arc-glyph" href="{}" x="{}" y="{}" width="14" height="14"/>',
        icons.address(f"glyph-{key}"), _n(x - 7), _n(y - 7),
    )  # fmt: skip


def draw_path(keys: Sequence[str], visited: Sequence[str], *, label: str) -> SafeString:
    """The small arc of one customer: every stage as a dot, the way taken as a line from dot to dot, the present one large.

    Args:
        keys: all stages in the order of the arc.
        visited: the stages one after another, the present one last.
    """
    bow = _Bow(240, 84, (120, 76), (108, 60), pi * 0.97, pi * 0.03, 8)
    places = {key: bow.at(number, len(keys)) for number, key in enumerate(keys)}
    steps = [pair for pair in pairwise(visited) if pair[0] in places and pair[1] in places]
    way = format_html_join(
        "",
        "{}",
        ((_step(places[a], places[b], bow, newest=number == len(steps) - 1),) for number, (a, b) in enumerate(steps)),
    )
    here, been = visited[-1] if visited else "", set(visited)
    dots = format_html_join(
        "", '<circle class="stage-{} {}" cx="{}" cy="{}" r="{}"/>',
        ((key, "is-here" if key == here else "is-visited" if key in been else "", _n(x), _n(y), "8" if key == here else "4") for key, (x, y) in places.items()),
    )  # fmt: skip
    return format_html(
        '<svg class="arc-small" viewBox="0 0 240 84" role="img" aria-label="{}">{}{}{}</svg>',
        label,
        _line(bow, len(keys)),
        way,
        dots,
    )


def _step(start: Point, end: Point, bow: _Bow, *, newest: bool) -> SafeString:
    bend = _bend(start, end, bow, forward=end[0] > start[0])
    numbers = (_n(v) for v in (*start, *bend, *end))
    return format_html('<path class="arc-step{}" d="M{} {}Q{} {} {} {}"/>', " is-newest" if newest else "", *numbers)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
