"""What the inbox holds of a person: words, addresses and files, which go; that and when something was said stays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.channels.inbox.models import Attachment, Conversation, Draft, Entry, EntryWords
from regulars.customers.privacy.registry import Trace, declare

_CODE = "a code of our own"


def _wipe_files(party_ids: Sequence[int]) -> int:
    """The files go from the disk once it is certain that their rows are gone."""
    mine = Attachment.objects.filter(
        Q(entry__conversation__party__in=party_ids) | Q(draft__conversation__party__in=party_ids)
    )
    for one in mine:
        transaction.on_commit(partial(one.file.storage.delete, str(one.file.name)))
    return mine.delete()[0]


def _wipe_words(party_ids: Sequence[int]) -> int:
    gone = EntryWords.objects.filter(entry__conversation__party__in=party_ids).delete()[0]
    if gone and connection.vendor == "sqlite":  # what is deleted stands in the index until its parts are merged
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO inbox_search (inbox_search) VALUES ('optimize')")
    return gone


_WORDS: Final[dict[str, Any]] = {
    "from_address": "",
    "from_name": "",
    "subject": "",
    "text": "",
    "html": "",
    "ref": None,
    "thread": [],
}

declare(
    Trace(
        Attachment, "entry__conversation__party|draft__conversation__party", wipe=_wipe_files, label=_("Files that came with messages or went along"),
    ),
    Trace(EntryWords, "entry__conversation__party", wipe=_wipe_words, tell=False),
    Trace(Draft, "conversation__party", delete=True, label=_("Drafts of answers")),
    Trace(Entry, "conversation__party", clear=_WORDS, keeps={"direction": _CODE}, label=_("What was said in conversations")),
    Trace(
        Conversation, "party", clear={"subject": "", "address": "", "name": "", "preview": ""},
        keeps={"channel": _CODE, "state": _CODE}, label=_("Conversations"),
    ),
)  # fmt: skip
