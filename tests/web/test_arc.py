"""The arc: every stage and stream is drawn, sized by weight, linked, and escaped."""

import re
from xml.etree import ElementTree

import pytest

from regulars.web.arc import Node, Stream, draw, draw_path

NODES = [
    Node(key, key.title(), weight, str(weight), f"/{key}/?a=1&b=2", f"<{key}>")
    for key, weight in (("recruit", 9), ("welcome", 1), ("divorce", 0))
]
STREAMS = [Stream("recruit", "welcome", 5, "/x/", "five", "5"), Stream("welcome", "recruit", 1, "", "one")]


@pytest.mark.parametrize("layout", ["wide", "tall"])
def test_stages_and_streams_are_drawn_and_lead_somewhere(layout: str) -> None:
    svg = draw(NODES, STREAMS, label="The <arc>", layout=layout)  # type: ignore[arg-type]
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == "The <arc>"
    links = [one.get("href") for one in root.iter("a")]
    assert links == ["/x/", "/recruit/?a=1&b=2", "/welcome/?a=1&b=2", "/divorce/?a=1&b=2"]
    radii = [float(one.get("r", 0)) for one in root.iter("circle")]
    assert radii[0] > radii[1] > radii[2] > 0
    assert "style=" not in svg
    assert "nan" not in svg


def test_everything_lies_within_the_picture() -> None:
    for layout, width in (("wide", 1000), ("tall", 360)):
        svg = draw(NODES, STREAMS, label="", layout=layout)  # type: ignore[arg-type]
        assert all(0 <= float(x) <= width for x in re.findall(r'cx="([-\d.]+)"', svg))


def test_an_empty_house_has_an_arc_too() -> None:
    assert "circle" in draw([Node("recruit", "Recruit", 0, "0")], [], label="")


def test_the_way_of_one_customer_ends_at_the_large_dot() -> None:
    root = ElementTree.fromstring(
        draw_path(["recruit", "welcome", "divorce"], ["recruit", "welcome", "divorce", "welcome"], label="x")
    )
    assert [one.get("class", "").split()[-1] for one in root.iter("circle")] == ["is-visited", "is-here", "is-visited"]
    assert [one.get("class") for one in root.iter("path")][1:] == ["arc-step", "arc-step", "arc-step is-newest"]
