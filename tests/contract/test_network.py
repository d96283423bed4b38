"""The tests' own fence: nothing leaves this machine."""

import socket
import urllib.request

import pytest

from tests.support.network import NetworkBlockedError, is_local


def test_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as client, pytest.raises(NetworkBlockedError, match=r"198\.51\.100\.7"):
        client.connect(("198.51.100.7", 80))


def test_name_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(NetworkBlockedError, match=r"example\.com"):
        socket.getaddrinfo("example.com", 443)
    with pytest.raises(NetworkBlockedError):
        urllib.request.urlopen("http://example.com/")


def test_connection_to_this_machine_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.9", True),
        ("::1", True),
        (b"127.0.0.1", True),
        ("10.0.0.1", False),
        ("a.example", False),
    ],
)
def test_this_machine_is_told_from_others(host: object, local: bool) -> None:
    assert is_local(host) is local
