"""Files: those that came with a message, and those that wait with a draft until the answer takes them along."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from regulars.channels.inbox import channels
from regulars.channels.inbox.models import Attachment, Conversation, Draft, Entry
from regulars.kit import files
from regulars.kit.errors import UserError
from regulars.kit.text import clean

if TYPE_CHECKING:
    from regulars.staff.models import User

MOST_FILES: Final = 10
MOST_MB: Final = 15
"""Of all files of an answer. In a mail a third more, which other servers just take."""
MOST_BYTES: Final = MOST_MB * 1024 * 1024
_UNFIT: Final = re.compile(r'[/\\:*?"<>|]+')


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file as it was handed to us. ``name`` and ``type`` are whatever the sender called it."""

    name: str
    type: str
    content: bytes


def keep_file(one: NewAttachment, *, entry: Entry | None = None, draft: Draft | None = None) -> Attachment:
    """Keep a file under a name of ours; its own is only told, without what could lead out of a folder."""
    name = _UNFIT.sub("_", clean(one.name)).strip(". ")[-200:] or "file"
    kept = Attachment(entry=entry, draft=draft, name=name, type=clean(one.type)[:100], size=len(one.content))
    kept.file.save(secrets.token_hex(16), ContentFile(one.content), save=False)
    kept.save(force_insert=True)
    return kept


@transaction.atomic
def add_file(conversation: Conversation, *, one: NewAttachment, by: User) -> Attachment:
    """Lay a file beside what ``by`` writes in a conversation; their next answer takes it along.

    Its type is what its content shows, its name loses its path and everything that misleads.

    Raises:
        UserError: it is empty or a program, or there would be more or larger files than go with one answer.
    """
    kind, ending = files.sniff(one.content, one.type.partition(";")[0].strip().lower())
    name = files.harmless(one.name, ending)
    if not channels.is_letter(conversation.channel):
        raise UserError(_("Files do not go along with answers of this kind."))
    if not one.content:
        raise UserError(_("“%(name)s” is empty.") % {"name": name})
    if files.runs(kind, name):
        raise UserError(_("“%(name)s” is a program. Programs are not sent: mail servers refuse them.") % {"name": name})
    draft, _new = Draft.objects.select_for_update().get_or_create(conversation=conversation, user=by, kind="reply")
    _check_room(draft.attachments.count() + 1, _bytes_of(draft) + len(one.content))
    return keep_file(NewAttachment(name, kind, one.content), draft=draft)


def _bytes_of(draft: Draft) -> int:
    return draft.attachments.aggregate(all=Sum("size"))["all"] or 0


def _check_room(number: int, size: int) -> None:
    if number > MOST_FILES:
        raise UserError(_("At most %(n)s files go with one answer.") % {"n": MOST_FILES})
    if size > MOST_BYTES:
        raise UserError(_("The files of one answer may have %(n)s MB together.") % {"n": MOST_MB})


@contextmanager
def files_for_one(conversation: Conversation, *, files: Iterable[NewAttachment], by: User) -> Iterator[list[int]]:
    """Keep files for an answer that is written inside of this, in one transaction; where it is not, nothing of them stays.

    Raises:
        UserError: as ``add_file``.
    """
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            for one in files:
                kept.append(add_file(conversation, one=one, by=by))  # noqa: PERF401 -- those kept before one that is refused
            yield [one.pk for one in kept]
    except BaseException:
        for held in kept:
            held.file.storage.delete(str(held.file.name))
        raise


@transaction.atomic
def remove_file(conversation: Conversation, *, pk: int, by: User) -> None:
    """Take a file away again that ``by`` laid beside what they write. One that is gone already is no mistake."""
    held = Attachment.objects.filter(pk=pk, draft__conversation=conversation, draft__user=by).first()
    if held is not None:
        transaction.on_commit(partial(held.file.storage.delete, str(held.file.name)))
        held.delete()


def take_along(conversation: Conversation, entry: Entry, *, files: Sequence[int], by: User | None) -> None:
    """Let these files of ``by``'s draft go with ``entry``.

    Raises:
        UserError: one of them is no longer there, or they are too many or too large together.
    """
    wanted = set(files)
    if not wanted:
        return
    mine = Attachment.objects.filter(pk__in=wanted, draft__conversation=conversation, draft__user=by)
    sizes = list(mine.select_for_update().values_list("size", flat=True))
    if len(sizes) < len(wanted):
        raise UserError(_("One of the files is no longer here. Look at them again, then send."))
    _check_room(len(sizes), sum(sizes))
    mine.update(entry=entry, draft=None)


def put_away(draft: Draft, entry: Entry) -> None:
    """Lay the files of an answer that was taken back beside the draft that it becomes."""
    entry.attachments.update(entry=None, draft=draft)
