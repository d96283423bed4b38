"""Selections as addresses: the customers behind a number, in the list of customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from regulars.web import resources

Json = Mapping[str, Any]
BY_DIMENSION = {"class": "class", "territory": "territory", "channel": "bought_by", "product_group": "bought_group"}
"""The filter of the list of customers by which each dimension of a slice is asked for."""


@dataclass(frozen=True)
class Source:
    """Of which analysis, and of which slice of it, a selection speaks."""

    name: str
    dimension: str = ""
    value: str = ""

    def query(self, selection: Json | None) -> str:
        """What follows the ``?`` of the list; empty where nobody is behind the number."""
        if selection is None or not (selection["where"] or selection["key"]):
            return ""
        asked = dict(selection["where"])
        if self.dimension in BY_DIMENSION:
            asked.setdefault(BY_DIMENSION[self.dimension], self.value)
        if selection["key"]:
            asked["picked"] = f"{self.name}.{selection['key']}"
        return urlencode(asked)

    def url(self, selection: Json | None) -> str:
        """The address of those customers; empty where nobody is behind the number."""
        query = self.query(selection)
        return f"{resources.get('customers').url()}?{query}" if query else ""

    def export_url(self, selection: Json | None) -> str:
        """The address of those customers as a file."""
        query = self.query(selection)
        return f"{resources.get('customers').url()}export/?{query}&format=csv" if query else ""
