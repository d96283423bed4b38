"""Ten gigabytes sent to a server that really runs: refused in words, before anything of it is kept, in bounded memory."""

import asyncio
import select
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from regulars.config.supervisor import web_command
from regulars.integrations.api.actions import create_token
from regulars.web import bodies
from regulars.web.bodies import BodyDoor, TooLargeError, Upload
from tests.support.browser import sign_in
from tests.support.own_process import environment_of_this_database

pytestmark = pytest.mark.process
MakeUser = Callable[..., Any]
BLOCK = bytes(1 << 20)
TEN_GB = 10 << 30
BOUNDARY = b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n'


class Server:
    """A web process of its own on the test's database."""

    def __init__(self, home: Path) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        env = environment_of_this_database(home) | {"REGULARS_SECRET_KEY": settings.SECRET_KEY, "REGULARS_TESTING": "1"}
        self.process = subprocess.Popen(web_command("127.0.0.1", str(self.port)), env=env)
        deadline = time.monotonic() + 60
        while True:
            with suppress(OSError):
                self.connect().close()
                return
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def written(self) -> int:
        """Bytes written so far, to files and to the network."""
        told = Path(f"/proc/{self.process.pid}/io").read_text().split()
        return int(told[told.index("wchar:") + 1])

    def peak(self) -> int:
        """The most memory it ever had, in kB."""
        told = Path(f"/proc/{self.process.pid}/status").read_text().split()
        return int(told[told.index("VmHWM:") + 1])

    def send(self, path: str, *headers: str, begin: bytes = b"", chunked: bool = False) -> tuple[str, int]:
        """Send zeros until an answer comes; returns it, and how many bytes were on their way by then."""
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers]
        lines += ["Transfer-Encoding: chunked" if chunked else f"Content-Length: {TEN_GB}", "", ""]
        sent = 0
        with closing(self.connect()) as line:
            line.sendall("\r\n".join(lines).encode())
            line.sendall(self._framed(begin, chunked=chunked) if begin else b"")
            block = self._framed(BLOCK, chunked=chunked)
            with suppress(ConnectionError):
                while not select.select([line], [], [], 0)[0] and sent < 1 << 30:
                    line.sendall(block)
                    sent += len(block)
            answer = b""
            with suppress(TimeoutError, ConnectionError):
                while part := line.recv(1 << 16):
                    answer += part
        return answer.decode(), sent

    @staticmethod
    def _framed(block: bytes, *, chunked: bool) -> bytes:
        return b"%x\r\n%s\r\n" % (len(block), block) if chunked else block


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[Server]:
    connection.close()
    if not Path("/proc/self/io").exists():
        pytest.skip("needs /proc to see what a process writes and holds")
    started = Server(tmp_path / "home")
    yield started
    started.process.kill()
    started.process.wait()


def refused_cheaply(server: Server, path: str, *headers: str, **how: Any) -> str:
    """Send; the answer must be 413 and must have cost next to nothing. Returns the page."""
    server.send(
        "/sign-in/", "Content-Type: application/x-www-form-urlencoded", chunked=True
    )  # everything is loaded now
    peak, written = server.peak(), server.written()
    answer, sent = server.send(path, *headers, **how)
    assert answer.startswith("HTTP/1.1 413"), answer[:300]
    assert server.peak() - peak < 40_000
    assert server.written() - written < 12_000_000
    assert sent < 1 << 30
    return answer


def cookie_of(user: Any) -> str:
    cookie = sign_in(user)
    return f"Cookie: {cookie['name']}={cookie['value']}; {settings.LANGUAGE_COOKIE_NAME}=en"


def test_ten_gigabytes_are_refused_on_a_page_in_words(server: Server, make_user: MakeUser) -> None:
    cookie = cookie_of(make_user(role="owner"))
    form = "Content-Type: multipart/form-data; boundary=x"
    page = refused_cheaply(server, "/imports/new/", cookie, form, begin=BOUNDARY)
    assert "The file is larger than 4 GB. Nothing of it was kept; please split it." in page
    told = refused_cheaply(server, "/imports/new/", cookie, form, "HX-Request: true", begin=BOUNDARY)
    assert "larger than 4 GB" in told.partition("\r\n\r\n")[0]


def test_body_without_a_length_is_stopped_on_its_way(server: Server, make_user: MakeUser) -> None:
    cookie = cookie_of(make_user(role="owner"))
    page = refused_cheaply(server, "/customers/new/", cookie, chunked=True)
    assert "What was sent is larger than 5 MB. Nothing of it was kept." in page


def test_strangers_and_those_who_may_not_import_fill_no_disk(server: Server, make_user: MakeUser) -> None:
    form = "Content-Type: multipart/form-data; boundary=x"
    for headers in ((form,), (form, cookie_of(make_user(role="technician"))), (form, "Cookie: sessionid=forged")):
        refused_cheaply(server, "/imports/new/", *headers, begin=BOUNDARY, chunked=True)


def test_api_takes_no_hundred_megabytes_of_json(server: Server, make_user: MakeUser) -> None:
    _token, key = create_token(user=make_user(role="owner"), name="x", scopes=["customers:write"], by=None)
    headers = (f"Authorization: Bearer {key}", "Content-Type: application/json")
    for chunked in (False, True):
        told = refused_cheaply(server, "/api/v1/customers", *headers, begin=b'{"name": "', chunked=chunked)
        assert '"status":413' in told.replace(" ", "")


def pouring(total: int, taken: list[int]) -> bodies.Receive:
    async def receive() -> bodies.Message:
        taken.append(len(BLOCK))
        return {"type": "http.request", "body": BLOCK, "more_body": sum(taken[-1:]) * len(taken) < total}

    return receive


def through(
    door_of: Callable[[bodies.Application], BodyDoor], *, path: str = "/imports/new/"
) -> tuple[int, int | None]:
    """Pour ten gigabytes without a length through a door; returns how many were let in, and what was said to be allowed."""
    taken: list[int] = []
    seen: dict[str, Any] = {"in": 0}

    async def product(scope: bodies.Scope, receive: bodies.Receive, send: bodies.Send) -> None:
        seen["most"] = scope.get(bodies.MARK)
        while (message := await receive()).get("more_body"):
            seen["in"] += len(message["body"])
        await send({"type": "http.response.start", "status": 413, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def forget(_message: Any) -> None:
        return None

    scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"transfer-encoding", b"chunked")]}
    asyncio.run(door_of(product)(scope, pouring(TEN_GB, taken), forget))
    return seen["in"], seen["most"]


@pytest.mark.parametrize(("allowed", "most"), [(True, 4 << 30), (False, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)])
def test_only_whoever_may_import_sends_up_to_the_limit(monkeypatch: Any, allowed: bool, most: int) -> None:
    monkeypatch.setattr(bodies, "_may", lambda _cookies, _rule: allowed)
    monkeypatch.setattr(bodies, "LINGER_SECONDS", 0.0)
    uploads = {"/imports/new/": Upload(4 << 30, "imports.run")}
    let_in, said = through(lambda product: BodyDoor(product, uploads))
    assert said == most
    assert most - len(BLOCK) <= let_in <= most


def test_body_that_is_small_enough_passes_untouched() -> None:
    told: list[bytes] = []

    async def product(_scope: bodies.Scope, receive: bodies.Receive, _send: bodies.Send) -> None:
        told.append((await receive())["body"])

    async def receive() -> bodies.Message:
        return {"type": "http.request", "body": b"name=x", "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"6")]}
    asyncio.run(BodyDoor(product, {})(scope, receive, lambda _message: asyncio.sleep(0)))
    assert told == [b"name=x"]
    with pytest.raises(TooLargeError):
        asyncio.run(bodies._counted(receive, 5)())
