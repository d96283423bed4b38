"""Today as its template reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.customers.models import CustomerSummary, Party, Task, ValueClass
from regulars.customers.page.advice import advice_of
from regulars.customers.page.endings import Ending, ending_of
from regulars.customers.panels import TodayPart, today_for
from regulars.customers.queries import today as queries
from regulars.customers.queries.lapses import Lapse, sum_of_contracts
from regulars.customers.queries.today import ALL, MINE, TEAM, DayAfter, Stakes
from regulars.customers.steps import Step, step_of
from regulars.kit import clock
from regulars.web.access import User, can


@dataclass(frozen=True, slots=True)
class Need:
    """One customer who needs somebody now."""

    party: Party
    summary: CustomerSummary
    why: str
    do: str
    step: Step

    @property
    def value_class(self) -> str:
        """The class, where it is one of the three."""
        return self.summary.value_class if self.summary.value_class != ValueClass.REGULAR else ""


@dataclass(frozen=True, slots=True)
class Needs:
    """A page of them, and where the next begins."""

    lines: list[Need | Ending]
    after: DayAfter | None


@dataclass(frozen=True, slots=True)
class Due:
    """A task due today or before."""

    task: Task
    overdue_days: int


class Today:
    """The day of ``user`` in a scope (mine, team, all)."""

    def __init__(self, user: User, scope: str, scopes: list[str]) -> None:
        self.user = user
        self.scope = scope
        self._scopes = scopes

    @property
    def day(self) -> date:
        """Today, where the company is."""
        return timezone.localdate(clock.now())

    @property
    def scopes(self) -> list[tuple[str, str, bool]]:
        """Key, word, whether it is the current one."""
        words = {
            MINE: pgettext("whose", "Mine"),
            TEAM: pgettext("whose", "My team"),
            ALL: pgettext("whose", "Everybody"),
        }
        return [(key, words[key], key == self.scope) for key in self._scopes]

    @property
    def may_log(self) -> bool:
        """Whether the user may write on timelines."""
        return can(self.user, "customers.log")

    @cached_property
    def stakes(self) -> Stakes:
        """How many need somebody, and how much is at stake."""
        return queries.stakes(self.user, self.scope)

    @cached_property
    def ends(self) -> Stakes:
        """How many contracts end soon, and for how much they were."""
        return queries.summed(sum_of_contracts(self.user, self.scope))

    def sum_of(self, needs: Needs) -> Stakes | None:
        """The same from the first page, where that is all there is; None when the rest has to be counted."""
        if needs.after is not None:
            return None
        people = [line for line in needs.lines if isinstance(line, Need)]
        return queries.summed((need.summary.currency, 1, need.summary.at_stake) for need in people)

    def needs_after(self, after: DayAfter | None) -> Needs:
        """The next customers who need somebody, and what of theirs ends soon."""
        size = queries.PAGE if after else queries.FIRST_PAGE
        found, following = queries.page_of_day(self.user, self.scope, after, size)
        lines = [ending_of(one, self.day) if isinstance(one, Lapse) else need_of(one) for one in found]
        return Needs(lines, following)

    @cached_property
    def _due_ids(self) -> list[int]:
        return queries.due_ids(self.user, self.scope)

    @cached_property
    def due(self) -> list[Due]:
        """The oldest of what is due today or before."""
        return [Due(task, self._late(task)) for task in queries.tasks_at(self._due_ids[: queries.FIRST_TASKS])]

    @property
    def due_number(self) -> int:
        """How many are due; counted no further than ``MOST_TASKS``."""
        return len(self._due_ids)

    @property
    def due_shown(self) -> str:
        """The same as it is shown."""
        return f"{self.due_number}{'+' if self.due_number == queries.MOST_TASKS else ''}"

    @property
    def more_due(self) -> bool:
        """Whether some are not shown."""
        return self.due_number > queries.FIRST_TASKS

    def _late(self, task: Task) -> int:
        return (self.day - timezone.localtime(task.due_at).date()).days if task.due_at else 0

    @property
    def may_edit(self) -> bool:
        """Whether the user may change records, as a renewal does."""
        return can(self.user, "customers.edit")

    @cached_property
    def newcomers(self) -> list[Party]:
        """New customers nobody has welcomed."""
        return queries.newcomers(self.user, self.scope)

    @cached_property
    def parts(self) -> list[tuple[TodayPart, Mapping[str, Any]]]:
        """What the rooms above add beside what is due."""
        return today_for(self.user)

    @property
    def nothing(self) -> str:
        """What an empty Today says."""
        if self.scope == MINE:
            return _("Nobody of yours needs anybody now. A good day to visit somebody.")
        return _("Nobody needs anybody now. A good day to visit somebody.")


def need_of(party: Party) -> Need:
    """The line of one customer."""
    summary = party.summary
    advice = advice_of(summary)
    return Need(
        party=party,
        summary=summary,
        why=advice.why,
        do=advice.do,
        step=advice.step or step_of(summary.next_action),
    )
