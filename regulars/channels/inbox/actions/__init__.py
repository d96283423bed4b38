"""Every way the inbox is written. Keyword-only, ``by=`` the user (None: the system), one transaction."""

from regulars.channels.inbox.actions.canned import bring_back, keep_answer, remove_answer
from regulars.channels.inbox.actions.handling import MOST_AT_ONCE, Stood, assign, close, put_back, reopen, set_aside
from regulars.channels.inbox.actions.knowing import attach, make_customer
from regulars.channels.inbox.actions.presence import be_here, keep_draft
from regulars.channels.inbox.actions.receiving import NewAttachment, receive
from regulars.channels.inbox.actions.replying import Before, Crossed, note, reply, unsend

__all__ = [
    "MOST_AT_ONCE", "Before", "Crossed", "NewAttachment", "Stood", "assign", "attach", "be_here", "bring_back", "close", "keep_answer", "keep_draft", "make_customer", "note",
    "put_back", "receive", "remove_answer", "reopen", "reply", "set_aside", "unsend",
]  # fmt: skip
