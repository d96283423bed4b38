"""What comes over the wire, bounded and unambiguous, whichever library reads it."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from regulars.config import wire

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


async def talk(protocol: Any, first: bytes, more: bytes = b"", most: int = 4 << 20) -> tuple[bytes, int, list[str]]:
    """Send `first`, then `more` again and again until an answer comes; the answer, bytes sent, and what the product was asked."""
    asked: list[str] = []

    async def product(scope: Any, receive: Any, send: Any) -> None:
        asked.append(f"{scope['method']} {scope['path']}")
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.request":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})

    server = Server(Config(product, http=protocol, lifespan="off", log_level="critical", port=0, ws="none"))
    server.config.load()
    state: Any = server.server_state

    def connected() -> asyncio.Protocol:
        made: asyncio.Protocol = protocol(config=server.config, server_state=state, app_state={})
        return made

    listening = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
    sent, answer = 0, asyncio.ensure_future(reader.read(1 << 16))
    with contextlib.suppress(ConnectionError):
        for part in _parts(first, more, most):
            writer.write(part)
            await writer.drain()
            sent += len(part)
            await asyncio.sleep(0)
            if answer.done():
                break
    told = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        told = await asyncio.wait_for(answer, 5)
        async with asyncio.timeout(0.2):
            await reader.read()  # what is asked after the answer would be asked by now
    writer.transport.abort()
    listening.close()
    return told, sent, asked


def _parts(first: bytes, more: bytes, most: int) -> Iterator[bytes]:
    yield first
    for _number in range(most // len(more) if more else 0):
        yield more


@pytest.fixture(params=[wire.Protocol, H11Protocol], ids=["as served", "without httptools"])
def protocol(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.mark.parametrize(
    ("first", "more"),
    [
        pytest.param(b"GET /", b"x" * 1_000, id="address"),
        pytest.param(HEAD + b"X-Long: ", b"x" * 1_000, id="one header"),
        pytest.param(HEAD, b"X-Many: 1\r\n" * 100, id="many headers"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 1_000, id="head of a chunk"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: 1\r\n" * 100, id="trailers"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"x" * 1_000, id="one trailer"),
    ],
)
def test_what_does_not_end_is_refused_before_it_is_much(protocol: Any, first: bytes, more: bytes) -> None:
    answer, sent, _asked = asyncio.run(talk(protocol, first, more))
    assert answer.startswith(b"HTTP/1.1 400"), answer[:100]
    assert sent < 2 << 20


def test_long_body_is_not_taken_for_a_long_head(protocol: Any) -> None:
    body = b"x" * 3_000_000
    answer, _sent, asked = asyncio.run(talk(protocol, HEAD + b"Content-Length: 3000000\r\n\r\n" + body))
    assert (answer[:12], asked) == (b"HTTP/1.1 200", ["POST /"])


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n0\r\n\r\n", id="two lengths"),
        pytest.param(b"Content-Length: +5\r\n\r\n0\r\n\r\n", id="signed length"),
        pytest.param(b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", id="unknown encoding"),
        pytest.param(b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", id="space before the colon"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", id="length of a chunk"),
        pytest.param(b"X: a\x00b\r\n\r\n", id="nul"),
        pytest.param(b"X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="bare carriage return"),
    ],
)
def test_ambiguous_request_hides_no_other(protocol: Any, told: bytes) -> None:
    answer, _sent, asked = asyncio.run(talk(protocol, HEAD + told + SMUGGLED))
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), answer[:100]
    assert "GET /smuggled" not in asked


def test_length_and_chunks_together_are_refused() -> None:
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    answer, _sent, asked = asyncio.run(talk(wire.Protocol, HEAD + both + SMUGGLED))
    assert answer.startswith(b"HTTP/1.1 400")
    assert "GET /smuggled" not in asked


def test_without_httptools_h11_reads() -> None:
    code = "import sys; sys.modules['httptools'] = None; from regulars.config.wire import Protocol; print(Protocol.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), wire.Protocol.__name__) == ("H11Protocol", "BoundedHttp")
