"""The words of a message at the moment it is sent: as they were written down, or rendered by whoever owns its content."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db.models import F

from regulars.channels.outbox import hooks
from regulars.channels.outbox.models import Message, MessageBody
from regulars.web.rows import AnyOf


@dataclass(frozen=True, slots=True)
class Content:
    """What is said. ``headers`` are further mail headers, e.g. ``List-Unsubscribe``."""

    subject: str = ""
    text: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[hooks.File] = ()


logger = logging.getLogger("regulars.outbox")
Renderer = Callable[[Sequence[Message]], Mapping[int, Content]]
"""Given messages of one batch, their contents by the message's id; a message left out cannot be rendered."""
_renderers: Final[dict[str, Renderer]] = {}


def register(prefix: str, renderer: Renderer) -> None:
    """Have ``renderer`` render messages whose ``content_ref`` is ``prefix:…``.

    Raises:
        ValueError: another one does already.
    """
    if _renderers.setdefault(prefix, renderer) is not renderer:
        raise ValueError(f"two renderers for {prefix}")


def unregister(prefix: str) -> None:
    """Forget a renderer (tests)."""
    _renderers.pop(prefix, None)


def of(messages: Sequence[Message]) -> dict[int, Content]:
    """The contents of ``messages`` by id; one that has neither words nor a renderer is left out. One query and the renderers'."""
    bodies = MessageBody.objects.filter(AnyOf(F("message_id"), [one.pk for one in messages]))
    found = {one.message_id: Content(one.subject, one.text, one.html, one.headers) for one in bodies}
    by_renderer: dict[str, list[Message]] = defaultdict(list)
    for one in messages:
        if one.pk not in found:
            by_renderer[one.content_ref.partition(":")[0]].append(one)
    for prefix, wanted in by_renderer.items():
        if prefix in _renderers:
            found.update(_rendered(prefix, wanted))
    for pk, files in hooks.files_of(messages).items():
        if pk in found:
            found[pk] = replace(found[pk], files=files)
    return found


def _rendered(prefix: str, messages: Sequence[Message]) -> Mapping[int, Content]:
    """What a renderer makes; one that breaks keeps its own messages waiting, not everybody's."""
    try:
        return _renderers[prefix](messages)
    except Exception:
        logger.exception("the contents of %s could not be rendered", prefix)
        return {}
