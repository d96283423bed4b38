"""What all parts of one run share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import tzinfo
from itertools import islice
from pathlib import Path
from typing import Any, Self

from regulars.integrations.imports.engine import fees
from regulars.integrations.imports.engine.tally import Tally
from regulars.integrations.imports.files import Broken, Look, rows
from regulars.integrations.imports.plan import Options, Plan
from regulars.integrations.imports.values.texts import read_id

_LEARNED_FROM = 50_000


@dataclass(frozen=True, slots=True)
class Learned:
    """What the first 50,000 rows teach: the shapes of product codes, and whether cancellations are written with positive numbers."""

    shapes: tuple[str, ...] = ()
    flip: bool = False

    def rule(self, options: Options) -> fees.FeeRule:
        """Which codes are no products."""
        return fees.rule_from(self.shapes, fee_codes=options.fee_codes, product_codes=options.product_codes)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Back from JSON."""
        return cls(tuple(data.get("shapes", ())), bool(data.get("flip")))


def learn(path: Path, look: Look, plan: Plan) -> Learned:
    """Read the beginning of the file once more for its habits."""
    products, numbers = plan.columns_of("product"), plan.columns_of("number")
    values = plan.columns_of("quantity") + plan.columns_of("amount")
    prefix = plan.options.cancel_prefix.casefold()
    codes: Counter[str] = Counter()
    negative = positive = 0
    for _number, cells in islice(rows(path, look), _LEARNED_FROM):
        if type(cells) is Broken:
            continue
        if products:
            codes[cells[products[0]]] += 1
        if prefix and numbers and values and cells[numbers[0]].strip().casefold().startswith(prefix):
            below = any(
                cells[place].strip().startswith(("-", "(", "−")) or cells[place].strip().endswith("-")
                for place in values
            )
            negative, positive = negative + below, positive + (not below)
    clean = [str(read_id(code)) for code, n in codes.items() for _time in range(n)]
    return Learned(tuple(sorted(fees.learn_shapes(clean))), flip=positive > negative)


@dataclass(slots=True)
class Context:
    """One run or preview of one plan on one file. ``batch`` is 0 in a preview.

    ``carry`` has the fractions of a cent left over so far, in pico units by customer (0: nobody).
    """

    look: Look
    plan: Plan
    learned: Learned
    zone: tzinfo
    currency: str
    batch: int = 0
    user: int | None = None
    preview: bool = False
    tally: Tally = field(default_factory=Tally)
    carry: dict[int, int] = field(default_factory=dict)
