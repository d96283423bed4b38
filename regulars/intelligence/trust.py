"""The one rule of what may be believed: a model that loses to the naive forecast is not.

It is judged by its back-tests over the last four cut-offs, taken together. Its order may still be of use where only its
level is wrong; its money may not. An analysis may have several models; each greys only what rests on it, as the analysis
says (``RESTS``), and hides only money of its own (``Judgement``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from regulars.intelligence.analyses.base import BackTest, Json, Saying, Trust, _

CUT_OFFS: Final = 4
"""How many of the newest back-tests count."""
FEWEST_CASES: Final = 100
"""With fewer cases in all of them nothing is shown by a back-test."""
MOST_BIAS: Final = 0.25
"""From a level so wrong on no amount of money is shown."""
DRIFT: Final = 0.25
"""From this population stability index on the scores are said to have drifted."""
OFF_NOMINAL: Final = 0.05
"""By how much the coverage of intervals may miss what was promised."""

SAYS: Final[Mapping[str, str]] = {
    "trust.untested": _("Not tried yet: the record is too short to hide its end from the model and compare."),
    "trust.few": _("Tried on %(cases)s cases only, too few to believe it."),
    "trust.loses": _(
        "Not to be believed yet: in the last %(cut_offs)s back-tests it missed by %(error_name)s, the naive forecast by %(naive_name)s."
    ),
    "trust.loses_money": _(
        "Not to be believed yet: in the last %(cut_offs)s back-tests it missed by %(error_money)s, the naive forecast by %(naive_money)s."
    ),
    "trust.wins": _("Beats the naive forecast over the last %(cut_offs)s back-tests together: its error is %(better_share)s smaller."),
    "trust.bias_high": _("It foretells %(bias_share)s more than comes: the order can be used, the amounts cannot."),
    "trust.bias_low": _("It foretells %(bias_share)s less than comes: the order can be used, the amounts cannot."),
    "trust.drift": _("Customers have changed since the cut-off before (stability index %(psi)s): look at it again soon."),
    "trust.covers": _("%(covered_share)s of its intervals hold what came; %(nominal_share)s is promised."),
    "trust.covers_not": _("Its intervals are not to be relied on: %(covered_share)s hold what came, %(nominal_share)s is promised."),
    "trust.counted": _("Counted, not foretold: nothing to try."),
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What follows from the back-tests of a model.

    Attributes:
        trusted: False greys everything that rests on it.
        amounts: False hides its money.
        sayings: the verdict in sentences, the ruling one first.
        cases, error, naive_error, bias, coverage: over the back-tests that count, weighted by cases; None where unknown.
    """

    trusted: bool
    amounts: bool
    sayings: tuple[Saying, ...]
    cases: int = 0
    error: float | None = None
    naive_error: float | None = None
    bias: float | None = None
    coverage: float | None = None
    rows: tuple[BackTest, ...] = field(default=(), repr=False)


def judge(trust: Trust) -> Verdict:
    """The verdict on one model."""
    rows = trust.rows[-CUT_OFFS:]
    cases = sum(row.n for row in rows)
    if trust.unidentified:
        return Verdict(False, False, (Saying(trust.unidentified),), cases, rows=rows)
    if not rows:
        return Verdict(False, False, (Saying("trust.untested"),))
    if cases < FEWEST_CASES:
        return Verdict(False, False, (Saying("trust.few", {"cases": cases}),), cases, rows=rows)
    error, naive = _pooled(rows, "mae"), _pooled(rows, "naive_mae")
    bias, coverage = _pooled(rows, "bias"), _pooled(rows, "coverage")
    trusted = error is not None and naive is not None and error < naive
    said = [_ruling(trust, error or 0.0, naive or 0.0, len(rows))]
    level = bias is None or abs(bias) <= MOST_BIAS
    if trusted and bias is not None and not level:
        said.append(Saying("trust.bias_high" if bias > 0 else "trust.bias_low", {"bias_share": round(abs(bias), 3)}))
    said += _remarks(trust, rows, coverage)
    return Verdict(trusted, trusted and level, tuple(said), cases, error, naive, bias, coverage, rows)


def of_stored(stored: Mapping[str, Any]) -> Trust:
    """A ``Trust`` as it was before it was stored as JSON."""
    rows = tuple(BackTest(**row) for row in stored["rows"])
    deciles = tuple((float(a), float(b), int(n)) for a, b, n in stored["deciles"])
    return Trust(**{**stored, "rows": rows, "deciles": deciles})


@dataclass(frozen=True)
class Judgement:
    """What of one analysis may be believed, model by model.

    Attributes:
        verdicts: on each model, by its code.
        rests: by model, what rests on it: codes of sentences, pictures, columns and steps, forecasts of customers, figures
            of the result. On a model of which nothing is said rests everything.
        monies: the models that foretell money.
    """

    verdicts: Mapping[str, Verdict]
    rests: Mapping[str, Sequence[str]]
    monies: frozenset[str]

    @property
    def trusted(self) -> bool:
        """Whether every model may be believed; what is only counted always may."""
        return all(one.trusted for one in self.verdicts.values())

    def doubts(self, *codes: str) -> bool:
        """Whether something called so rests on a model that is not to be believed."""
        return any(not self.verdicts[model].trusted for model in self._behind(codes))

    def unsure(self, *codes: str) -> bool:
        """Whether an amount told by something called so rests on a model whose amounts are not to be believed."""
        return any(not self.verdicts[model].amounts for model in self._behind(codes))

    def hides(self, *codes: str) -> bool:
        """Whether money called so rests on a model whose amounts are not to be believed; money that no model claims, on any."""
        return any(not self.verdicts[model].amounts for model in self._behind(codes) or self.verdicts)

    def told(self, result: Mapping[str, Any]) -> Json:
        """A stored result without the money that is not to be believed."""
        lost = {code for model in self.monies for code in self.rests.get(model, ()) if not self.verdicts[model].amounts}
        return {
            **{key: value for key, value in result.items() if key not in lost},
            "headline": [one for one in result.get("headline", []) if not self._hides_sentence(one)],
            "charts": [one for one in result.get("charts", []) if not (one["money"] and self.hides(*pictured(one)))],
            "evidence": [self._shown(one) for one in result.get("evidence", [])],
        }

    def _behind(self, codes: Sequence[str]) -> list[str]:
        return [one for one in self.verdicts if one not in self.rests or not set(codes).isdisjoint(self.rests[one])]

    def _hides_sentence(self, saying: Mapping[str, Any]) -> bool:
        behind = self._behind((saying["code"],))
        return "currency" in saying["values"] and any(not self.verdicts[one].amounts for one in behind)

    def _shown(self, table: Mapping[str, Any]) -> Json:
        """The evidence without columns of foretold money that is hidden."""
        kept = [
            at
            for at, one in enumerate(table["columns"])
            if one["known"] or one["unit"] != "money" or not self.hides(one["name"])
        ]
        columns, rows = table["columns"], table["rows"]
        return {
            **table,
            "columns": [columns[at] for at in kept],
            "rows": [[row[at] for at in kept] for row in rows],
        }


def judgement(rests: Mapping[str, Sequence[str]], models: Iterable[Trust]) -> Judgement:
    """The verdicts on the models of one analysis, and what follows from each."""
    every = list(models)
    monies = frozenset(one.model for one in every if one.unit == "money")
    return Judgement({one.model: judge(one) for one in every}, rests, monies)


def pictured(chart: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes that a stored chart is known by: its axes' and its series' names."""
    return (chart["x_name"], chart["y_name"], *(one["name"] for one in chart["series"]))


def _ruling(trust: Trust, error: float, naive: float, cut_offs: int) -> Saying:
    if error < naive:
        return Saying("trust.wins", {"cut_offs": cut_offs, "better_share": round(1 - error / naive, 3)})
    if trust.unit == "money":
        figures = {"error_money": round(error), "naive_money": round(naive), "currency": trust.currency}
        return Saying("trust.loses_money", {"cut_offs": cut_offs, **figures})
    return Saying("trust.loses", {"cut_offs": cut_offs, "error_name": f"{error:.3g}", "naive_name": f"{naive:.3g}"})


def _remarks(trust: Trust, rows: Sequence[BackTest], coverage: float | None) -> list[Saying]:
    said = []
    if coverage is not None:
        code = "trust.covers" if abs(coverage - trust.nominal) <= OFF_NOMINAL else "trust.covers_not"
        said.append(Saying(code, {"covered_share": round(coverage, 3), "nominal_share": trust.nominal}))
    drift = rows[-1].psi
    if drift is not None and drift > DRIFT:
        said.append(Saying("trust.drift", {"psi": round(drift, 2)}))
    return said


def _pooled(rows: Sequence[BackTest], name: str) -> float | None:
    """The mean of a figure over the back-tests that have it, weighted by cases."""
    known = [(getattr(row, name), row.n) for row in rows if getattr(row, name) is not None]
    cases = sum(n for _, n in known)
    return sum(value * n for value, n in known) / cases if cases else None
