"""Loops that must be compiled: one decorator, so that each is cached on disk, frees the interpreter lock and keeps its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile ``function`` when it is first called, and keep the machine code beside its source.

    A compiled function must not call itself: loading such a one from the cache crashes the process. Use a stack.
    """
    return cast("Function", njit(cache=True, nogil=True)(function))
