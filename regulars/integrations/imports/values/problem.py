"""What is wrong with a value, as a sentence for the person who can put it right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
_MOST = 200_000


class Problem(str):
    """A sentence that stands where a value should be; ``type(value) is Problem`` is the test."""

    __slots__ = ()


class Memo(dict[str, T | Problem], Generic[T]):
    """Remembers what each text was read as: a file repeats its dates, prices and codes thousands of times.

    ``memo[text]`` reads on the first time only. Forgets everything when it grows past 200,000 texts.
    """

    def __init__(self, read: Callable[[str], T | Problem]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> T | Problem:
        if len(self) > _MOST:
            self.clear()
        value = self[text] = self._read(text)
        return value
