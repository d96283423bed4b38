"""How close each analysis came to the truth of the demonstration company: the figures, kept beside the truth, and their words.

``measure`` compares (``comparing``) and writes REGULARS_HOME/demo/closeness.json; ``of`` reads it, for the page of an analysis.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.reporting.insight.truths import Closeness
from regulars.reporting.sentences import Text

TRUE: Final[Mapping[str, Text]] = {
    "stage": _("The true stage of each customer, and who has left"),
    "cycle": _("The own rate of each customer at the start"),
    "value": _("True rate × spend level; the mean of all is 1"),
    "lifetime": _("Who is still there, and orders a year now"),
    "churn": _("Who has left, and who is slipping away"),
    "leads": _("True rate; who of those who never bought ever will"),
    "types": _("The type of each customer"),
    "basket": _("The products that go with each other"),
    "sequence": _("A journey abroad after a suitcase"),
    "next_offer": _("The favourite souvenir and gift box of half of the consumers"),
}
FIGURES: Final[Mapping[str, tuple[Text, str]]] = {
    "stage.right": (_("In their true stage"), "share"),
    "stage.left": (_("Telling who has left (AUC)"), "number"),
    "cycle.rank": (_("Rank correlation"), "number"),
    "cycle.level": (_("Usual interval, of the true one"), "number"),
    "value.most_valuable": (_("Most valuable"), "number"),
    "value.most_growable": (_("Most growable"), "number"),
    "value.below_zero": (_("Below zero"), "number"),
    "lifetime.left": (_("Telling who is still there (AUC)"), "number"),
    "lifetime.said": (_("Still a customer, as told"), "share"),
    "lifetime.true": (_("Still a customer, in truth"), "share"),
    "lifetime.correlation": (_("Orders: correlation"), "number"),
    "lifetime.orders": (_("Orders of a year, as told"), "count"),
    "lifetime.orders_true": (_("Orders of a year at the true pace"), "count"),
    "lifetime.money": (_("Money: rank correlation"), "number"),
    "churn.left": (_("Telling who has left (AUC)"), "number"),
    "churn.leaving": (_("Telling who slips away or has left (AUC)"), "number"),
    "leads.rank": (_("Customers by probability: rank correlation with their rate"), "number"),
    "leads.prospects": (_("Telling which prospects will buy (AUC)"), "number"),
    "leads.will": (_("Prospects who will buy"), "count"),
    "leads.of": (_("Prospects judged"), "count"),
    "types.pure": (_("Share of the largest type in a kind"), "share"),
    "types.commonest": (_("Share of the largest type of all"), "share"),
    "types.rand": (_("Agreement with the types (adjusted Rand)"), "number"),
    "basket.planted": (_("Rules across product groups that were planted"), "share"),
    "basket.rules": (_("Rules across product groups"), "count"),
    "sequence.place": (_("Place of the planted step"), "count"),
    "sequence.share": (_("Take it within a year, as told"), "share"),
    "sequence.chance": (_("Take it with the next order, in truth"), "share"),
    "sequence.median": (_("Half of them within, days"), "count"),
    "sequence.within": (_("Drawn within, days"), "count"),
    "next_offer.souvenirs": (_("Favourite souvenirs bought twice, among the five told"), "share"),
    "next_offer.gift_boxes": (_("Favourite gift boxes bought twice, among the five told"), "share"),
}


def path(home: Path) -> Path:
    """Where the figures are kept under the data folder."""
    return home / "demo" / "closeness.json"


def measure(home: Path | None = None) -> dict[str, dict[str, float | None]]:
    """Compare what the last refresh found with the truth, keep the figures and return them by analysis."""
    from regulars.demo.comparing import compare  # noqa: PLC0415 -- loads numpy

    home = home or settings.HOME
    found = compare(home)
    if found:
        path(home).write_text(json.dumps(found), encoding="utf-8")
    return found


def of(name: str) -> Closeness | None:
    """How close the analysis of that name came; None where nothing was compared."""
    return told(name, _kept(settings.HOME).get(name, {}))


def told(name: str, figures: Mapping[str, float | None]) -> Closeness | None:
    """Figures of an analysis in words."""
    known = {key: value for key in figures if (value := figures[key]) is not None}
    if not known:
        return None
    shown = [(*FIGURES[f"{name}.{key}"], value) for key, value in known.items()]
    return Closeness(TRUE[name], [(label, value, unit) for label, unit, value in shown])


def _kept(home: Path) -> dict[str, Any]:
    file = path(home)
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=2)
def _read(file: Path, _written: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
