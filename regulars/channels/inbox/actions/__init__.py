"""Every way the inbox is written. Keyword-only, ``by=`` the user (None: the system), one transaction."""

from regulars.channels.inbox.actions.canned import bring_back, keep_answer, remove_answer
from regulars.channels.inbox.actions.files import (
    MOST_BYTES,
    MOST_FILES,
    MOST_MB,
    NewAttachment,
    add_file,
    files_for_one,
    remove_file,
)
from regulars.channels.inbox.actions.handling import MOST_AT_ONCE, Stood, assign, close, put_back, reopen, set_aside
from regulars.channels.inbox.actions.knowing import attach, make_customer
from regulars.channels.inbox.actions.presence import be_here, keep_draft
from regulars.channels.inbox.actions.receiving import receive
from regulars.channels.inbox.actions.replying import Before, Crossed, note, reply, unsend

__all__ = [
    "MOST_AT_ONCE", "MOST_BYTES", "MOST_FILES", "MOST_MB", "Before", "Crossed", "NewAttachment", "Stood", "add_file", "assign", "attach", "be_here", "bring_back", "close", "files_for_one", "keep_answer", "keep_draft", "make_customer", "note",
    "put_back", "receive", "remove_answer", "remove_file", "reopen", "reply", "set_aside", "unsend",
]  # fmt: skip
