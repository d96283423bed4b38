"""How much a page may be sent. What is larger is refused before it is kept, whether or not it says how long it is.

Django copies a body to a file before anybody looks at it. This door stands before Django: it knows the few addresses
that take files, and whether the person may send them; everything else is small. Whoever sends more is answered by the
product itself (``web.middleware.TooLarge``), with an empty body in the place of theirs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie

from regulars.web.access import can

Scope = Mapping[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MARK: Final = "regulars.most_bytes"
LINGER_SECONDS: Final = 3.0
_OF_THE_BODY: Final = frozenset({b"content-length", b"content-type", b"transfer-encoding", b"expect"})


@dataclass(frozen=True, slots=True)
class Upload:
    """An address that takes files: how many bytes at most, from people with which right."""

    most: int
    rule: str


class TooLargeError(Exception):
    """The body is larger than it may be."""


class BodyDoor:
    """An ASGI application before the product's own."""

    def __init__(self, application: Application, uploads: Mapping[str, Upload]) -> None:
        self.application = application
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        headers = dict(scope["headers"])
        told = headers.get(b"content-length", b"")
        length = int(told) if told.isdigit() else None
        most = await self._most(scope, headers, length)
        if length is not None and length > most:
            await self._refuse(scope, receive, send, most)
            return
        try:
            await self.application(scope, _counted(receive, most), send)
        except TooLargeError:
            await self._refuse(scope, receive, send, most)

    async def _most(self, scope: Scope, headers: Mapping[bytes, bytes], length: int | None) -> int:
        small: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        upload = self.uploads.get(scope["path"]) if scope["method"] == "POST" else None
        if upload is None or (length is not None and length <= small):
            return small
        allowed = await sync_to_async(_may)(headers.get(b"cookie", b""), upload.rule)
        return upload.most if allowed else small

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Let the product say so; then let the sender finish a little, or it may not hear the answer."""
        bare = [(name, value) for name, value in scope["headers"] if name not in _OF_THE_BODY]

        asked = False

        async def nothing() -> Message:
            nonlocal asked
            if asked:
                await asyncio.Event().wait()  # Django listens whether the sender hangs up until it has answered
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def lingering(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                await send({**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]})
            elif message.get("more_body", False):
                await send(message)
            else:
                await end_slowly(receive, send, message.get("body", b""))

        await self.application({**scope, "headers": bare, MARK: most}, nothing, lingering)


def _counted(receive: Receive, most: int) -> Receive:
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise TooLargeError
        return message

    return counting


async def end_slowly(receive: Receive, send: Send, body: bytes) -> None:
    """Send the end of a refusal while the sender is still talking: a connection closed at once takes the answer with it."""
    await send({"type": "http.response.body", "body": body, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while (message := await receive())["type"] == "http.request" and message.get("more_body", False):
                pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _may(cookies: bytes, rule: str) -> bool:
    """Whether the session that is shown belongs to somebody who may; strangers do not fill the disk."""
    key = parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    try:
        session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        return can(get_user(cast("HttpRequest", SimpleNamespace(session=session))), rule)
    finally:
        close_old_connections()


def too_large(request: HttpRequest) -> int | None:
    """How much would have been allowed, where the door refused the body of this request."""
    most: int | None = getattr(request, "scope", {}).get(MARK)
    return most


STATUS: Final = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
