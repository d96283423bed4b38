"""The lists of tasks: open ones handed over in place, done ones with their outcome, each only to whoever sees the customer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.customers import actions
from regulars.customers.models import Task
from regulars.kit.errors import UserError
from tests.customers.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(world: World) -> Task:
    return actions.add_task(party=world.mine, title="回電報價", by=world.seller, kind="promise")


def test_task_is_handed_over_in_its_cell_and_back(world: World, task: Task, make_user: Callable[..., Any]) -> None:
    colleague = make_user(role="seller", team=world.seller.team, name="Colleague")
    answer = world.client.post(
        f"/tasks/{task.pk}/cell/assignee/",
        {"value": colleague.pk, "was": world.seller.pk},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    task.refresh_from_db()
    assert task.assignee == colleague
    assert "Handed over to Colleague" in answer.headers["HX-Trigger"]
    token = answer.headers["HX-Trigger"].split('"undo": "')[1].split('"')[0]
    world.client.post("/undo/", {"token": token})
    task.refresh_from_db()
    assert task.assignee == world.seller


def test_nobody_is_handed_a_task_whose_customer_they_do_not_see(
    world: World, task: Task, make_user: Callable[..., Any]
) -> None:
    stranger = make_user(role="technician", name="Stranger")
    with pytest.raises(UserError, match="Stranger does not see this customer"):
        actions.assign_task(task=task, assignee=stranger, by=world.seller)


def test_many_are_handed_over_at_once(world: World, task: Task, make_user: Callable[..., Any]) -> None:
    colleague = make_user(role="seller", team=world.seller.team, name="Colleague")
    other = actions.add_task(party=world.mine, title="寄型錄", by=world.seller)
    told = {"pk": [task.pk, other.pk], "assignee": colleague.pk, "confirmed": "1"}
    world.client.post("/tasks/bulk/hand-over/", told, headers={"HX-Request": "true"})
    assert "2 tasks handed over to Colleague" in world.client.get("/tasks/").content.decode()
    assert set(Task.objects.filter(assignee=colleague)) == {task, other}


def test_done_tasks_stand_in_their_own_list_until_opened_again(world: World, task: Task) -> None:
    actions.complete_task(task=task, by=world.seller, outcome="報價已寄出")
    open_ones, done = (world.client.get(address).content.decode() for address in ("/tasks/", "/tasks/done/"))
    assert "回電報價" not in open_ones
    assert "/tasks/done/" in open_ones
    assert "回電報價" in done
    assert "報價已寄出" in done
    world.client.post("/tasks/done/bulk/reopen/", {"pk": [task.pk]}, headers={"HX-Request": "true"})
    assert "回電報價" in world.client.get("/tasks/").content.decode()


def test_what_was_done_for_others_customers_stays_hidden(world: World) -> None:
    hidden = Task.objects.get(party=world.hidden)
    actions.complete_task(task=hidden, by=world.seller)
    assert hidden.title not in world.client.get("/tasks/done/").content.decode()


def test_list_of_done_tasks_says_how_it_fills(client: Client, make_user: Callable[..., Any]) -> None:
    client.force_login(make_user(role="owner"))
    assert "Nothing is done yet." in client.get("/tasks/done/").content.decode()
