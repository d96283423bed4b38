"""What can be done with saved views."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.errors import Forbidden
from regulars.web import undo
from regulars.web.access import User, can
from regulars.web.models import SavedView


def save_view(*, resource: str, name: str, query: str, shared: bool = False, by: User) -> SavedView:
    """Keep a state of a list under a name.

    Raises:
        IntegrityError: the user already has a view of that name on this list.
    """
    return SavedView.objects.create(resource=resource, name=name, query=query, shared=shared, owner=by)


def _demand_owner(view: SavedView, by: User) -> None:
    if view.owner_id != by.pk:
        raise Forbidden(_("Only its owner may change this view."))


def update_view(*, view: SavedView, query: str, by: User) -> SavedView:
    """Let the view show something else.

    Raises:
        Forbidden: it is somebody else's.
    """
    _demand_owner(view, by)
    view.query = query
    view.save(update_fields=["query"])
    return view


def pin_view(*, view: SavedView, pinned: bool, by: User) -> SavedView:
    """Show the view as a tab, or take the tab away.

    Raises:
        Forbidden: it is somebody else's.
    """
    _demand_owner(view, by)
    view.pinned = pinned
    view.save(update_fields=["pinned"])
    return view


def share_view(*, view: SavedView, shared: bool, by: User) -> SavedView:
    """Let everybody use the view, or only its owner again.

    Raises:
        Forbidden: it is somebody else's, or the role may not share.
    """
    _demand_owner(view, by)
    if shared and not can(by, "views.share"):
        raise Forbidden(_("Your role does not allow sharing views."))
    view.shared = shared
    view.save(update_fields=["shared"])
    return view


def delete_view(*, view: SavedView, by: User) -> str:
    """Delete the view; returns the token that brings it back.

    Raises:
        Forbidden: it is somebody else's.
    """
    _demand_owner(view, by)
    kept: dict[str, Any] = {
        "resource": view.resource, "name": view.name, "query": view.query, "shared": view.shared, "pinned": view.pinned,
    }  # fmt: skip
    view.delete()
    return undo.offer("web.delete_view", **kept)


@undo.handles("web.delete_view")
def _restore(user: User, data: dict[str, Any]) -> str:
    view, _created = SavedView.objects.update_or_create(
        owner=user, resource=data["resource"], name=data["name"],
        defaults={"query": data["query"], "shared": data["shared"], "pinned": data["pinned"]},
    )  # fmt: skip
    return _("View “%(name)s” is back") % {"name": view.name}
