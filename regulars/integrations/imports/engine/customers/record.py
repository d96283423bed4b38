"""A party as it is and as it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

COLUMNS: Final = (
    "kind", "name", "fold", "family_name", "given_name", "other_name", "salutation", "birth_date", "language", "address", "city", "region", "postcode",
    "country", "industry", "about", "owner_id", "custom",
)  # fmt: skip
_EMPTY: Final[dict[str, Any]] = {
    **dict.fromkeys(COLUMNS, ""),
    "birth_date": None,
    "owner_id": None,
    "kind": "person",
}


def empty_facts(**facts: Any) -> dict[str, Any]:
    """The facts of somebody of whom nothing else is known."""
    return {**_EMPTY, "custom": {}, **facts}


@dataclass(slots=True)
class PointHeld:
    """A contact point that is here. ``ours`` was brought by an earlier import of the same source."""

    id: int
    live: bool
    ours: bool = False
    raw: str = ""


@dataclass(slots=True)
class Job:
    """A relation *works at* that holds: the person, where, as what. ``id`` is 0 until written."""

    person: Record
    firm: Record
    title: str
    id: int = 0
    since: date | None = None
    ours: bool = False


@dataclass(slots=True)
class PostChange:
    """A post that changed hands: who held it, who holds it now."""

    post: str
    before: list[str]
    after: list[str]
    on: date


@dataclass(slots=True, eq=False)
class Record:
    """``id`` is 0 until written; ``before`` keeps what changed."""

    id: int
    facts: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    identifiers: set[tuple[str, str]] = field(default_factory=set)
    points: dict[tuple[str, str], PointHeld] = field(default_factory=dict)
    preferred: set[str] = field(default_factory=set)
    consents: dict[str, str] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    """Where this person works."""
    staff: dict[str, Record] = field(default_factory=dict)
    """Who works here, or ever did, by the name as compared."""
    staffed: list[Job] = field(default_factory=list)
    """Who works here as what, now."""
    source: str = ""
    has_role: bool = True
    """Whether it is a customer itself, and not only somebody who works at one."""
    since: date | None = None
    reported: date | None = None
    trashed: bool = False
    queued: bool = False
    told_points: set[tuple[str, str]] = field(default_factory=set)
    new_identifiers: list[tuple[str, str]] = field(default_factory=list)
    new_points: list[tuple[str, str, str, str, bool]] = field(default_factory=list)
    ended_points: list[PointHeld] = field(default_factory=list)
    new_consents: list[tuple[str, str, int]] = field(default_factory=list)
    begun: list[Job] = field(default_factory=list)
    ended: list[tuple[Job, date]] = field(default_factory=list)
    post_changes: list[PostChange] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As it is shown."""
        return str(self.facts["name"])

    @property
    def fold(self) -> str:
        """As it is compared."""
        return str(self.facts["fold"])

    @property
    def is_firm(self) -> bool:
        """Whether it is an organisation."""
        return bool(self.facts["kind"] == "organisation")

    def change(self, name: str, value: Any) -> bool:
        """Let a field have a value; whether that changed anything."""
        current = self.facts[name]
        if current == value:
            return False
        self.before.setdefault(name, current)
        self.facts[name] = value
        return True

    def numbers(self, system: str) -> set[str]:
        """The numbers by which a system knows it."""
        return {number for one, number in self.identifiers if one == system}
