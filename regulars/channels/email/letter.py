"""A mail, read: who wrote what to whom, and what came with it. Nothing in a mail is believed to be well made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property
from typing import Any, Final

from regulars.channels.email import charsets, pieces
from regulars.channels.email.pieces import Piece
from regulars.channels.email.plain import text_of

MOST_PARTS: Final = 200
LONGEST_TEXT: Final = 500_000
"""Characters of a mail's words that are shown; the mail itself is kept whole."""
LARGEST_HEAD: Final = 512 * 1024
_ID: Final = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS: Final = re.compile(r"[^\s<>@,;:\"()\\]+@[^\s<>@,;:\"()\\]+\.?[^\s<>@,;:\"()\\]*")
_TELLING: Final = frozenset({b"message-id", b"from", b"date", b"subject"})
_BY_SERVERS: Final = re.compile(
    rb"received|return-path|delivered-to|x-original-to|envelope-to|authentication-results|arc-|dkim-|x-spam|x-virus|x-google-|status$"
)
_ENVELOPE: Final = re.compile(rb"\A>?From [^\r\n]*\r?\n")
_MOST_REFERENCES: Final = 100
_ADDRESS_AS_NAME: Final = re.compile(r"(?:^|(?<=,))\s*([^\"<>,()@]{1,200}@[^\"<>,()@]{0,200}?)\s*<")
"""``ming@example.com <ming@example.com>``, which many programs write and no grammar allows."""
_LONGEST_ADDRESSES: Final = 8_000


class Unreadable(Exception):
    """A mail that cannot be taken apart; ``args[0]`` is the code of why."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A name and an address, lower case; either may be empty."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class Letter:
    """A mail taken apart. ``headers`` are (name in lower case, value as it came); ``pieces`` its leaves in order."""

    headers: Sequence[tuple[str, str]]
    pieces: Sequence[Piece] = ()
    charset: str = ""
    root: Message | None = field(default=None, repr=False, compare=False)

    def all(self, name: str) -> list[str]:
        """Every header of that name as people read it."""
        return [charsets.header(value, self.charset) for known, value in self.headers if known == name]

    def get(self, name: str) -> str:
        """The first header of that name, empty when there is none."""
        return next(iter(self.all(name)), "")

    @cached_property
    def senders(self) -> list[Sender]:
        """Every author named, each address once."""
        raw = [value for known, value in self.headers if known == "from"]
        return addresses(raw, self.charset)

    @property
    def sender(self) -> Sender:
        """Whom an answer goes to: the first author with an address."""
        return next((one for one in self.senders if one.address), next(iter(self.senders), Sender()))

    @property
    def reply_to(self) -> Sender:
        """Where the author wants the answer; nobody when they did not say."""
        found = addresses([value for known, value in self.headers if known == "reply-to"], self.charset)
        return next((one for one in found if one.address), Sender())

    @cached_property
    def message_id(self) -> str:
        """The Message-ID with its brackets; empty when there is none worth the name."""
        found = _ID.search(self.get("message-id"))
        return found.group() if found else ""

    @cached_property
    def references(self) -> list[str]:
        """The Message-IDs that it names as before it, the nearest last."""
        told = [
            *_ID.findall(" ".join(self.all("references")))[-_MOST_REFERENCES:],
            *_ID.findall(self.get("in-reply-to")),
        ]
        return list(dict.fromkeys(told))

    @cached_property
    def subject(self) -> str:
        """The subject in one line."""
        return self.get("subject")

    @cached_property
    def date(self) -> datetime | None:
        """When it says it was written; None where that is no time."""
        return moment(self.get("date"))

    @cached_property
    def arrived(self) -> datetime | None:
        """When the last server took it, by the topmost ``Received``."""
        return moment(self.get("received").rpartition(";")[2])

    @cached_property
    def html(self) -> str:
        """Its words as HTML, as they came: the first part that is HTML and no attachment."""
        return next((one.text for one in self.pieces if one.is_words and one.type == "text/html"), "")[:LONGEST_TEXT]

    @cached_property
    def text(self) -> str:
        """Its words as plain text; made from the HTML where there is none."""
        told = [one.text for one in self.pieces if one.is_words and one.type != "text/html"]
        words = "\n\n".join(filter(None, (one.strip("\n") for one in told)))
        return (words if words.strip() else text_of(self.html))[:LONGEST_TEXT].strip()

    @property
    def attachments(self) -> list[Piece]:
        """What came with the words."""
        return [one for one in self.pieces if not one.is_words]


def read(raw: bytes) -> Letter:
    """Take a mail apart.

    Raises:
        Unreadable: it is too deeply nested, has too many parts or too long a head; nothing else is raised for any bytes.
    """
    raw = _ENVELOPE.sub(b"", raw, count=1)
    if len(head_of(raw)) > LARGEST_HEAD:
        raise Unreadable("head_too_long")
    try:
        root: Message = message_from_bytes(raw, policy=compat32)
        leaves = list(_leaves(root))
    except RecursionError as error:
        raise Unreadable("too_deep") from error
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError) as error:
        raise Unreadable("unreadable") from error
    headers = [(name.lower(), str(value)) for name, value in root.raw_items()]
    charset = next((one.charset for one in leaves if one.charset), "")
    return Letter(headers, leaves, charset, root)


def head_of(raw: bytes) -> bytes:
    """The headers of a mail as they came."""
    ends = [at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    return raw[: min(ends)] if ends else raw


def _leaves(root: Message) -> Iterator[Piece]:
    for count, (part, alternative) in enumerate(_parts(root), start=1):
        if count > MOST_PARTS:
            raise Unreadable("too_many_parts")
        yield pieces.of(part, alternative=alternative)


def _parts(root: Message) -> Iterator[tuple[Message, bool]]:
    """Every leaf, and whether it stands among alternatives; a mail within a mail is one leaf. No recursion of ours."""
    waiting: list[tuple[Message, bool]] = [(root, False)]
    seen = 0
    while waiting:
        part, alternative = waiting.pop()
        seen += 1
        if seen > MOST_PARTS * 3:
            raise Unreadable("too_many_parts")
        within: Any = part.get_payload()
        kind = part.get_content_maintype()
        if isinstance(within, list) and kind == "multipart":
            among = part.get_content_subtype() == "alternative"
            waiting.extend((one, among) for one in reversed(within) if isinstance(one, Message))
        else:
            yield part, alternative


def addresses(raw: Sequence[str], charset: str = "") -> list[Sender]:
    """Names and addresses of address headers; what has no address keeps its name. Never raises."""
    try:
        bare = [charsets.from_wire(value[:_LONGEST_ADDRESSES], charset) for value in raw[:10]]
        told = getaddresses([_ADDRESS_AS_NAME.sub(r' "\1" <', value) for value in bare])
    except (ValueError, IndexError, TypeError, AttributeError, RecursionError):
        told = []
    found: dict[str, Sender] = {}
    for name, address in told:
        match = _ADDRESS.fullmatch(address.strip()) or _ADDRESS.search(address if "@" in address else name)
        one = Sender(charsets.header(name, charset)[:200], match.group().lower()[:254] if match else "")
        if one.name or one.address:
            found.setdefault(one.address or one.name, one)
    return list(found.values())


def moment(value: str) -> datetime | None:
    """A date of a mail as a moment in UTC; None for what is none, or lies before mail was or beyond the calendar."""
    try:
        told = parsedate_to_datetime(value.strip())
        told = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return told if 1971 <= told.year <= 2200 else None


def key_of(raw: bytes) -> str:
    """What makes a mail one: a hash of its Message-ID, author, date, subject and body, whatever servers wrote above them."""
    raw = _ENVELOPE.sub(b"", raw, count=1)
    head = head_of(raw)
    body = b"\n".join(line.rstrip() for line in raw[len(head) :].split(b"\n")).strip()
    told = hashlib.sha256()
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()
    named = any(line.lower().startswith(b"message-id:") for line in lines)
    for line in lines:
        name = line.partition(b":")[0].strip().lower()
        if name in _TELLING if named else not _BY_SERVERS.match(name):  # one without a name is known by all it says
            told.update(b" ".join(line.split()) + b"\n")
    told.update(b"\n" + body)
    return told.hexdigest()
