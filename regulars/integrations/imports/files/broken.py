"""Rows and their broken kind."""

from __future__ import annotations

Row = tuple[int, list[str]]


class Broken(list[str]):
    """The cells of a row that cannot be taken as it is; ``sentence`` says why, ``column`` where (0-based) if that is known."""

    def __init__(self, cells: list[str], sentence: str, column: int | None = None) -> None:
        super().__init__(cells)
        self.sentence = sentence
        self.column = column
