"""What one row of a customer file says, before anybody has looked whether it is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(slots=True)
class Point:
    """A contact point of a row, with the form in which it is compared."""

    kind: str
    raw: str
    normalised: str
    label: str = ""


@dataclass(slots=True)
class Holder:
    """Who holds a post: the name, what is said about how ("acting", the position beside it), and person or organisation."""

    name: str
    detail: str = ""
    kind: str = "person"

    def title(self, post: str) -> str:
        """The position as it stands on the relation: ``總經理（代理）``, ``Spokesperson (CFO)``."""
        if not self.detail:
            return post[:80]
        return (f"{post}（{self.detail}）" if not post.isascii() else f"{post} ({self.detail})")[:80]


@dataclass(slots=True)
class Contact:
    """A person who works at the customer of the row."""

    name: str
    job: str = ""
    points: list[Point] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """What one row says of one party. ``facts`` holds only what the row fills; ``blanks`` are the fields it has empty.

    ``externals`` are numbers in the file's own system: two of them are two customers. ``softer`` are (system, number) that find
    somebody but tell nobody apart. ``posts`` has, for each post the file speaks of, who holds it (nobody: it is vacant).
    """

    row: int
    cells: list[str]
    kind: str
    name: str
    named: bool
    facts: dict[str, Any]
    externals: list[str]
    tax_id: str
    points: list[Point]
    consents: list[tuple[str, str]]
    custom: dict[str, Any]
    own: int = 0
    softer: list[tuple[str, str]] = field(default_factory=list)
    company: str = ""
    company_id: str = ""
    job: str = ""
    since: date | None = None
    contacts: list[Contact] = field(default_factory=list)
    posts: dict[str, list[Holder]] = field(default_factory=dict)
    reported: date | None = None
    blanks: list[str] = field(default_factory=list)
    again: bool = False
    shortened: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
