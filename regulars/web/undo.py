"""Taking something back from the toast: a signed token names a handler and what it needs.

    @undo.handles("customers.bulk_edit")
    def _(user, data): return restore_revisions(by=user, batch=data["batch"])   # returns the sentence to show

    BulkResult(_("%(n)s customers changed") % …, undo=undo.offer("customers.bulk_edit", batch=batch.pk))

The token is the right to ask, not the right to do: the handler's action checks the user as any action does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core import signing
from django.db.models import Model
from django.utils.translation import gettext as _

from regulars.kit.errors import UserError
from regulars.web.access import User
from regulars.web.resources import Text

_SALT = "regulars.web.undo"
_MAX_AGE = 24 * 60 * 60
Handler = Callable[[User, dict[str, Any]], Text]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Decorator: this function takes back what was offered under ``kind``."""

    def keep(handler: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"undo of {kind!r} is handled twice")
        _handlers[kind] = handler
        return handler

    return keep


def returns(kind: str, model: type[Model], key: str, act: Callable[..., object]) -> None:
    """What was removed under ``kind`` comes back by ``act(KEY=the row, by=the user)``; offered with the row's number as ``KEY``."""

    @handles(kind)
    def bring_back(user: User, data: dict[str, Any]) -> Text:
        row = model._default_manager.get(pk=data[key])
        act(**{key: row}, by=user)
        return _("“%(name)s” is there again") % {"name": row}


def forget(kind: str) -> None:
    """Take a handler away (tests)."""
    _handlers.pop(kind, None)


def offer(kind: str, **data: object) -> str:
    """A token for the toast; ``data`` must be JSON and small (a batch's id, not its rows)."""
    return signing.dumps({"kind": kind, "data": data}, salt=_SALT)


def take_back(token: str, user: User) -> Text:
    """Do it; returns the sentence to show.

    Raises:
        UserError: the token is forged or older than a day, or the handler refuses.
    """
    try:
        told = signing.loads(token, salt=_SALT, max_age=_MAX_AGE)
        handler = _handlers[told["kind"]]
    except (signing.BadSignature, KeyError) as error:
        raise UserError(
            _("This can no longer be undone here. The history of the record still holds every change.")
        ) from error
    return handler(user, told["data"])
