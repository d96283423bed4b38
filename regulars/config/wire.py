"""How HTTP is read from the wire: by httptools (C) where it is installed, by h11 where it is not, and bounded either way.

h11 refuses a head that does not end within 16 kB. httptools under uvicorn knows no bound: an address, a header, a trailer or
the head of a chunk that never ends would be kept in memory until there is none.
"""

from __future__ import annotations

import asyncio
from typing import Final

MOST_UNREAD: Final = 16 * 1024

Protocol: type[asyncio.Protocol]

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
except ImportError:
    from uvicorn.protocols.http.h11_impl import H11Protocol

    Protocol = H11Protocol
else:

    class BoundedHttp(HttpToolsProtocol):
        """Refuses with 400 what goes on beyond ``MOST_UNREAD`` bytes without becoming a head or a piece of a body."""

        unread = 0

        def data_received(self, data: bytes) -> None:
            """Bytes from the other side, of any length."""
            self.unread += len(data)
            super().data_received(data)
            if self.unread > MOST_UNREAD and not self.transport.is_closing():
                self.send_400_response("The head of this request does not end.")

        def on_message_begin(self) -> None:
            """A request begins."""
            self.unread = 0
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            """The head is whole."""
            self.unread = 0
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            """A piece of the body."""
            self.unread = 0
            super().on_body(body)

        def on_message_complete(self) -> None:
            """The request is whole."""
            self.unread = 0
            super().on_message_complete()

    Protocol = BoundedHttp
