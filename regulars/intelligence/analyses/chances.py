"""What analyses of who will do it have in common: snapshots of the desk, sentences of reasons, back-tests as they are stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from regulars.intelligence.analyses.base import (  # fmt: skip
    MOST_BEHIND,
    BackTest,
    Chart,
    Column,
    Evidence,
    Json,
    Saying,
    Selection,
    Series,
    Trust,
    _,
)
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import to_date

if TYPE_CHECKING:
    from regulars.intelligence.models.propensity.rolling import Foretold
    from regulars.intelligence.models.propensity.snapshot import Snapshot

Tenths = tuple[tuple[float, float, int], ...]
"""Foretold, came, cases."""
SOURCE: Final = (
    "Lou, Caruana & Gehrke 2012 (additive models); Zadrozny & Elkan 2002 (calibration); Tashman 2000 (rolling origin)"
)
READS: Final = ("purchase", "customer", "parties", "returns", "complaints", "contacts")
BANDS: Final = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
LARGE: Final = 20_000
"""Customers that a model learns from; of more, a part by number."""
PARTS: Final = 5
"""A record is cut into so many windows: two to learn from, one to calibrate on, one to be tried on, one of history."""
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "rhythm": ("silence", "usual", "late", "recent", "year", "purchases", "tenure", "season"),
    "baskets": ("basket", "basket_change"),
    "pace": ("pace_change",),
    "complaints": ("complaint_open", "complaints"),
    "returns": ("returned_share",),
    "contacts": ("contacts", "contact_silence", "known"),
}
"""Features that are told in one sentence."""
_LEAST: Final = 0.1
_MOST: Final = 3
SAYS: Final = {
    "chance.silent": _("Usually every %(usual_days)s, silent for %(silence_days)s."),
    "chance.silent_once": _("Silent for %(silence_days)s."),
    "chance.bought_lately": _("Bought %(purchases)s times within 90 days."),
    "chance.on_time": _("Usually every %(usual_days)s, the last time %(silence_days)s ago."),
    "chance.season": _("Bought at this time of the year before."),
    "chance.smaller": _("The last three baskets are %(change_share)s smaller than before."),
    "chance.larger": _("The last three baskets are %(change_share)s larger than before."),
    "chance.slower": _("The last three intervals are %(change_share)s longer than before."),
    "chance.quicker": _("The last three intervals are %(change_share)s shorter than before."),
    "chance.complaint_open": _("Complaints still open: %(complaints)s."),
    "chance.complained": _("Complaints within a year: %(complaints)s."),
    "chance.sent_back": _("Sent back %(returned_share)s of what was bought."),
    "chance.in_touch": _("Contacts within 90 days: %(contacts)s, the last %(silence_days)s ago."),
    "chance.out_of_touch": _("No contact for %(silence_days)s."),
    "chance.foretold": _("Foretold probability"),
    "chance.customers": _("Customers by probability"),
    "chance.tenths": _("Foretold and come on earlier days, by tenth"), "chance.cases": _("Cases"),
    "chance.recency": _("the share among those who have been silent for as long"),
}  # fmt: skip


def window_of(desk: Desk, most: int) -> int:
    """Days that a record of this length allows to foretell and to try four times; 0 when it is too short."""
    first = desk.horizon.first_day
    days = 0 if first is None else min(most, (desk.horizon.today - first) // PARTS)
    return days if days >= 14 else 0


def snapshots(desk: Desk, window: int) -> Callable[[int], Snapshot]:
    """The snapshot of a day: of a part of a large house, but of everybody today."""
    from regulars.intelligence.models.propensity.snapshot import taken  # noqa: PLC0415 -- heavy: only for whoever analyses

    people = int(desk.engine.execute("SELECT count(*) FROM customer").fetchone()[0])
    part = max(1, people // LARGE)

    @cache
    def take(cut: int) -> Snapshot:
        sampled = part if cut < desk.horizon.today else 1
        return taken(desk.engine, cut, currency=desk.horizon.currency, window=window, part=sampled)

    return take


def back_tests(found: Foretold) -> tuple[BackTest, ...]:
    """The back-tests as they are stored: Brier scores, beside those of recency."""
    return tuple(
        BackTest(
            to_date(one.origin.cutoff).isoformat(), one.origin.customers, one.origin.mae or 0.0, one.origin.naive_mae or 0.0,
            one.origin.bias, one.origin.auc, one.origin.slope, one.origin.lift, None, one.psi,
        )
        for one in found.tried
    )  # fmt: skip


def deciles(found: Foretold) -> Tenths:
    """What was foretold and what came, by tenth."""
    return tuple((round(one.predicted, 4), round(one.actual, 4), one.customers) for one in found.deciles())


def bands(chance: Any) -> Any:
    """The band of each probability, counted from 0."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    return np.clip(np.searchsorted(np.array(BANDS[1:-1]), chance, side="right"), 0, len(BANDS) - 2)


def by_band(counted: Sequence[Json], behind: Sequence[Selection] = (), name: str = "customers") -> Chart:
    """The picture of how many customers there are in each band, and who."""
    names = band_names()
    counts = [one["customers"] for one in counted] or [0] * len(names)
    return Chart("bars", names, "name", "chance.foretold", (Series(name, counts, behind=behind),))


def band_names() -> list[str]:
    """The bands as they are shown."""
    return [f"{low:.0%}–{high:.0%}" for low, high in pairwise(BANDS)]


def behind(banded: Sequence[tuple[int, ...]], key: str) -> list[Selection]:
    """Who is in each band; of a slice, which keeps no lists of its own, those of everybody's band who are in it."""
    every = banded or [()] * (len(BANDS) - 1)
    return [Selection(ids=ids, key=f"{key}{at}") for at, ids in enumerate(every)]


def in_bands(ids: Any, chance: Any) -> list[tuple[int, ...]]:
    """Who is in each band, the likeliest first."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    order, which = np.lexsort((ids, -chance)), bands(chance)
    return [tuple(ids[order[which[order] == band]][:MOST_BEHIND].tolist()) for band in range(len(BANDS) - 1)]


def by_tenth(tenths: Tenths) -> list[Evidence]:
    """Foretold and come."""
    columns = (Column("chance.foretold", "share"), Column("came", "share"), Column("chance.cases", "count"))
    return [Evidence(columns, tenths, title="chance.tenths")] if tenths else []


def beside_recency(model: str, foretells: str, tests: tuple[BackTest, ...], tenths: Tenths) -> Trust:
    """A model's back-tests beside what recency alone would have said."""
    return Trust(model, foretells, "chance.recency", tests, "brier", tenths)


def reasons(found: Foretold, chosen: Any, *, leaving: bool, historical: bool = False) -> list[list[Saying]]:
    """Why, for some customers of today: groups of features by what they add, told in the customer's own figures.

    Args:
        chosen: their positions.
        leaving: what raises the probability is bad news (otherwise good).
        historical: the record ended long ago, so a silence is told as its length then, not as the day since when it lasts.
    """
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    assert found.model is not None
    assert found.today is not None
    rows = {name: values[chosen] for name, values in found.today.columns.items()}
    names, adds = found.model.contributions(rows)
    sums = np.column_stack(
        [
            adds[:, [j for j, name in enumerate(names) if name in group]].sum(axis=1)
            if set(group) & set(names)
            else np.zeros(len(adds))
            for group in GROUPS.values()
        ]
    )
    keys, as_of = list(GROUPS), {"as_of": None if historical else found.today.cut}
    told = []
    for i, order in enumerate(np.argsort(-sums, axis=1, kind="stable").tolist()):
        own = {name: (None if _missing(values[i]) else values[i].item()) for name, values in rows.items()} | as_of
        said = [_sentence(keys[j], own, leaving) for j in order if sums[i, j] >= _LEAST]
        told.append([one for one in said if one][:_MOST])
    return told


def as_text(sayings: Sequence[Saying]) -> str:
    """As the table of an analysis keeps them."""
    return json.dumps([one.as_dict() for one in sayings], ensure_ascii=False)


def _missing(value: Any) -> bool:
    return bool(value != value)  # noqa: PLR0124 -- NaN is the one value that is not itself


def _sentence(group: str, own: Json, leaving: bool) -> Saying | None:
    """The sentence of a group of features for one customer, if it speaks for what is foretold."""
    tell: dict[str, Callable[[Json, bool], Saying | None]] = {
        "rhythm": _rhythm, "baskets": _baskets, "pace": _pace, "complaints": _complaints, "returns": _returns,
        "contacts": _contacts,
    }  # fmt: skip
    return tell[group](own, leaving)


def _rhythm(own: Json, leaving: bool) -> Saying | None:
    if own["silence"] is None:
        return None
    figures = _silence(own["silence"], own)
    if own["usual"] is None:
        return Saying("chance.silent_once", figures) if leaving else None
    if not leaving and own["recent"] >= 2:
        return Saying("chance.bought_lately", {"purchases": round(own["recent"])})
    if not leaving and own["season"] and own["late"] < 0.7:
        return Saying("chance.season")
    return Saying("chance.silent" if leaving else "chance.on_time", {"usual_days": round(own["usual"]), **figures})


def _baskets(own: Json, leaving: bool) -> Saying | None:
    return _change(own["basket_change"], "chance.smaller", "chance.larger", falls=leaving)


def _pace(own: Json, leaving: bool) -> Saying | None:
    return _change(own["pace_change"], "chance.quicker", "chance.slower", falls=not leaving)


def _change(change: float | None, less: str, more: str, *, falls: bool) -> Saying | None:
    if change is None or abs(change) < 0.1 or (change < 0) != falls:
        return None
    return Saying(less if falls else more, {"change_share": round(abs(change), 3)})


def _complaints(own: Json, leaving: bool) -> Saying | None:
    if not leaving or not own["complaints"] + own["complaint_open"]:
        return None
    still = round(own["complaint_open"])
    if still:
        return Saying("chance.complaint_open", {"complaints": still})
    return Saying("chance.complained", {"complaints": round(own["complaints"])})


def _returns(own: Json, leaving: bool) -> Saying | None:
    if not leaving or own["returned_share"] < 0.05:
        return None
    return Saying("chance.sent_back", {"returned_share": round(own["returned_share"], 3)})


def _contacts(own: Json, leaving: bool) -> Saying | None:
    if own["contact_silence"] is None:
        return None
    days = _silence(own["contact_silence"], own)
    if leaving:
        return Saying("chance.out_of_touch", days) if own["contact_silence"] > 90 else None
    return Saying("chance.in_touch", {"contacts": round(own["contacts"]), **days}) if own["contacts"] else None


def _silence(days: float, own: Json) -> Json:
    """A silence by the day since when it lasts, so that it need not be told anew every day."""
    if own["as_of"] is None:
        return {"silence_days": round(days)}
    return {"silence_since": to_date(own["as_of"] - round(days)).isoformat()}
