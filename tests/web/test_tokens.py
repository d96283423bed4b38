"""The colours: every text token is readable on every surface it is put on, in light and in dark."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import regulars
from regulars.web import icons
from regulars.web.stages import STAGES, VALUE_CLASSES

CSS = Path(regulars.__file__).parent / "web" / "static" / "web" / "css"
TOKEN = re.compile(r"--([\w-]+): light-dark\(oklch\(([\d. ]+?)\), oklch\(([\d. ]+?)\)\)")
ENOUGH_FOR_TEXT = 4.5
ENOUGH_FOR_EDGES = 3.0

Colour = tuple[float, float, float]


def tokens() -> dict[str, dict[str, Colour]]:
    text = (CSS / "tokens.css").read_text()
    found: dict[str, dict[str, Colour]] = {"light": {}, "dark": {}}
    for name, light, dark in TOKEN.findall(text):
        for theme, value in (("light", light), ("dark", dark)):
            lightness, chroma, hue = (float(part) for part in value.split())
            found[theme][name] = (lightness, chroma, hue)
    return found


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2) of an OKLCH colour, by Ottosson's matrices."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXT = ["ink", "ink-2", "ink-3", "accent", "stake", "warn", "good", *(f"stage-{key}" for key in STAGES)]
PAIRS = [
    *((text, ground) for text in TEXT for ground in ("paper", "surface", "hover")),
    *((text, "sunken") for text in ("ink", "ink-2", "ink-3")),
    *((text, "accent-soft") for text in ("ink", "ink-2", "ink-3", "accent", *(f"stage-{key}" for key in STAGES), "stake")),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-stake", "stake"),
    ("stake", "stake-soft"), ("warn", "warn-soft"), ("good", "good-soft"),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_every_ground(theme: str) -> None:
    known = tokens()[theme]
    poor = {
        pair: round(found, 2) for pair in PAIRS if (found := contrast(known[pair[0]], known[pair[1]])) < ENOUGH_FOR_TEXT
    }
    assert poor == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_of_fields_focus_and_series_stand_out(theme: str) -> None:
    known = tokens()[theme]
    poor = {
        name: round(found, 2)
        for name in ("line-field", "focus", "series-1", "series-2", "series-3", "series-4", "series-5")
        if (found := contrast(known[name], known["paper"])) < ENOUGH_FOR_EDGES
    }
    assert poor == {}


def test_stages_and_classes_have_a_glyph_and_a_colour() -> None:
    components = (CSS / "components.css").read_text()
    assert {f"glyph-{key}" for key in STAGES} | {f"class-{key}" for key in VALUE_CLASSES} <= icons.names()
    assert all(f".stage-{key} {{" in components for key in STAGES)


def test_styles_use_only_tokens_that_exist() -> None:
    defined = set(re.findall(r"(--[\w-]+):", "".join(path.read_text() for path in CSS.glob("*.css"))))
    used = {
        name
        for path in Path(regulars.__file__).parent.glob("*/static/**/*.css")
        for name in re.findall(r"var\((--[\w-]+)", path.read_text())
        if "/web/static/web/" in str(path)
    }
    assert used - defined == set()
