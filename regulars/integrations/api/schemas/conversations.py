"""Conversations of the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Base64Bytes, Field, StringConstraints

from regulars.channels.inbox.actions import MOST_FILES
from regulars.integrations.api.schemas import Flag, Given, Line, Named, Ref

Words = Annotated[str, StringConstraints(min_length=1, max_length=50_000)]


class ConversationFileIn(Given):
    """A file that goes along."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255)] = Field(examples=["quotation.pdf"])
    type: Line = Field(
        "", description="Believed where the content does not show another.", examples=["application/pdf"]
    )
    content: Base64Bytes = Field(description="Base64.", examples=["JVBERi0xLjcK"])


class ConversationReplyIn(Given):
    """An answer."""

    text: Words
    seen: Annotated[int, Field(ge=0, le=2**31, strict=True)] | None = Field(
        None, description="`words` of the conversation as you read it: what crosses something newer is refused (409)."
    )
    close: Flag = Field(False, description="Nothing more is to be done afterwards.")
    quote: Flag = Field(False, description="What was received last is quoted below the words.")
    files: list[ConversationFileIn] = Field(
        [], max_length=MOST_FILES, description="Go along. By API as much as a body may hold, 5 MB in Base64."
    )


class ConversationNoteIn(Given):
    """Something that only colleagues read."""

    text: Words


class ConversationDeskIn(Given):
    """Who sees to it: a user, a team, or nobody when both are left out."""

    assignee: Ref | None = None
    team: Ref | None = None


class ConversationFileOut(Schema):
    """A file that came with an entry."""

    id: int
    name: str
    type: str
    size: int


class ConversationAnswer(Schema):
    """Where an answer stands in the outbox."""

    message: int
    state: str
    reason: str


class ConversationEntryOut(Schema):
    """Something said or noted."""

    id: int
    direction: str = Field(description="`in`, `out` or `note`.")
    at: datetime
    author: Named | None
    from_address: str
    from_name: str
    subject: str
    text: str
    attachments: list[ConversationFileOut]
    quotes: int | None = Field(description="The entry that is quoted below the words.")
    answer: ConversationAnswer | None


class ConversationLine(Schema):
    """A conversation in a list."""

    id: int
    customer: Named | None
    channel: str
    subject: str
    address: str
    name: str
    state: str = Field(description="`open` (we owe an answer), `waiting` (the customer does) or `closed`.")
    assignee: Named | None
    team: Named | None
    waiting_since: datetime | None
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    set_aside: bool
    words: int = Field(description="Counts what was said and noted.")


class ConversationOut(ConversationLine):
    """A conversation with what was said in it last, oldest first."""

    entries: list[ConversationEntryOut]
    earlier: str | None = Field(description="Where what was said before is read.")


class ConversationPage(Schema):
    """A page of conversations."""

    items: list[ConversationLine]
    next: str | None
