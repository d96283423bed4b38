"""The short word after an act, with Undo: kept in Django's messages, shown at once or on the next page.

``toast(request, _("Saved"), undo=undo.offer(...))`` works in every view: the frame shows waiting toasts when it is
drawn, and an htmx answer carries them in its ``HX-Trigger`` header (``middleware.Toasts``). Parts of a page that load by
themselves (``?part=``) take none: the page they belong to may be leaving, and the toast with it.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from django.contrib import messages
from django.http import HttpRequest

from regulars.web.resources import Text

Tone = Literal["done", "wrong"]


class Toast(TypedDict):
    """One toast as the script receives it."""

    text: str
    tone: str
    undo: str


def toast(request: HttpRequest, text: Text, *, undo: str = "", tone: Tone = "done") -> None:
    """Say ``text`` for ten seconds; ``undo`` is a token of ``undo.offer``."""
    level = messages.SUCCESS if tone == "done" else messages.ERROR
    messages.add_message(request, level, str(text), extra_tags=undo)


def waiting(request: HttpRequest) -> list[Toast]:
    """The toasts not shown yet; they count as shown afterwards."""
    if not hasattr(request, "_messages"):
        return []
    return [
        Toast(text=str(one.message), tone="wrong" if one.level >= messages.ERROR else "done", undo=one.extra_tags or "")
        for one in messages.get_messages(request)
    ]
