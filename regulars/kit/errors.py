"""The one family of errors that are meant for people.

A ``UserError`` carries a sentence a user can act on. Screens show it beside the field, the API answers 4xx
with it, the command line prints it and exits 2. Anything else that is raised is a defect.
"""

from __future__ import annotations


class UserError(Exception):
    """Something the user can put right; ``str(error)`` is the (translated) sentence to show."""


class Forbidden(UserError):
    """The user may not do this; answered with 403."""


class Conflict(UserError):
    """Somebody else changed it first; ``current`` is the value found, ``offered`` the one refused."""

    def __init__(self, message: str, *, current: object = None, offered: object = None) -> None:
        super().__init__(message)
        self.current = current
        self.offered = offered
