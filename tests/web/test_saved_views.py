"""Saved views: one's own, the shared ones, nobody else's."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from regulars.staff.models import User
from regulars.web.models import SavedView
from regulars.web.resources import Resource

SignIn = Callable[..., Client]
HTMX = {"headers": {"HX-Request": "true"}}


def save(client: Client, name: str, **data: str) -> SavedView:
    client.post("/people/views/?role=seller&sort=-worth&open=3&after=zz", {"name": name, **data}, **HTMX)
    return SavedView.objects.get(name=name)


def labels(client: Client) -> list[str]:
    return [str(tab.label) for tab in client.get("/people/").context["screen"].tabs]


def test_view_keeps_the_state_without_the_open_row_and_the_page(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    view = save(client, "Sellers by worth")
    assert view.query == "role=seller&sort=-worth"
    page = client.get(f"/people/?view={view.pk}&{view.query}").context["screen"]
    assert page.current_view.saved == view
    assert not page.view_differs
    assert client.get(f"/people/?view={view.pk}&role=agent").context["screen"].view_differs


def test_private_view_is_seen_by_its_owner_alone(people: Resource, sign_in: SignIn) -> None:
    mine, theirs = sign_in("seller"), sign_in("manager")
    save(mine, "Private")
    save(mine, "Common", shared="on")
    assert {"Private", "Common"} <= set(labels(mine))
    assert "Private" not in labels(theirs)
    assert "Common" in labels(theirs)


def test_sharing_needs_the_rule(people: Resource, sign_in: SignIn) -> None:
    client = sign_in("technician")
    view = save(client, "Mine", shared="on")
    assert not view.shared
    assert client.post(f"/views/{view.pk}/", {"do": "share"}, **HTMX).status_code == 403
    view.refresh_from_db()
    assert not view.shared


def test_only_the_owner_changes_a_view(people: Resource, sign_in: SignIn) -> None:
    view = save(sign_in("manager"), "Common", shared="on")
    stranger = sign_in("owner")
    for act in ("update", "pin", "share", "delete"):
        assert stranger.post(f"/views/{view.pk}/", {"do": act, "query": "q=x"}, **HTMX).status_code == 404
    view.refresh_from_db()
    assert (view.query, view.pinned, view.shared) == ("role=seller&sort=-worth", True, True)


def test_view_is_updated_unpinned_deleted_and_brought_back(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    view = save(client, "Mine")
    client.post(f"/views/{view.pk}/", {"do": "update", "query": "role=agent"}, **HTMX)
    client.post(f"/views/{view.pk}/", {"do": "pin"}, **HTMX)
    view.refresh_from_db()
    assert (view.query, view.pinned) == ("role=agent", False)
    assert "Mine" not in labels(client)
    client.post(f"/views/{view.pk}/", {"do": "delete"}, **HTMX)
    assert not SavedView.objects.exists()
    toasts = client.get("/people/").context["frame"].toasts()
    client.post("/undo/", {"token": toasts[-1]["undo"]}, **HTMX)
    back = SavedView.objects.get()
    assert (back.name, back.query, back.pinned) == ("Mine", "role=agent", False)


def test_name_is_needed_and_used_once(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    save(client, "Mine")
    client.post("/people/views/", {"name": "  "}, **HTMX)
    client.post("/people/views/", {"name": "Mine"}, **HTMX)
    assert SavedView.objects.count() == 1
    save(sign_in("manager"), "Mine2")
    assert SavedView.objects.count() == 2


def test_undo_refuses_a_forged_token(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    answer = client.post("/undo/", {"token": "forged"}, **HTMX)
    assert answer.status_code == 204
    assert client.get("/people/").context["frame"].toasts()[0]["tone"] == "wrong"


def test_view_of_somebody_else_is_not_restored_into_their_name(people: Resource, sign_in: SignIn) -> None:
    owner, other = sign_in("owner"), sign_in("manager")
    view = save(owner, "Mine")
    owner.post(f"/views/{view.pk}/", {"do": "delete"}, **HTMX)
    token = owner.get("/people/").context["frame"].toasts()[-1]["undo"]
    other.post("/undo/", {"token": token}, **HTMX)
    assert SavedView.objects.get().owner == User.objects.get(role="manager")
