"""Products by their code: found or made; the kind ``products``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regulars.catalogue.models import Product
from regulars.integrations.imports.engine import bulk
from regulars.kit import clock

if TYPE_CHECKING:
    from regulars.integrations.imports.engine.context import Context
    from regulars.integrations.imports.engine.drafts import Line

_COLUMNS = ("id", "code", "name", "group", "currency", "created_at", "batch_id")
_KEPT = 300_000


class Shelf:
    """The products of a run, remembered by code. Without a code the name is the code."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.known: dict[str, int] = {}
        self._nameless: set[str] = set()
        self._group = context.plan.columns_of("group")

    def stock(self, lines: Sequence[Line]) -> dict[str, int]:
        """Ids by code of the products on these lines; missing ones are made."""
        if len(self.known) > _KEPT:
            self.known.clear()
        wanted: dict[str, Line] = {}
        for line in lines:
            if line.kind == "product" and (code := line.product or line.description):
                if code not in self.known:
                    before = wanted.get(code)
                    if before is None or (
                        line.description and line.pico > 0 and not (before.description and before.pico > 0)
                    ):
                        wanted[code] = line
                elif code in self._nameless and line.description and line.pico > 0:
                    self._name(code, line.description)
        shortened = {code[:80]: code for code in wanted}
        for code, pk, name in bulk.select(
            "SELECT code, id, name FROM catalogue_product WHERE code IN ({marks})", list(shortened)
        ):
            self.known[shortened[code]] = pk
            if not name:
                self._nameless.add(shortened[code])
        self._make([code for code in shortened.values() if code not in self.known], wanted)
        return self.known

    def _make(self, codes: list[str], wanted: dict[str, Line]) -> None:
        now = clock.now()
        rows = []
        for pk, code in zip(bulk.allocate(Product, len(codes)), codes, strict=True):
            line = wanted[code]
            name = line.description if line.pico > 0 else ""
            if not name:
                self._nameless.add(code)
            group = line.cells[self._group[0]].strip()[:160] if self._group else ""
            rows.append((pk, code[:80], name[:255], group, self.context.currency, now, self.context.batch))
            self.known[code] = pk
        bulk.insert(Product, _COLUMNS, rows)
        self.context.tally.products_created += len(rows)

    def _name(self, code: str, name: str) -> None:
        bulk.execute_many(
            "UPDATE catalogue_product SET name = %s WHERE id = %s AND name = ''", [(name[:255], self.known[code])]
        )
        self._nameless.discard(code)
