"""Taking mail in, and letting through what was kept apart.

``take_in`` is the one way in. The mail is on the disk before a row speaks of it, and the row and everything that follows from
it are one transaction: whoever is told that it was taken in may forget it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.channels.email import consequences, kinds, letter, queries, store
from regulars.channels.email.kinds import Verdict
from regulars.channels.email.letter import Letter, Unreadable
from regulars.channels.email.models import Mail, MailKind
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import audit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User

_AT_ONCE: Final = 500
logger = logging.getLogger("regulars.email")


class NotKept(Exception):
    """It could not be kept now (no room, no database): whoever has it must keep it and bring it again."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A mail on its way in: its key, where it is kept, what it says (None when it cannot be read), what it is."""

    key: str
    size: int
    file: str
    source: str
    at: datetime
    read: Letter | None
    verdict: Verdict


def take_in(raw: bytes, *, source: str, received_at: datetime | None = None, size: int | None = None) -> Mail:
    """Take one mail in, whatever it is; the same mail twice is one.

    Args:
        raw: the mail as it came. Of one larger than ``store.LARGEST`` the beginning is kept, and it goes into quarantine.
        source: where it came from.
        received_at: when it came (aware); by its headers when absent.
        size: how large it is, where ``raw`` is only its beginning.

    Raises:
        NotKept: there is no room or no database, so that it could not be kept. Nothing a mail says makes it fail.
    """
    try:
        key = letter.key_of(raw)
        known = Mail.objects.filter(key=key).first()
        if known is not None:
            return known
        read, verdict = _looked_at(raw, size or len(raw))
        at = min(received_at or _by_headers(read), clock.now())
        taken = _Taken(key, size or len(raw), store.keep(key, raw), source[:120], at, read, verdict)
        return _written(taken)
    except (OSError, DatabaseError, InterfaceError) as error:
        raise NotKept(f"{type(error).__name__}: {error}") from error


def _looked_at(raw: bytes, size: int) -> tuple[Letter | None, Verdict]:
    """What it says and what it is; a mail that breaks the reader is in quarantine, not lost."""
    try:
        if size > store.LARGEST:
            return letter.read(letter.head_of(raw) + b"\n\n"), Verdict(MailKind.QUARANTINED, "too_large")
        read = letter.read(raw)
        verdict = kinds.of(read, own=queries.own_addresses())
    except Unreadable as error:
        return None, Verdict(MailKind.QUARANTINED, str(error.args[0]))
    except Exception:
        logger.exception("a mail could not be read")
        return None, Verdict(MailKind.QUARANTINED, "defect")
    return read, verdict


def _by_headers(read: Letter | None) -> datetime:
    """When it came by what the last server wrote, else when it was written, else now."""
    return (read and (read.arrived or read.date)) or clock.now()


def _written(taken: _Taken) -> Mail:
    """Its row and what follows from it; where that fails for what the mail says, a row in quarantine."""
    try:
        with transaction.atomic():
            mail, is_new = _row(taken)
            if is_new and taken.read is not None:
                consequences.follow(mail, taken.read, taken.verdict)
    except (OperationalError, InterfaceError):
        raise  # it is not the mail's doing: the next try may go well
    except Exception:
        logger.exception("a mail could not be taken in")
    else:
        return mail
    with transaction.atomic():
        defective = Verdict(MailKind.QUARANTINED, "defect")
        return _row(_Taken(taken.key, taken.size, taken.file, taken.source, taken.at, None, defective))[0]


def _row(taken: _Taken) -> tuple[Mail, bool]:
    """The row of a mail, and whether it is new."""
    read = taken.read
    facts: dict[str, Any] = {
        "source": taken.source, "kind": taken.verdict.kind, "reason": taken.verdict.reason[:32], "received_at": taken.at,
        "size": taken.size, "file": taken.file,
    }  # fmt: skip
    if read is not None:
        facts |= {
            "rfc_id": read.message_id, "from_address": read.sender.address, "from_name": read.sender.name,
            "subject": read.subject[:255], "sent_at": read.date,
        }  # fmt: skip
    return Mail.objects.get_or_create(key=taken.key, defaults=facts)


def drop_copies(mails: QuerySet[Mail]) -> int:
    """Keep these mails no longer as they came; what was made of them stays. Returns how many.

    The files go first: a process that dies in between leaves none behind.
    """
    dropped = 0
    while some := dict(mails.values_list("pk", "file")[:_AT_ONCE]):
        for path in some.values():
            store.remove(path)
        dropped += Mail.objects.filter(pk__in=some).update(file="")
    return dropped


@transaction.atomic
def release(mail: Mail, *, by: User | None, request: HttpRequest | None = None) -> Mail:
    """Let a mail through that was kept apart: it becomes a message, and nothing else is changed.

    Raises:
        UserError: it is a message already, it is no longer kept, or it cannot be read.
    """
    held = Mail.objects.select_for_update().get(pk=mail.pk)
    if held.kind == MailKind.MESSAGE:
        raise UserError(_("It has been let through already."))
    raw = store.read(held.file)
    if not raw:
        raise UserError(_("The mail itself is no longer kept."))
    if held.reason == "too_large":
        raise UserError(_("Only the beginning of this mail is kept here; fetch it where it came from."))
    try:
        read = letter.read(raw)
    except Unreadable as error:
        raise UserError(_("This mail cannot be read.")) from error
    was = held.kind
    held.kind, held.released_at, held.released_by = MailKind.MESSAGE, clock.now(), by
    held.save(update_fields=["kind", "released_at", "released_by"])
    consequences.follow(held, read, Verdict(MailKind.MESSAGE))
    if by is not None:
        audit.record(
            "email.released", by=by, object_type="mail", object_id=held.pk, request=request, kind=was, code=held.reason
        )
    return held
