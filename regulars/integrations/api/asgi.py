"""The door under a server: reads the bounded body, works on threads that keep their database connections."""

from __future__ import annotations

import asyncio
import contextvars
import io
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, Final

from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections, connection
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from regulars.integrations.api import door
from regulars.integrations.api.problems import Problem
from regulars.web.bodies import STATUS, end_slowly

Scope = Mapping[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

THREADS: Final = 4


class GoneError(Exception):
    """The caller hung up before the body was complete."""


class ApiDoor:
    """An ASGI application before the product's own: answers ``/api/``, hands on everything else."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="api")
        self.lane: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request."""
        if scope["type"] != "http" or not door.is_ours(scope["path"]):
            await self.application(scope, receive, send)
            return
        try:
            status, headers, body = await self._answer(scope, receive)
        except GoneError:
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if status == STATUS:
            await end_slowly(receive, send, body)
        else:
            await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Parts:
        method, path, headers = scope["method"], scope["path"], dict(scope["headers"])
        most = door.most_bytes(method, path)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > most:
            return _refused(most, path)
        body = await _read(receive, most)
        if body is None:
            return _refused(most, path)
        if method == "POST" and path == "/api/v1/timeline" and b"idempotency-key" not in headers:
            return await self._fast(scope, headers, body)
        return await self._on_thread(scope, body)

    async def _fast(self, scope: Scope, headers: Mapping[bytes, bytes], body: IO[bytes]) -> Parts:
        if self.lane is None:
            from regulars.integrations.api.lane import Lane  # noqa: PLC0415 -- pydantic is paid for by whoever uses the API

            self.lane = Lane()
        parts: Parts | None = await self.lane.submit(headers, body.read())
        if parts is not None:
            body.close()
            return parts
        body.seek(0)
        return await self._on_thread(scope, body)

    async def _on_thread(self, scope: Scope, body: IO[bytes]) -> Parts:
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        return await loop.run_in_executor(self.threads, context.run, _work, scope, body)


Parts = tuple[int, list[tuple[bytes, bytes]], bytes]


def _refused(most: int, path: str) -> Parts:
    return parts_of(door.too_large(most).response(path))


async def _read(receive: Receive, most: int) -> IO[bytes] | None:
    """The body; None when it is larger than ``most``. Never more than a megabyte of it in memory."""
    body: IO[bytes] | None = None
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        block = message.get("body", b"")
        size += len(block)
        if size > most:
            return None
        whole = not message.get("more_body", False)
        if body is None:
            body = io.BytesIO() if whole else door.new_body()  # what came in one piece is in memory as it is
        body.write(block)
        if whole:
            body.seek(0)
            return body


def _work(scope: Scope, body: IO[bytes]) -> Parts:
    try:
        request: Any = ASGIRequest(scope, body)
        request.body_is_kept = True
        return parts_of(door.answer(request))
    except UnicodeDecodeError:
        return parts_of(Problem(400).response())
    finally:
        body.close()
        let_go()


def let_go() -> None:
    """Give the connection back; SQLite's, which has no server, stays open on its thread unless it broke."""
    if connection.vendor != "sqlite" or connection.errors_occurred or connection.in_atomic_block:
        close_old_connections()


def parts_of(response: HttpResponseBase) -> Parts:
    """What goes over the wire."""
    content = response.content if isinstance(response, HttpResponse) else b"".join(response)
    response.headers.setdefault("Content-Length", str(len(content)))
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    return response.status_code, headers, content
