"""What an agent has on screen: the customer, what matters about them, the script in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from regulars.customers.models import ContactPoint
from regulars.customers.page.pop import Bundle
from regulars.customers.page.reach import address_url, shown_address
from regulars.marketing.call_lists import queries
from regulars.marketing.call_lists.models import Call, CallTry
from regulars.marketing.call_lists.words import Outcome
from regulars.staff.queries import company_name
from regulars.web import format as show
from regulars.web.resources import Text

if TYPE_CHECKING:
    from regulars.staff.models import User

TONES: Final = {Outcome.YES: "primary", Outcome.NEVER: "stake", Outcome.WRONG_NUMBER: "stake"}


@dataclass(frozen=True, slots=True)
class Key:
    """One outcome as a button and its key."""

    outcome: str
    label: Text
    key: str
    tone: str


KEYS: Final = tuple(
    Key(one.value, one.label, str(number), TONES.get(one, "plain")) for number, one in enumerate(Outcome, start=1)
)


class Screen:
    """One call as its template reads it; each part is made when it is asked for."""

    def __init__(self, call: Call, user: User) -> None:
        self.call = call
        self.user = user
        self.party = call.party

    @cached_property
    def page(self) -> Bundle:
        """Everything about the customer, as for somebody on the phone."""
        return Bundle(self.party, self.user)

    @cached_property
    def point(self) -> ContactPoint | None:
        """The number to call."""
        return queries.numbers_of([self.party.pk]).get(self.party.pk)

    @property
    def number(self) -> str:
        """The number as people read it."""
        return shown_address(self.point) if self.point else ""

    @property
    def number_url(self) -> str:
        """What dials it."""
        return address_url(self.point) if self.point else ""

    @cached_property
    def script(self) -> list[str]:
        """The paragraphs of the script, with what they say filled in."""
        script = self.call.list.script
        if script is None:
            return []
        filled = {
            "{name}": self.party.name, "{salutation}": self.party.salutation, "{agent}": str(self.user), "{company}": company_name(),
            "{last_order}": show.show_date(self.page.summary.last_order_at),
        }  # fmt: skip
        words = script.words()
        for blank, told in filled.items():
            words = words.replace(blank, str(told))
        return [part.strip() for part in words.replace("\r\n", "\n").split("\n\n") if part.strip()]

    @cached_property
    def questions(self) -> list[tuple[str, str, str]]:
        """What is asked: the name of its field, the question, what was answered before."""
        script = self.call.list.script
        asked = script.questions() if script is not None else []
        return [(f"answer-{at}", one, str(self.call.answers.get(one, ""))) for at, one in enumerate(asked)]

    @cached_property
    def before(self) -> list[tuple[CallTry, Text]]:
        """The calls that were made to them from this list, and what came of each."""
        rows = self.call.made.filter(undone_at=None).select_related("agent").order_by("-at")[:5]
        return [(one, Outcome(one.outcome).label) for one in rows]
