"""The door under the real server: bounded before it is read, entries written in groups, each answered for itself."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support import templates
from tools import server

pytestmark = [pytest.mark.slow, pytest.mark.process]
ROOT = Path(__file__).resolve().parent.parent.parent.parent


@dataclass
class House:
    """A served home of its own on SQLite, with the owner's token."""

    address: str
    key: str

    def connect(self) -> http.client.HTTPConnection:
        """A connection that stays open."""
        return http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)

    def call(self, connection: Any, method: str, path: str, body: Any = None, **more: str) -> tuple[int, Any]:
        """Status and JSON of one answer."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **more}
        data = body if isinstance(body, bytes) else json.dumps(body) if body is not None else None
        connection.request(method, f"/api/v1{path}", data, headers)
        answer = connection.getresponse()
        raw = answer.read()
        return answer.status, json.loads(raw) if raw else None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = templates.lay_out(tmp_path_factory.mktemp("house"))
    names = {"REGULARS_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REGULARS_TESTING"}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"REGULARS_HOME": str(home), "REGULARS_PASSWORD": "correct horse battery"}

    def regulars(*words: str) -> str:
        command = [sys.executable, "-m", "regulars.config.cli", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

    regulars("user", "add", "founder", "--json")
    scopes = "customers:read,customers:write,timeline:write,imports:run"
    key = json.loads(regulars("token", "create", "--user", "founder", "--scope", scopes, "--json"))["token"]
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.delenv(name, raising=False)
        with server.running(home) as address:
            yield House(address, key)


def test_entries_of_many_clients_are_each_written_once(house: House) -> None:
    connection = house.connect()
    customer = house.call(connection, "POST", "/customers", {"name": "王小明"})[1]["id"]
    answers: list[tuple[int, Any]] = []

    def client(number: int) -> None:
        mine = house.connect()
        for n in range(40):
            good = n % 4 != 3
            entry = {
                "customer": customer if good else 999_999,
                "kind": "shop.seen",
                "source": f"c{number}",
                "source_key": str(n // 2 * 2),
            }
            answers.append(house.call(mine, "POST", "/timeline", entry))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = [status for status, _told in answers]
    assert {status: statuses.count(status) for status in set(statuses)} == {201: 160, 200: 80, 422: 80}
    assert all(told["errors"][0]["pointer"] == "/customer" for status, told in answers if status == 422)
    connection = house.connect()  # the first was idle for longer than the server keeps it
    ids, path = set(), f"/customers/{customer}/timeline?limit=200"
    while path:
        _status, page = house.call(connection, "GET", path)
        ids |= {(one["source"], one["source_key"]) for one in page["items"] if one["kind"] == "shop.seen"}
        path = page["next"].removeprefix("/api/v1") if page["next"] else ""
    assert len(ids) == 160


def test_fast_lane_refuses_as_the_ordinary_way_does(house: House) -> None:
    connection = house.connect()
    entry = {"customer": 1, "kind": "shop.seen"}
    assert house.call(connection, "POST", "/timeline", entry, Authorization="Bearer rgl_no")[0] == 401
    assert house.call(connection, "POST", "/timeline", b"{")[0] == 400
    assert house.call(connection, "POST", "/timeline", entry, **{"Content-Type": "text/plain"})[0] == 415
    status, told = house.call(
        connection, "POST", "/timeline", entry | {"kind": "staff.signed_in"}, **{"Accept-Language": "zh-TW"}
    )
    assert (status, told["errors"][0]["pointer"]) == (422, "/kind")
    assert "系統" in told["detail"]
    assert house.call(connection, "POST", "/timeline", entry, **{"Idempotency-Key": "one"})[0] == 201
    assert house.call(connection, "POST", "/timeline", entry, **{"Idempotency-Key": "one"})[0] == 201


def test_hundred_megabytes_are_refused_before_they_are_sent(house: House) -> None:
    parts = urlsplit(house.address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as wire:
        head = f"POST /api/v1/customers HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {house.key}\r\n"
        wire.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 104857600\r\n\r\n".encode())
        answer = wire.recv(4_096)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer


def test_body_without_a_length_is_cut_off_at_the_bound(house: House) -> None:
    parts = urlsplit(house.address)
    block = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as wire:
        head = f"POST /api/v1/customers HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {house.key}\r\n"
        wire.sendall(f"{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        sent = 0
        try:
            while sent < 400:
                wire.sendall(block)
                sent += 1
        except OSError:
            pass
        assert sent < 400 or wire.recv(4_096).startswith(b"HTTP/1.1 413")


def test_request_for_another_host_is_refused(house: House) -> None:
    connection = house.connect()
    assert house.call(connection, "GET", "/health", Host="evil.example.com")[0] == 400
    assert house.call(connection, "GET", "/health")[0] == 200


def test_revoked_key_opens_nothing_at_once(house: House) -> None:
    connection = house.connect()
    assert house.call(connection, "GET", "/me")[1]["role"] == "owner"
    assert house.call(connection, "GET", "/me", Authorization="")[0] == 401
