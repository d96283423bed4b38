"""What stands on *The company at a glance*: one object, read from the results of the last run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.customers.reasons import duration
from regulars.reporting import pictures, queries, sentences
from regulars.reporting.models import AnalysisRun
from regulars.reporting.pictures import Chart, customers_url
from regulars.web import format as show
from regulars.web.stages import VALUE_CLASSES

PERIODS: Final = (30, 90, 365)
MEASURES: Final = ("people", "money")
NO_STEP: Final = frozenset({"keep", "let_rest", "recruit"})
"""Advice that asks for nothing now: whoever has it is on no list of things to do."""


@dataclass(frozen=True)
class Figure:
    """A number of the first line, with what it means and who is behind it."""

    label: str
    value: str
    meaning: str = ""
    interval: str = ""
    url: str = ""


@dataclass(frozen=True)
class ClassLine:
    """One class of value."""

    key: str
    customers: str
    money: str
    share: str
    more: str
    url: str


class Company:
    """The page for one request; ``days`` and ``by`` are the choices of its reader."""

    def __init__(self, run: AnalysisRun, wanted: Mapping[str, str]) -> None:
        self.run = run
        self.results: dict[str, dict[str, Any]] = {one.name: one.result for one in run.results.all()}
        self.days = int(wanted["days"]) if wanted.get("days") in {str(one) for one in PERIODS} else 90
        self.by = wanted["by"] if wanted.get("by") in MEASURES else "people"
        assert run.as_of is not None
        self.as_of = run.as_of
        self.day: date = show.local_day(run.as_of)

    @property
    def history(self) -> str:
        """Says that the record ends long ago and is judged as of its own end; empty otherwise."""
        if not self.run.historical:
            return ""
        return _("The record ends on %(day)s; everything is judged as of that day, not of today.") % {
            "day": show.show_date(self.day)
        }

    @cached_property
    def periods(self) -> list[tuple[str, str, bool]]:
        """Tabs of the streams' period."""
        words = {30: _("30 days"), 90: _("90 days"), 365: _("12 months")}
        return [(words[days], self._url(days=days), days == self.days) for days in PERIODS]

    @cached_property
    def measures(self) -> list[tuple[str, str, bool]]:
        """Tabs of what the sizes mean."""
        words = {"people": pgettext("measure", "People"), "money": _("Money")}
        return [(words[by], self._url(by=by), by == self.by) for by in MEASURES]

    def _url(self, *, days: int | None = None, by: str = "") -> str:
        return f"{reverse('reporting:company')}?days={days or self.days}&by={by or self.by}"

    @property
    def arc_wide(self) -> SafeString:
        """The arc for a wide screen."""
        return pictures.arc(self.results["stage"], by=self.by, days=self.days, as_of=self.day, layout="wide")

    @property
    def arc_tall(self) -> SafeString:
        """The arc for a phone."""
        return pictures.arc(self.results["stage"], by=self.by, days=self.days, as_of=self.day, layout="tall")

    @property
    def flows(self) -> list[dict[str, Any]]:
        """The streams as a table."""
        return pictures.flow_rows(self.results["stage"], days=self.days, as_of=self.day)

    @cached_property
    def figures(self) -> list[Figure]:
        """The first line."""
        return [*self._people(), *self._stakes()]

    def _people(self) -> list[Figure]:
        stages = self.results["stage"]["stages"]
        bought = sum(one["customers"] for one in stages.values()) - stages["recruit"]["customers"]
        with_us = bought - stages["divorce"]["customers"]
        slipping = stages["pre_divorce"]
        current = "welcome,getting_to_know,account_management,intensify,pre_divorce,recovery"
        return [
            Figure(_("With us"), show.show_number(with_us), _("of %(all)s who ever bought") % {"all": show.show_number(bought)}, url=customers_url(stage=current)),
            Figure(_("Slipping away"), show.show_number(slipping["customers"]), _("%(money)s in the last 12 months") % {"money": self._money(slipping["money"])}, url=customers_url(stage="pre_divorce", sort="-at_stake")),
        ]  # fmt: skip

    def _stakes(self) -> list[Figure]:
        concentration, cycle, steps = self.results["concentration"], self.results["cycle"], self.results["next_step"]
        waiting = [one for key, one in steps["actions"].items() if key not in NO_STEP]
        figures = [
            Figure(_("At stake"), self._money(sum(one["at_stake"] for one in waiting)), _("with %(people)s who have a next step") % {"people": pictures.customers_said(sum(one["customers"] for one in waiting))}, url=customers_url(needs="1", sort="-at_stake"))
        ]  # fmt: skip
        if concentration["enough"]:
            interval = (
                f"{show.show_percent(concentration['share_low'])}–{show.show_percent(concentration['share_high'])}"
            )
            meaning = _("of revenue since %(day)s") % {
                "day": show.show_date(date.fromisoformat(concentration["since"]))
            }
            figures.append(
                Figure(
                    _("The top 20% bring"),
                    show.show_percent(concentration["share"]),
                    meaning,
                    interval,
                    customers_url(top=20, sort="-revenue"),
                )
            )
        if cycle["enough"]:
            figures.append(
                Figure(
                    _("Usual interval"),
                    duration(cycle["median"]),
                    _("half of them between %(low)s and %(high)s")
                    % {"low": duration(cycle["quarter"]), "high": duration(cycle["three_quarters"])},
                )
            )
        return figures

    @cached_property
    def classes(self) -> list[ClassLine]:
        """The three classes and everybody else."""
        value = self.results["value"]
        return (
            [self._class(key, one, value["basis"]) for key, one in value["classes"].items()] if value["enough"] else []
        )

    def _class(self, key: str, one: dict[str, Any], basis: str) -> ClassLine:
        more = (
            _("up to %(money)s more a year") % {"money": self._money(round(one["gain"] or 0))}
            if key == "most_growable"
            else ""
        )
        if key == "below_zero" and one["customers"]:
            more = _("%(money)s in 24 months") % {"money": self._money(one["contribution_24m"])}
        share = show.show_percent(one["share"]) if one["share"] else show.DASH
        return ClassLine(
            key,
            show.show_number(one["customers"]),
            self._money(one["contribution_12m"]),
            share,
            more,
            customers_url(**{"class": key}),
        )

    @property
    def basis(self) -> str:
        """What the classes are judged by."""
        if self.results["value"]["basis"] == "margin":
            return _("By profit: goods less their cost, returns deducted, last 12 months.")
        return _("By revenue: costs are not known for enough of the goods to tell profit.")

    @staticmethod
    def class_word(key: str) -> str:
        """The name of a class; everybody else is steady."""
        return str(VALUE_CLASSES[key]) if key in VALUE_CLASSES else pgettext("value class", "Steady")

    def chart(self, name: str) -> Chart | None:
        """The chart of an analysis, None where there were too few data."""
        result = self.results[name]
        draw = {"concentration": pictures.lorenz, "cycle": pictures.bands, "movement": pictures.months}[name]
        return draw(result) if result["enough"] else None

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        """The three charts with their headlines and definitions."""
        links = {"concentration": customers_url(top=20, sort="-revenue")}
        return [
            {"name": name, "about": sentences.about(name), "said": sentences.paragraph(self.results[name]), "chart": self.chart(name), "url": links.get(name, "")}
            for name in ("concentration", "cycle", "movement")
        ]  # fmt: skip

    @property
    def stage_said(self) -> str:
        """The headline of the arc."""
        return sentences.paragraph(self.results["stage"])

    @property
    def value_said(self) -> str:
        """The headline of the classes."""
        return sentences.paragraph(self.results["value"])

    def _money(self, amount: int) -> str:
        return show.show_money(amount, self.run.currency)


def of_last_run(wanted: Mapping[str, str]) -> Company | None:
    """The page of the newest finished run; None before the first."""
    run = queries.last_done()
    return Company(run, wanted) if run and run.as_of else None
