"""The fast lane: single entries that arrive at about the same time are written in one transaction (group commit).

While one group is being written, the next gathers. Tokens, limits, customers and rows are each asked for once a group, so
the cost of a transaction is shared by as many as wait for it; alone, an entry is written at once. Each caller still gets
its own answer, and nobody is answered before the commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from django.db import connection

from regulars.customers.actions.entries import Appended
from regulars.integrations.api import entries, identity, limits
from regulars.integrations.api.actions import note_use
from regulars.integrations.api.asgi import Parts, let_go
from regulars.integrations.api.door import SECURITY, to_bytes
from regulars.integrations.api.models import Token
from regulars.integrations.api.parsing import load
from regulars.integrations.api.problems import Problem

MOST_AT_ONCE: Final = 200
_PLAIN: Final = b"application/json"
_ALWAYS: Final = [
    (b"content-type", _PLAIN),
    *((name.lower().encode(), value.encode()) for name, value in SECURITY.items()),
]
logger = logging.getLogger("regulars.api")


@dataclass(slots=True)
class Waiting:
    """A request in the lane."""

    digest: str
    body: bytes
    answer: asyncio.Future[Parts | None]


class Lane:
    """One writer for all requests of this process."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="lane")
        self.waiting: list[Waiting] = []
        self.writer: asyncio.Task[None] | None = None

    async def submit(self, headers: Mapping[bytes, bytes], body: bytes) -> Parts | None:
        """The answer to one request; None when it has to go the ordinary way."""
        if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != _PLAIN:
            return None
        digest = identity.digest_in(headers.get(b"authorization", b"").decode("latin-1"))
        if not digest:
            return None
        future: asyncio.Future[Parts | None] = asyncio.get_running_loop().create_future()
        self.waiting.append(Waiting(digest, body, future))
        if self.writer is None or self.writer.done():
            self.writer = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            group, self.waiting = self.waiting[:MOST_AT_ONCE], self.waiting[MOST_AT_ONCE:]
            try:
                answers: Sequence[Parts | None] = await loop.run_in_executor(self.thread, answers_to, group)
            except Exception:
                logger.exception("a group of entries could not be written together")
                answers = [None] * len(group)
            for one, answer in zip(group, answers, strict=True):
                if not one.answer.done():
                    one.answer.set_result(answer)


def answers_to(group: Sequence[Waiting]) -> list[Parts | None]:
    """Write a group; None for whatever is to be refused: the ordinary way says why, in the caller's language."""
    try:
        tokens = identity.known(one.digest for one in group)
        postings: list[entries.Posting] = []
        places: list[int] = []
        headers: list[dict[str, str]] = [{} for _one in group]
        answers: list[Parts | None] = [None] * len(group)
        for number, one in enumerate(group):
            with suppress(Problem):
                token = _admitted(tokens.get(one.digest))
                entry = entries.read_entry(load(one.body))
                headers[number] = limits.spend(token.pk)
                postings.append(entries.Posting(token, entry))
                places.append(number)
        for number, result in zip(places, entries.record(postings), strict=True):
            if isinstance(result, Appended):
                answers[number] = said(result, headers[number])
        for token in tokens.values():
            note_use(token)
        return answers
    finally:
        if connection.errors_occurred:
            let_go()


def _admitted(token: Token | None) -> Token:
    if token is None:
        raise identity.unauthenticated()
    if token.networks:
        raise Problem(403)  # the ordinary way looks from where it comes, through trusted proxies
    identity.require_scope(token, "timeline:write")
    return token


def said(result: Appended, headers: Mapping[str, str]) -> Parts:
    """201 for a new entry, 200 for one that was there."""
    body = to_bytes({"id": result.id, "new": result.new})
    own = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return (201 if result.new else 200), [*_ALWAYS, (b"content-length", b"%d" % len(body)), *own], body
