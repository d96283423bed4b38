"""The icons: one sprite drawn for this product, 16 × 16, strokes of 1.5."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

_SPRITE = Path(__file__).parent / "static" / "web" / "icons" / "sprite.svg"


@cache
def names() -> frozenset[str]:
    """Every icon of the sprite."""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', _SPRITE.read_text()))


@cache
def _sprite_url() -> str:
    return static("web/icons/sprite.svg")


@cache
def icon(name: str, *, large: bool = False) -> SafeString:
    """The ``<svg>`` of an icon, hidden from screen readers (the word stands beside it).

    Raises:
        ValueError: there is no such icon.
    """
    size = "icon icon-large" if large else "icon"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', size, address(name))


@cache
def address(name: str) -> str:
    """What a ``<use>`` names to draw an icon.

    Raises:
        ValueError: there is no such icon.
    """
    if name not in names():
        raise ValueError(f"no icon is called {name!r}; there are: {', '.join(sorted(names()))}")
    return f"{_sprite_url()}#{name}"
