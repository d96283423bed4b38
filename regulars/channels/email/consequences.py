"""What follows from a mail: an entry of the inbox, something heard of a message of ours, an address that gets nothing any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from regulars.channels.email import queries
from regulars.channels.email.kinds import Verdict
from regulars.channels.email.letter import Letter
from regulars.channels.email.models import Fate, Mail, MailKind
from regulars.channels.email.reports import Said
from regulars.channels.email.sanitise import sanitise
from regulars.channels.inbox.actions import NewAttachment, receive
from regulars.channels.outbox.models import Message, MessageEvent, MessageEventKind
from regulars.customers.models import Channel, SuppressionReason
from regulars.customers.permission.actions import suppress

_BELIEVED: Final = timedelta(days=7)
"""A letter that says it was written longer before it came than this, or after it came, is dated by when it came."""
_MOST_ATTACHMENTS: Final = 100
_REPORTED: Final = {
    Fate.HARD: MessageEventKind.BOUNCED,
    Fate.SOFT: MessageEventKind.BOUNCED,
    Fate.DELIVERED: MessageEventKind.DELIVERED,
}


def follow(mail: Mail, letter: Letter, verdict: Verdict) -> None:
    """Do what a new mail asks for. In the transaction that writes its row."""
    report = verdict.report
    own = Message.objects.filter(rfc_message_id=letter.message_id).first() if letter.message_id else None
    if own is not None and verdict.kind is MailKind.MESSAGE and mail.released_at is None:
        _note(mail, kind=MailKind.LOOP, reason="own_message", message=own, party_id=own.party_id)
        return
    message = queries.answered([*(report.about if report else ()), *letter.references])
    if verdict.kind is MailKind.BOUNCE and report is not None:
        _bounced(mail, message, list(report.said))
    elif verdict.kind is MailKind.COMPLAINT:
        _complained(mail, message)
    else:
        party = queries.whose([letter.sender.address, letter.reply_to.address], message)
        _note(mail, message=message, party_id=party.pk if party else None)
        if verdict.kind is MailKind.MESSAGE:
            _received(mail, letter, message)


def _note(mail: Mail, **facts: object) -> None:
    for name, value in facts.items():
        setattr(mail, name, value)
    mail.save(update_fields=list(facts))


def _received(mail: Mail, letter: Letter, message: Message | None) -> None:
    """Bring a message before people, and say of what it answers that it was answered."""
    taken = (
        Mail.objects.filter(rfc_id=letter.message_id).exclude(ref="").exclude(pk=mail.pk) if letter.message_id else None
    )
    is_first = taken is not None and not taken.exists()
    _note(mail, ref=letter.message_id if is_first else f"mail:{mail.key}")
    html, within = sanitise(letter.html, letter.attachments)
    files = [one for one in letter.attachments if one not in within][:_MOST_ATTACHMENTS]
    sender = letter.sender
    receive(
        channel=Channel.EMAIL,
        ref=mail.ref,
        party_id=mail.party_id,
        thread_of=letter.references,
        from_address=letter.reply_to.address or sender.address,
        from_name=sender.name,
        subject=letter.subject,
        text=letter.text,
        html=html,
        attachments=[NewAttachment(one.name, one.type, one.content) for one in files],
        at=said_at(letter, mail.received_at),
    )
    if message is not None:
        _hear(message, MessageEventKind.REPLIED, mail, "")


def said_at(letter: Letter, came: datetime) -> datetime:
    """When a letter was said: when it says it was written, where that can be."""
    return letter.date if letter.date is not None and came - _BELIEVED <= letter.date <= came else came


def _hear(message: Message, kind: MessageEventKind, mail: Mail, detail: str) -> None:
    MessageEvent.objects.get_or_create(
        source_key=f"mail:{mail.key}:{kind}",
        defaults={"message": message, "kind": kind, "at": mail.received_at, "detail": detail[:255]},
    )


def _bounced(mail: Mail, message: Message | None, said: list[Said]) -> None:
    """Write down what a server says of a message of ours; of others' messages nothing follows: anybody can write such a report."""
    if message is None or not said:
        told = said[0] if said else None
        _note(mail, reason="not_ours" if message is None else "", about=told.address if told else "", fate=told.fate if told else "",
              message=message, party_id=message.party_id if message else None)  # fmt: skip
        return
    told = _of_address(message.address, said)
    _note(
        mail,
        message=message,
        party_id=message.party_id,
        about=message.address.lower(),
        fate=told.fate,
        status=told.status,
    )
    if told.fate in _REPORTED:
        _hear(message, _REPORTED[told.fate], mail, f"{told.fate} {told.status} {told.words}")
    dead = told.fate == Fate.HARD
    tired = told.fate == Fate.SOFT and queries.softly_refused(mail.about, at=mail.received_at) >= queries.SOFT_MOST
    if message.address and (dead or tired):
        suppress(
            channel=message.channel, address=message.address, reason=SuppressionReason.HARD_BOUNCE, by=None,
            party=message.party.canonical(), source=f"mail:{mail.pk}", at=mail.received_at,
        )  # fmt: skip


def _of_address(address: str, said: list[Said]) -> Said:
    """What is said of the address we wrote to; of another (mail is forwarded there) where it is the only one."""
    return next((one for one in said if one.address == address.lower()), said[0])


def _complained(mail: Mail, message: Message | None) -> None:
    """The receiver called a message of ours unwanted: no marketing goes there any more."""
    if message is None:
        _note(mail, reason="not_ours")
        return
    _note(mail, message=message, party_id=message.party_id, about=message.address.lower())
    if mail.reason == "not-spam":
        return
    _hear(message, MessageEventKind.COMPLAINED, mail, mail.reason)
    if message.address:
        suppress(
            channel=message.channel, address=message.address, reason=SuppressionReason.COMPLAINT, by=None,
            party=message.party.canonical(), source=f"mail:{mail.pk}", at=mail.received_at,
        )  # fmt: skip
