"""Conversations of the inbox: read, answered, noted, handed on, closed."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from regulars.channels.inbox import actions, queries
from regulars.channels.inbox.models import Conversation, Entry
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.problems import Flaw, Problem
from regulars.integrations.api.records import referred
from regulars.integrations.api.schemas import BIGGEST, Pk
from regulars.integrations.api.schemas.conversations import (
    ConversationDeskIn,
    ConversationEntryOut,
    ConversationLine,
    ConversationNoteIn,
    ConversationOut,
    ConversationPage,
    ConversationReplyIn,
)
from regulars.staff.models import Team, User
from regulars.staff.rules import can

router = Router()
READ = needs("inbox:read", "inbox.view")
WRITE = needs("inbox:write", "inbox.reply")
Box = Literal["mine", "unassigned", "open", "waiting", "closed", "aside"]


@router.get("", response=ConversationPage, **READ)
def list_conversations(
    request: ApiRequest,
    box: Query[Box] = "open",
    q: Annotated[str, Query(..., max_length=200, description="Words said in it.")] = "",
    limit: Annotated[int, Query(..., ge=1, le=200)] = 50,
    after: Annotated[str, Query(..., max_length=80)] = "",
) -> Any:
    """A box of the inbox: who has waited longest first in `mine`, `unassigned` and `open`, else what was said last."""
    place = queries.read_after(after) if after else None
    if after and place is None:
        detail = _("Take “after” from the “next” of a page of the same list and order.")
        raise Problem(422, detail, flaws=[Flaw("#query/after", detail)])
    rows = (
        queries.conversations_for(request.user).none()
        if box == "aside" and not can(request.user, "inbox.strangers")
        else queries.box(request.user, box)
    )
    found, more = queries.page(queries.find(rows, q) if q else rows, box, place, limit)
    told = {"box": box, "limit": limit} | ({"q": q} if q else {}) | {"after": str(more)}
    return {"items": [_line(one) for one in found], "next": f"{request.path}?{urlencode(told)}" if more else None}


@router.get("/{id}", response=ConversationOut, **READ)
def read_conversation(
    request: ApiRequest,
    id: Pk,  # noqa: A002 -- the name in the address
    before: Annotated[int | None, Query(..., ge=1, le=BIGGEST, description="Entries before this one.")] = None,
) -> Any:
    """One conversation with what was said in it last."""
    return _whole(request, _conversation(request, id), before)


@router.post("/{id}/reply", response={201: ConversationEntryOut}, **WRITE)
def reply(request: ApiRequest, id: Pk, given: ConversationReplyIn) -> Any:  # noqa: A002
    """Answer, with files where there are any; it leaves through the outbox in some seconds."""
    held, new = _conversation(request, id), [actions.NewAttachment(**dict(one)) for one in given.files]
    with actions.files_for_one(held, files=new, by=request.user) as files:
        entry = actions.reply(
            held, text=given.text, seen=given.seen, close=given.close, quote=given.quote, files=files, by=request.user
        )
    return Status(201, _entry(entry))


@router.post("/{id}/note", response={201: ConversationEntryOut}, **WRITE)
def note(request: ApiRequest, id: Pk, given: ConversationNoteIn) -> Any:  # noqa: A002
    """Write something that only colleagues read."""
    return Status(201, _entry(actions.note(_conversation(request, id), text=given.text, by=request.user)))


@router.post("/{id}/assign", response=ConversationLine, **WRITE)
def assign(request: ApiRequest, id: Pk, given: ConversationDeskIn) -> Any:  # noqa: A002
    """Lay it on somebody's desk, a team's, or nobody's."""
    held = _conversation(request, id)
    assignee = referred(User.objects.filter(is_active=True), given.assignee, "assignee")
    team = referred(Team.objects.all(), given.team, "team")
    actions.assign([held], assignee=assignee, team=team, by=request.user)
    return _line(_conversation(request, id))


@router.post("/{id}/close", response=ConversationLine, **WRITE)
def close(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Nothing more is to be done; it comes back when the customer writes again."""
    actions.close([_conversation(request, id)], by=request.user)
    return _line(_conversation(request, id))


@router.post("/{id}/reopen", response=ConversationLine, **WRITE)
def reopen(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Something is to be done after all."""
    actions.reopen([_conversation(request, id)], by=request.user)
    return _line(_conversation(request, id))


def _conversation(request: ApiRequest, pk: int) -> Conversation:
    rows = queries.conversations_for(request.user).select_related("party", "assignee", "team")
    held = rows.filter(pk=pk).first()
    if held is None:
        raise Http404
    return held


def _line(held: Conversation) -> dict[str, Any]:
    names = ("channel", "subject", "address", "name", "state", "waiting_since", "opened_at", "last_at", "closed_at")
    return {
        "id": held.pk, "customer": {"id": held.party.pk, "name": held.party.name} if held.party else None,
        "assignee": present.named(held.assignee), "team": present.named(held.team), "set_aside": held.aside_at is not None,
        "words": held.words_at, **{name: getattr(held, name) for name in names},
    }  # fmt: skip


def _whole(request: ApiRequest, held: Conversation, before: int | None) -> dict[str, Any]:
    found = queries.thread(held, before)
    earlier = f"{request.path}?before={found.earlier}" if found.earlier else None
    return {**_line(held), "entries": [_entry(one) for one in found.entries], "earlier": earlier}


def _entry(entry: Entry) -> dict[str, Any]:
    files = [{"id": one.pk, "name": one.name, "type": one.type, "size": one.size} for one in entry.attachments.all()]
    answer = entry.message and {
        "message": entry.message.pk,
        "state": entry.message.state,
        "reason": entry.message.reason,
    }
    names = ("direction", "at", "from_address", "from_name", "subject", "text")
    return {
        "id": entry.pk, "author": present.named(entry.author), "attachments": files, "answer": answer, "quotes": entry.quotes_id,
        **{name: getattr(entry, name) for name in names},
    }  # fmt: skip
