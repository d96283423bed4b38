"""Who may do what (capabilities) and to whose customers (reach): the one table, used everywhere.

The table is the product's own; what a company sets differently for a role (``models.RoleSetting``) stands on each of its
users, so that asking costs nothing. The owner's rights are fixed: somebody always holds them all.

A capability is ``area.verb``. Reach says which customers a role sees: its own, its team's, its territory's
(with everything below it), or all. ``customers.models.PartyQuerySet.visible_to`` turns reach into a query.
``customers.merge`` allows merging what one owns oneself, ``customers.merge_any`` whatever one sees. ``inbox.strangers`` shows
conversations of which nobody knows yet with whom; ``inbox.answers`` lets canned answers be changed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _

from regulars.kit.errors import Forbidden
from regulars.staff.models import Role


class Reach(StrEnum):
    """How far a role sees: each includes the one before."""

    OWN = "own"
    TEAM = "team"
    TERRITORY = "territory"
    ALL = "all"


REACH: Final[dict[str, Reach]] = {
    Role.OWNER: Reach.ALL,
    Role.MANAGER: Reach.ALL,
    Role.MARKETER: Reach.ALL,
    Role.SELLER: Reach.TEAM,
    Role.AGENT: Reach.ALL,
    Role.DISPATCHER: Reach.TERRITORY,
    Role.TECHNICIAN: Reach.OWN,
    Role.ANALYST: Reach.ALL,
    Role.ADMINISTRATOR: Reach.ALL,
}

_READ = {"customers.view", "today.view"}
_WORK = _READ | {"customers.edit", "customers.log", "views.share", "inbox.view", "inbox.reply"}
_LEAD = _WORK | {
    "customers.bulk",
    "customers.export",
    "customers.assign",
    "customers.trash",
    "customers.merge",
    "customers.merge_any",
    "inbox.strangers",
    "inbox.answers",
    "insight.view",
    "insight.refresh",
    "segments.view",
    "segments.edit",
    "contents.view",
    "contents.edit",
    "campaigns.view",
    "campaigns.edit",
    "effect.view",
    "effect.edit",
    "call_lists.view",
    "call_lists.call",
    "call_lists.edit",
    "fulfilment.view",
    "fulfilment.edit",
    "draws.view",
    "draws.edit",
}
_GUARD = {
    "imports.run",
    "imports.undo",
    "staff.manage",
    "settings.manage",
    "audit.view",
    "customers.personal_data",
    "customers.erase",
    "privacy.rules",
}

CAPABILITIES: Final[dict[str, frozenset[str]]] = {
    Role.OWNER: frozenset(_LEAD | _GUARD),
    Role.MANAGER: frozenset(_LEAD | {"imports.run", "imports.undo"}),
    Role.MARKETER: frozenset(
        _WORK
        | {
            "customers.bulk",
            "customers.export",
            "customers.merge",
            "customers.merge_any",
            "insight.view",
            "imports.run",
            "segments.view",
            "segments.edit",
            "contents.view",
            "contents.edit",
            "campaigns.view",
            "campaigns.edit",
            "effect.view",
            "effect.edit",
            "call_lists.view",
            "call_lists.call",
            "call_lists.edit",
            "fulfilment.view",
            "fulfilment.edit",
            "draws.view",
            "draws.edit",
        }
    ),
    Role.SELLER: frozenset(
        _WORK | {"customers.bulk", "customers.merge", "call_lists.view", "call_lists.call", "fulfilment.view"}
    ),
    Role.AGENT: frozenset(
        _WORK
        | {
            "call_lists.view",
            "call_lists.call",
            "fulfilment.view",
            "customers.merge",
            "inbox.strangers",
            "inbox.answers",
        }
    ),
    Role.DISPATCHER: frozenset(_READ | {"customers.log"}),
    Role.TECHNICIAN: frozenset(_READ | {"customers.log"}),
    Role.ANALYST: frozenset(
        _READ
        | {
            "customers.export",
            "insight.view",
            "insight.refresh",
            "views.share",
            "segments.view",
            "contents.view",
            "campaigns.view",
            "effect.view",
            "call_lists.view",
            "fulfilment.view",
            "draws.view",
        }
    ),
    Role.ADMINISTRATOR: frozenset(_LEAD | _GUARD),
}


EVERY: Final[frozenset[str]] = frozenset().union(*CAPABILITIES.values())


def can(user: Any, capability: str) -> bool:
    """Whether ``user`` has ``capability``; never for somebody not signed in or inactive."""
    if not (user and user.is_authenticated and user.is_active):
        return False
    own = capability in CAPABILITIES.get(user.role, frozenset())
    return bool(user.rights.get(capability, own))


def capabilities(user: Any) -> frozenset[str]:
    """Everything ``user`` may."""
    return frozenset(capability for capability in EVERY if can(user, capability))


def refusal(by: Any, role: str, capability: str) -> str:
    """Why ``by`` may not give or take this right of a role, in a sentence; empty where they may.

    Nobody raises themselves and nobody locks themselves out.
    """
    if role == Role.OWNER:
        return _("The owner sees everything and may do everything.")
    if by.role == role:
        return _("Nobody changes what their own role may do. Ask an owner.")
    if not can(by, capability):
        return _("You can only give or take what you may do yourself.")
    return ""


def require(user: Any, capability: str) -> None:
    """Let pass or refuse.

    Raises:
        Forbidden: ``user`` does not have ``capability``.
    """
    if not can(user, capability):
        raise Forbidden(_("Your role does not allow this."))


def reach(user: Any) -> Reach:
    """How far ``user`` sees: what the company set for the role, else the role's own; the narrowest for an unknown role."""
    return Reach(getattr(user, "reach", "") or REACH.get(user.role, Reach.OWN))
