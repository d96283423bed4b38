"""What mail servers report of messages that were sent: not delivered (RFC 3464, and in plain words), complained about (RFC 5965)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import Final

from regulars.channels.email import charsets
from regulars.channels.email.letter import Letter
from regulars.channels.email.models import Fate

_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_CODE: Final = re.compile(r"\b([45])\d\d\b(?!\.\d)")
_ID: Final = re.compile(r"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS: Final = r"[^\s<>@,;:\"()\[\]]{1,64}@[\w.-]{1,190}"
_PLAIN_RECIPIENT: Final = re.compile(
    rf"^\s*(?:<({_ADDRESS})>:?|({_ADDRESS}):?)\s*$|(?:recipient|to|user|address|mailbox|rcpt to)\W{{1,12}}({_ADDRESS})",
    re.IGNORECASE | re.MULTILINE,
)
_DAEMON: Final = re.compile(
    r"^(mailer-daemon|postmaster|mail-daemon|mail delivery (sub)?system|maildelivery|mdaemon)\b", re.IGNORECASE
)
_FAILED: Final = re.compile(
    r"undeliver|delivery status notification|failure notice|mail delivery (failed|failure|subsystem)|delivery (has )?fail|returned mail|"
    r"delivery (report|problem|delayed)|mail (system )?error|non.?delivery|could not be delivered|warning: message|無法(傳遞|投遞|送達|寄達)|"
    r"退信|退件|未傳遞|傳遞失敗|投遞失敗|寄送失敗|投递失败|退回",
    re.IGNORECASE,
)
_NOBODY: Final = re.compile(
    r"user unknown|unknown user|no such (user|mailbox|recipient|address|person)|does(n.t| not) (exist|have (an|a yahoo) account)|"
    r"(mailbox|recipient|address|account|user|inbox).{0,40}(not found|unavailable|unknown|disabled|deactivated|not exist|inactive|invalid)|"
    r"invalid (recipient|mailbox|address|user)|unrouteable address|host (or domain name )?not found|no mailbox here|not our customer|"
    r"不存在|查無(此|這個)|無此(人|使用者|帳號|信箱)|沒有這個",
    re.IGNORECASE,
)
_FULL: Final = re.compile(
    r"(quota|mailbox (is )?full|over ?quota|storage|too many messages|信箱(已滿|容量|空間))", re.IGNORECASE
)
_DELAYED: Final = re.compile(
    r"delayed|warning: message|has not yet been delivered|will be retried|still (being )?retried|延遲", re.IGNORECASE
)
_HARD: Final = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
"""Status codes (RFC 3463) that speak of the address: it does not exist, or nobody is there any more."""
_VAGUE: Final = frozenset({"", "5.0.0", "5.5.0"})
_LONGEST_SEARCHED: Final = 60_000


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one address (empty where none is named): its fate, the status as ``5.1.1`` where one is given, and the server's words."""

    address: str
    fate: Fate
    status: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report: what is said of each address, the Message-IDs it speaks of, and (of complaints) of which sort."""

    said: Sequence[Said] = ()
    about: Sequence[str] = ()
    feedback: str = ""


def bounce(letter: Letter) -> Report | None:
    """What a delivery report says; None when ``letter`` is none."""
    blocks = [
        one for piece in letter.pieces if piece.declared == "message/delivery-status" for one in _blocks(piece.content)
    ]
    if blocks:
        said = [told for one in blocks if (told := _of_recipient(one, letter.text)) is not None]
        return Report(said or _in_words(letter), _speaks_of(letter))
    return Report(_in_words(letter), _speaks_of(letter)) if _is_plain_report(letter) else None


def complaint(letter: Letter) -> Report | None:
    """What a feedback loop reports; None when ``letter`` is no such report."""
    blocks = [
        one for piece in letter.pieces if piece.declared == "message/feedback-report" for one in _blocks(piece.content)
    ]
    if not blocks:
        return None
    told = {name: value for block in reversed(blocks) for name, value in block.items()}
    sort = told.get("feedback-type", "abuse").lower()[:16]
    address = _address(told.get("original-rcpt-to", "") or told.get("removal-recipient", ""))
    return Report([Said(address, Fate.DELIVERED)] if address else [], _speaks_of(letter), sort)


def _blocks(content: bytes) -> Iterator[dict[str, str]]:
    """The groups of fields of a report, names in lower case."""
    for group in re.split(rb"\r?\n[ \t]*\r?\n", content.strip()):
        fields: Message = message_from_bytes(group.lstrip(b"\r\n"), policy=compat32)
        told = {name.lower(): charsets.header(str(value)) for name, value in fields.raw_items()}
        if told:
            yield told


def _of_recipient(block: dict[str, str], text: str) -> Said | None:
    """What a group of fields says of an address; where it says nothing of why (Exim), the words that stand with the address."""
    final = _address(block.get("final-recipient", ""))
    address = _address(block.get("original-recipient", "")) or final
    if not address:
        return None
    action = block.get("action", "").lower()
    told = block.get("diagnostic-code", "") or _beside(final or address, text)
    status = _status(block.get("status", ""))
    if status in _VAGUE:
        status = _status(told) or status
    match action:
        case "delivered" | "relayed" | "expanded":
            return Said(address, Fate.DELIVERED, status, told[:200])
        case "delayed":
            return Said(address, Fate.DELAYED, status, told[:200])
    return Said(address, _fate(status, told), status, told[:200])


def _beside(address: str, text: str) -> str:
    """What stands in ``text`` after ``address``."""
    at = text[:_LONGEST_SEARCHED].lower().find(address)
    return " ".join(text[at + len(address) : at + len(address) + 300].split()) if at >= 0 else ""


def _address(value: str) -> str:
    """``rfc822; ming@example.com`` as an address."""
    found = re.search(_ADDRESS, value.rpartition(";")[2])
    return found.group().lower().rstrip(".")[:254] if found else ""


def _status(value: str) -> str:
    found = _STATUS.search(value)
    return found.group() if found else ""


def _fate(status: str, words: str) -> Fate:
    """Hard only where it is about the address: what a policy, a full mailbox or a broken server refused may go another day."""
    if _FULL.search(words) or status in {"5.2.2", "4.2.2"}:
        return Fate.SOFT
    if status in _HARD:
        return Fate.HARD
    if status.startswith("4"):
        return Fate.SOFT
    return Fate.HARD if status in _VAGUE and _NOBODY.search(words) else Fate.SOFT


def _is_plain_report(letter: Letter) -> bool:
    """Whether a server says in its own words that something was not delivered."""
    if letter.get("x-failed-recipients"):
        return True
    nobody = letter.get("return-path").strip() == "<>"
    sender = letter.sender
    daemon = bool(_DAEMON.search(sender.address) or _DAEMON.search(sender.name))
    said = bool(_FAILED.search(letter.subject) or _FAILED.search(letter.text[:300]))
    return said and (daemon or (nobody and not letter.get("auto-submitted")))


def _in_words(letter: Letter) -> list[Said]:
    """What a report in plain words says (exim, qmail, old servers), and of whom; the letter that is sent back is left out.

    Where it names nobody, the address is empty: what was sent back with it tells.
    """
    text = letter.text[:_LONGEST_SEARCHED]
    own = re.split(
        r"^-{3,}.*(?:copy of|original|below this line|returned).*$",
        text,
        maxsplit=1,
        flags=re.IGNORECASE | re.MULTILINE,
    )[0]
    named = [one.lower() for one in re.findall(_ADDRESS, letter.get("x-failed-recipients"))]
    found = named or [next(filter(None, one.groups())).lower() for one in _PLAIN_RECIPIENT.finditer(own)]
    if _DELAYED.search(letter.subject) or _DELAYED.search(own[:600]):
        return [Said(address, Fate.DELAYED) for address in dict.fromkeys(found or [""])][:20]
    status = _status(own)
    words = " ".join(own.split())
    code = _CODE.search(own)
    fate = Fate.SOFT if code is not None and code.group(1) == "4" else _fate(status, words)
    return [Said(address.rstrip("."), fate, status, words[:200]) for address in dict.fromkeys(found or [""])][:20]


def _speaks_of(letter: Letter) -> list[str]:
    """Message-IDs of what is sent back with a report, and of what it answers."""
    told: list[str] = []
    for piece in letter.pieces:
        if piece.declared in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "text/plain"}:
            told += _ID.findall(piece.text[:_LONGEST_SEARCHED])
    return list(dict.fromkeys([*told, *letter.references]))
