"""How duplicates are recognised, for whoever wants to know: what was learned, in words and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import log2
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from regulars.customers.evidence import FIELDS, LEVELS
from regulars.customers.models import Kind, LinkageWeights
from regulars.intelligence.models.linkage.kinds import MODELS
from regulars.intelligence.models.linkage.weights import Weights, declared, from_dict
from regulars.web.format import show_number, show_percent

if TYPE_CHECKING:
    from regulars.intelligence.models.linkage.spec import Comparison

_OFTEN: Final = 0.01
"""From here on a share is said in per cent, below it as one in so many."""
_HALF_BIT: Final = 0.05


@dataclass(frozen=True)
class LevelLine:
    """One level of agreement: how often among records of one customer, under one roof and among strangers, and its weight."""

    label: str
    same: str
    roof: str
    strangers: str
    bits: float
    weight: str
    rare: bool


@dataclass(frozen=True)
class FieldLines:
    """One field with its levels."""

    label: str
    levels: tuple[LevelLine, ...]


@dataclass(frozen=True)
class KindPage:
    """What was learned of one kind of party."""

    kind: str
    label: str
    learned: bool
    learned_at: datetime | None
    records: int
    pairs: int
    matches: float
    odds: str
    threshold: float
    fields: tuple[FieldLines, ...]

    @property
    def shown(self) -> dict[str, str]:
        """Its figures in the reader's notation."""
        return {
            "records": show_number(self.records, 0),
            "matches": show_number(self.matches, 0),
            "threshold": show_percent(self.threshold),
        }


def pages() -> list[KindPage]:
    """One for each kind of party, with the weights in force."""
    kept = {row.kind: row for row in LinkageWeights.objects.all()}
    found = []
    for kind, model in MODELS.items():
        row = kept.get(kind)
        known = from_dict(row.values) if row and row.values.get("version") == model.version else declared(model)
        found.append(
            KindPage(
                kind=kind,
                label=str(Kind(kind).label),
                learned=known.learned,
                learned_at=row.learned_at if row else None,
                records=known.records,
                pairs=known.pairs,
                matches=known.matches,
                odds=_one_in(2**known.prior),
                threshold=known.threshold,
                fields=tuple(_field(comparison, known) for comparison in model.comparisons),
            )
        )
    return found


def _field(comparison: Comparison, known: Weights) -> FieldLines:
    name = comparison.field
    lines = []
    for number, level in enumerate(comparison.levels):
        same, strangers, roof = (table[name][number] for table in (known.same, known.strangers, known.roof))
        bits = log2(same / strangers)
        lines.append(
            LevelLine(
                label=str(LEVELS.get(level.name, level.name.replace("_", " "))),
                same=_share(same),
                roof=_share(roof),
                strangers=_share(strangers),
                bits=bits,
                weight=_signed(bits),
                rare=bool(level.rarity),
            )
        )
    return FieldLines(str(FIELDS.get(name, name)), tuple(lines))


def _share(share: float) -> str:
    return show_percent(share) if share >= _OFTEN else _one_in(share)


def _one_in(share: float) -> str:
    if share <= 0:
        return show_percent(0)
    times = 1 / share
    digits = 10 ** max(len(str(int(times))) - 2, 0)
    return _("1 in %(times)s") % {"times": show_number(round(times / digits) * digits, 0)}


def _signed(bits: float) -> str:
    sign = "+" if bits > _HALF_BIT else "−" if bits < -_HALF_BIT else ""
    return f"{sign}{show_number(abs(bits), 1)}"
