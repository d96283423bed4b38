"""Every way the inbox is written. Keyword-only, ``by=`` the user (None: the system), one transaction."""

from regulars.channels.inbox.actions.receiving import NewAttachment, receive

__all__ = ["NewAttachment", "receive"]
