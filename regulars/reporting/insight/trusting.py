"""The back-tests of every model as the trust page and the pages of the analyses show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.intelligence import analyses
from regulars.intelligence.analyses import base
from regulars.intelligence.trust import Judgement, Verdict, judge, judgement, of_stored
from regulars.reporting import sentences
from regulars.reporting.insight.charts import Drawn, draw
from regulars.reporting.insight.links import Source
from regulars.web import format as show


@dataclass(frozen=True)
class Model:
    """One model of one analysis, tried on the past."""

    name: str
    trust: base.Trust

    @cached_property
    def verdict(self) -> Verdict:
        """What follows from its back-tests."""
        return judge(self.trust)

    @property
    def title(self) -> str:
        """What the model is called."""
        return sentences.word(self.trust.model)

    @property
    def outcome(self) -> str:
        """What it foretells."""
        return sentences.word(self.trust.outcome)

    @property
    def naive(self) -> str:
        """What it has to beat."""
        return sentences.word(self.trust.naive)

    @property
    def url(self) -> str:
        """The page of its analysis."""
        return reverse("reporting:insight-page", args=[self.name])

    @property
    def doubt(self) -> str:
        """The verdict by name, the ruling sentences alone: ``Own repeats: Not to be believed yet: …``."""
        return _("%(model)s: %(verdict)s") % {"model": self.title, "verdict": sentences.joined(self.said[:2])}

    @property
    def said(self) -> list[str]:
        """The verdict in sentences."""
        return [sentences.found(one.as_dict()) for one in self.verdict.sayings]

    @property
    def error_word(self) -> str:
        """What its error is called."""
        words = {"mae": _("Mean error"), "brier": _("Brier score"), "misses": _("Share of misses")}
        return words[self.trust.error]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The names of the figures of its back-tests, each with what it means."""
        return [
            (self.error_word, self.outcome),
            (_("Naive"), self.naive),
            *(self._measures[at][:2] for at in self._known),
        ]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The back-tests as a table, the newest cut-off first."""
        return [self._row(one) for one in self.verdict.rows[::-1]]

    def _row(self, one: base.BackTest) -> dict[str, Any]:
        figures = [self._measures[at][2](one) for at in self._known]
        return {
            "day": sentences.value(one.cut_off, "on"), "n": show.show_number(one.n), "wins": one.mae < one.naive_mae,
            "figures": (self._error(one.mae), self._error(one.naive_mae), *figures),
        }  # fmt: skip

    @cached_property
    def _measures(self) -> list[tuple[str, str, Callable[[base.BackTest], str]]]:
        return [
            (_("Bias"), _("How much more is foretold than comes"), lambda one: _signed(one.bias)),
            ("AUC", _("Probability that of two customers the right one is ranked higher"), lambda one: _number(one.auc, 3)),
            (_("Slope"), _("Of what came on what was foretold; 1 is calibrated"), lambda one: _number(one.slope, 2)),
            (_("Top tenth"), _("How many times more lies in the best tenth than in a tenth drawn at random"), lambda one: _number(one.lift, 1)),
            (_("Within the interval"), _("Share of customers for whom what came lies within the interval"), lambda one: show.show_percent(one.coverage)),
            (_("Drift"), _("Stability index of the score against the cut-off before; above 0.25 customers have changed"), lambda one: _number(one.psi, 2)),
        ]  # fmt: skip

    @cached_property
    def _known(self) -> list[int]:
        """Which of these any back-test has."""
        every = list(enumerate(self._measures))
        return [at for at, (_head, _why, told) in every if any(told(one) != show.DASH for one in self.verdict.rows)]

    def _error(self, value: float) -> str:
        if self.trust.unit == "money":
            return show.show_money(round(value), self.trust.currency)
        return _number(value, 3)

    @property
    def calibration(self) -> Drawn | None:
        """Foretold against come, tenth by tenth; none where nothing was tried."""
        if len(self.trust.deciles) < 2:
            return None
        foretold, came = [one[0] for one in self.trust.deciles], [one[1] for one in self.trust.deciles]
        unit: base.Unit = "share" if self.trust.error == "brier" else self.trust.unit
        chart = base.Chart(
            "lines", foretold, unit, "foretold",
            (base.Series("came", came), base.Series("right", foretold, quiet=True)), unit, currency=self.trust.currency,
        )  # fmt: skip
        plain = base.plain(chart)
        return draw(plain, Source(self.name), _("Calibration: foretold and come, by tenth of the forecast"))


def judged(name: str, models: Sequence[Model]) -> Judgement:
    """What of the analysis may be believed, by what it says rests on each of its models."""
    return judgement(base.rests(analyses.get(name)), (one.trust for one in models))


def models_of(name: str, result: Mapping[str, Any]) -> list[Model]:
    """The models behind a stored result."""
    return [Model(name, of_stored(one)) for one in result.get("trust", [])]


def _number(value: float | None, decimals: int) -> str:
    return show.DASH if value is None else show.show_number(value, decimals)


def _signed(value: float | None) -> str:
    if value is None:
        return show.DASH
    return ("+" if value > 0 else "") + show.show_percent(value)
