"""What a token may be used for, on top of what its user may do: a token never does more than its user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.kit.errors import UserError

SCOPES: Final[dict[str, Promise]] = {
    "customers:read": _("read customers, timelines, tasks, orders, products and views"),
    "customers:write": _("create, change, merge and trash customers, contact points, consent and relations"),
    "timeline:write": _("add entries to timelines"),
    "tasks:write": _("add, finish, move and hand over tasks"),
    "orders:write": _("record orders, returns and products"),
    "inbox:read": _("read conversations of the inbox"),
    "inbox:write": _("answer, note, assign and close conversations"),
    "marketing:write": _("make, change and remove segments; make, start and stop campaigns"),
    "literature:write": _("note what customers are to get by post"),
    "calls:write": _("take the next customer of a call list, write down what came of calls"),
    "imports:run": _("upload files, follow imports and undo them"),
    "analyses:read": _("read the results of analyses and ask for a refresh"),
    "webhooks:manage": _("manage webhooks"),
    "webhooks:details": _("let webhooks carry personal details"),
    "users:write": _("make, change and close users, teams and territories; set what roles may do"),
    "admin": _("define fields, change company settings, revoke tokens; read users and the audit log"),
}


def checked(scopes: Iterable[str]) -> list[str]:
    """``scopes`` in the order of the table, each once.

    Raises:
        UserError: none is given, or one is unknown.
    """
    wanted = set(scopes)
    if unknown := wanted - set(SCOPES):
        names = {"scope": min(unknown), "scopes": ", ".join(SCOPES)}
        raise UserError(gettext("There is no scope “%(scope)s”; there are: %(scopes)s.") % names)
    if not wanted:
        raise UserError(gettext("Please choose at least one scope."))
    return [scope for scope in SCOPES if scope in wanted]
