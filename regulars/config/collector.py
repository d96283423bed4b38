"""Keeping Python's garbage collector away from what a server holds for good."""

from __future__ import annotations

import gc
from typing import Any, Final

SETTLING: Final = 8
"""How many full collections it takes until code, templates and what is remembered have been loaded."""

YOUNG: Final = 10_000
"""As many new objects are gathered before they are looked at; a page of a list makes about 3,000 that stay until it is sent."""


def settle() -> None:
    """Have the collector look only at what is new.

    A server holds more than 100,000 objects: code, models, templates. A full collection looks at each, which takes 40–80 ms
    and happens about once in twenty pages: that alone made one page in twenty half as slow again. What survives the first
    ``SETTLING`` full collections is therefore set aside (``gc.freeze``); objects set aside are still freed when nothing
    refers to them.
    """
    left = SETTLING

    def set_aside(phase: str, info: dict[str, Any]) -> None:
        nonlocal left
        if phase == "stop" and info["generation"] == 2:
            gc.freeze()
            left -= 1
            if left == 0:
                gc.callbacks.remove(set_aside)

    gc.set_threshold(YOUNG, 10, 10)
    gc.callbacks.append(set_aside)
    gc.collect()
