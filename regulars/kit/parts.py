"""Much taken up some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_parts(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` values, in their order."""
    stream = iter(values)
    while some := list(islice(stream, size)):
        yield some
