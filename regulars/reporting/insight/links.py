"""Selections as addresses: the customers behind a number, in the list of customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from regulars.intelligence.analyses.slices import parts_of
from regulars.web import resources

Json = Mapping[str, Any]
BY_DIMENSION = {"class": "class", "territory": "territory", "channel": "bought_by", "product_group": "bought_group"}
"""The filter of the list of customers by which each dimension of a slice is asked for."""


@dataclass(frozen=True)
class Source:
    """Of which analysis, and of which slice of it (of one dimension or two), a selection speaks."""

    name: str
    dimension: str = ""
    value: str = ""

    def query(self, selection: Json | None) -> str:
        """What follows the ``?`` of the list; empty where nobody is behind the number, or the list cannot be asked for them.

        Of a period only customers named one by one can be listed: the list of customers shows them as they are today. A
        slice that names nobody itself means those of everybody's list who are in it.
        """
        if selection is None or not (
            selection["where"] or selection["picked"] or (selection["key"] and self.dimension)
        ):
            return ""
        asked = dict(selection["where"])
        own = bool(selection["key"] and selection["picked"])
        if selection["key"]:
            part = (self.dimension, self.value) if own and self.dimension else ()
            asked["picked"] = ".".join((self.name, selection["key"], *part))
        for dimension, value in () if own else parts_of(self.dimension, self.value):
            if dimension not in BY_DIMENSION:
                return ""
            asked.setdefault(BY_DIMENSION[dimension], value)
        return urlencode(asked)

    def url(self, selection: Json | None) -> str:
        """The address of those customers; empty where nobody is behind the number."""
        query = self.query(selection)
        return f"{_list()}?{query}" if query else ""

    def export_url(self, selection: Json | None) -> str:
        """The address of those customers as a file."""
        query = self.query(selection)
        return f"{_list()}export/?{query}&format=csv" if query else ""


@cache
def _list() -> str:
    """Where the list of customers is: a page may have hundreds of links to it."""
    return resources.get("customers").url()
