"""What the screens of the inbox share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from regulars.channels.inbox import queries
from regulars.channels.inbox.models import Conversation
from regulars.channels.inbox.shown import Desk
from regulars.customers.views.common import Request
from regulars.staff.rules import require

__all__ = ["Request", "changed", "conversation_for", "desk_of", "number"]


def conversation_for(request: Request, pk: int, rule: str = "inbox.view") -> Conversation:
    """The conversation ``pk`` for whoever asks.

    Raises:
        Http404: there is none that they may see.
        Forbidden: their role does not allow it.
    """
    require(request.user, "inbox.view")
    require(request.user, rule)
    if pk >= 2**63:
        raise Http404
    rows = queries.conversations_for(request.user).select_related("party", "assignee", "team", "continues")
    return get_object_or_404(rows, pk=pk)


def desk_of(request: Request) -> Desk:
    """The box that the address names, narrowed by its words."""
    require(request.user, "inbox.view")
    told = request.GET
    after = queries.read_after(told.get("after", ""))
    shown = number(told.get("shown", "")) if after is None else queries.PAGE
    return Desk(request.user, told.get("box", ""), told.get("q", ""), after, shown)


def number(told: str) -> int:
    """The id in ``told``; 0 when it is none."""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0


def changed(answer: HttpResponse | None = None, events: Mapping[str, Any] | None = None) -> HttpResponse:
    """Tell the page that the list changed, and what else happened."""
    answer = answer if answer is not None else HttpResponse(status=204)
    answer.headers["HX-Trigger"] = json.dumps({"inbox-changed": {}, **(events or {})})
    return answer
