"""Editing in place: kept, refused, or found to have been changed by somebody else meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from regulars.staff.models import User
from regulars.web.resources import Resource

SignIn = Callable[..., Client]
HTMX = {"headers": {"HX-Request": "true"}}


def address(user: User) -> str:
    return f"/people/{user.pk}/cell/name/"


def test_field_begins_with_the_value_it_will_be_compared_with(
    people: Resource, sign_in: SignIn, crowd: list[User]
) -> None:
    form = sign_in().get(address(crowd[0]), **HTMX).content.decode()
    assert 'name="was" value="Name 0"' in form
    assert 'name="value" value="Name 0"' in form


def test_edit_is_kept(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    answer = sign_in().post(address(crowd[0]), {"was": "Name 0", "value": "王小明"}, **HTMX)
    crowd[0].refresh_from_db()
    assert (answer.status_code, answer.content.decode().strip(), crowd[0].name) == (200, "王小明", "王小明")


def test_edit_of_a_value_changed_meanwhile_shows_both(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    User.objects.filter(pk=crowd[0].pk).update(name="Theirs")
    client = sign_in()
    answer = client.post(address(crowd[0]), {"was": "Name 0", "value": "Mine"}, **HTMX)
    page = answer.content.decode()
    crowd[0].refresh_from_db()
    assert (answer.status_code, crowd[0].name) == (409, "Theirs")
    assert "Theirs" in page
    assert "Mine" in page
    kept = client.post(address(crowd[0]), {"was": "Theirs", "value": "Mine"}, **HTMX)
    crowd[0].refresh_from_db()
    assert (kept.status_code, crowd[0].name) == (200, "Mine")


def test_two_people_writing_the_same_do_not_quarrel(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    User.objects.filter(pk=crowd[0].pk).update(name="Same")
    assert sign_in().post(address(crowd[0]), {"was": "Name 0", "value": "Same"}, **HTMX).status_code == 200


def test_refused_value_gets_its_sentence_and_changes_nothing(
    people: Resource, sign_in: SignIn, crowd: list[User]
) -> None:
    client = sign_in()
    taken = client.post(address(crowd[0]), {"was": "Name 0", "value": "forbidden"}, **HTMX)
    empty = client.post(address(crowd[0]), {"was": "Name 0", "value": "  "}, **HTMX)
    crowd[0].refresh_from_db()
    assert crowd[0].name == "Name 0"
    assert (taken.status_code, empty.status_code) == (422, 422)
    assert "That name is taken." in taken.content.decode()
    assert "Name cannot be empty." in empty.content.decode()


def test_edit_needs_its_rule_a_known_column_and_a_row_in_sight(
    people: Resource, sign_in: SignIn, crowd: list[User]
) -> None:
    hidden = User.objects.create(username="hidden-four", name="Hidden", role="agent")
    assert sign_in("analyst").post(address(crowd[0]), {"was": "Name 0", "value": "X"}, **HTMX).status_code == 403
    client = sign_in()
    assert client.post(address(hidden), {"was": "Hidden", "value": "X"}, **HTMX).status_code == 404
    assert client.get(f"/people/{crowd[0].pk}/cell/worth/", **HTMX).status_code == 404
    assert client.get(f"/people/{crowd[0].pk}/cell/nothing/", **HTMX).status_code == 404


def test_cells_offer_editing_only_to_those_who_may(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    assert "data-edit=" in sign_in().get("/people/").content.decode()
    assert "data-edit=" not in sign_in("analyst").get("/people/").content.decode()
