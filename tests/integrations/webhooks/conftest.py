"""A receiver of webhooks on this machine, and a subscription to it."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from regulars.integrations.webhooks import actions
from regulars.integrations.webhooks.models import Subscription


@dataclass
class Receiver:
    """What it was sent, and what it answers next: statuses in turn, the last one for ever."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    location: str = ""
    body: bytes = b"thanks"

    @property
    def told(self) -> list[dict[str, Any]]:
        """The messages."""
        return [json.loads(body) for _headers, body in self.received]

    def next(self) -> int:
        """The next status."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A server of this machine; private addresses are allowed."""
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return
            kept.received.append((dict(self.headers), body))
            self.send_response(kept.next())
            if kept.location:
                self.send_header("Location", kept.location)
            self.send_header("Content-Length", str(len(kept.body)))
            self.end_headers()
            self.wfile.write(kept.body)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/in"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


Subscribe = Callable[..., Subscription]


@pytest.fixture
def subscribe(make_user: Callable[..., Any], receiver: Receiver) -> Subscribe:
    """Subscribe the receiver: ``subscribe("commerce.*", owner=seller)``."""

    def make(*kinds: str, owner: Any = None, **facts: Any) -> Subscription:
        owner = owner or make_user(role="owner")
        return actions.subscribe(owner=owner, url=receiver.url, kinds=kinds or ["*"], by=None, **facts)

    return make
