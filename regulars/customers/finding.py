"""What search finds of customers: the customers themselves, one's own tasks, contracts and assets by number or name."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers.models import Asset, Contract, Kind, Party, Stage, Task
from regulars.customers.queries.profile import visible_among
from regulars.customers.queries.search import likeliest
from regulars.customers.search import Hit
from regulars.customers.search.engine import begins
from regulars.kit import text
from regulars.web import finding
from regulars.web import format as show
from regulars.web.access import User
from regulars.web.finding import Entry

MOST_TASKS = 2_000
_ICONS = {Kind.PERSON: "person", Kind.ORGANISATION: "building", Kind.HOUSEHOLD: "household"}


def find_customers(user: User, typed: str, limit: int) -> list[Entry]:
    """The likeliest customers, each with what it was found by."""
    return [_entry(party, hit) for party, hit in likeliest(user, typed, limit)]


def _entry(party: Any, hit: Hit) -> Entry:
    summary = party.summary
    stage = dict(Stage.choices).get(summary.stage, "")
    money = show.show_money(summary.revenue_12m, summary.currency) if summary.revenue_12m else ""
    by = hit.by or party.other_name
    details = [by, party.city, str(stage), money]
    mark = _("similar") if hit.near else ""
    return Entry(
        party.name, party.get_absolute_url(), _ICONS[Kind(party.kind)], " · ".join(one for one in details if one), mark=mark
    )  # fmt: skip


def find_tasks(user: User, typed: str, limit: int) -> list[Entry]:
    """One's own open tasks that hold every word."""
    words = text.fold(typed).split()
    rows = Task.objects.open().filter(assignee=user.pk, party__trashed_at=None, party__merged_into=None)
    found = [
        task
        for task in rows.select_related("party").order_by("due_at", "pk")[:MOST_TASKS]
        if all(word in text.fold(f"{task.title} {task.party.name}") for word in words)
    ][:limit]
    seen = visible_among(user, {task.party_id for task in found})
    return [
        Entry(task.title, task.party.get_absolute_url(), "task", _about(task.party, show.show_date(task.due_at) if task.due_at else ""))
        for task in found
        if task.party_id in seen
    ]  # fmt: skip


def find_contracts(user: User, typed: str, limit: int) -> list[Entry]:
    """Contracts whose number begins so."""
    rows = Contract.objects.filter(_spelled("number", typed)).select_related("party").order_by("number", "pk")
    return [
        Entry(f"{one.title} {one.number}", _page(one.party), "file", _about(one.party, show.show_date(one.ends_on) if one.ends_on else ""))
        for one in _visible(user, rows, limit)
    ]  # fmt: skip


def find_assets(user: User, typed: str, limit: int) -> list[Entry]:
    """Assets whose serial number begins so."""
    rows = Asset.objects.filter(_spelled("serial", typed)).select_related("party").order_by("serial", "pk")
    return [
        Entry(f"{one.name} {one.serial}", _page(one.party), "box", one.party.name)
        for one in _visible(user, rows, limit)
    ]


def _spelled(field: str, typed: str) -> Q:
    bare = text.clean(typed)[:80]
    condition = Q()
    for one in dict.fromkeys((bare, bare.upper())):
        condition |= begins(field, one)
    return condition & ~Q(**{field: ""})


def _visible(user: User, rows: Any, limit: int) -> list[Any]:
    found = list(rows[: limit * 4])
    seen = visible_among(user, {one.party_id for one in found})
    return [one for one in found if one.party_id in seen][:limit]


def _page(party: Party) -> str:
    return party.get_absolute_url()


def _about(party: Party, day: str) -> str:
    return " · ".join(one for one in (party.name, day) if one)


def _list(typed: str) -> str:
    return f"{reverse('web:list-customers')}?{urlencode({'q': typed})}"


finding.register(
    finding.Kind("customers", gettext_lazy("Customers"), "people", find_customers, "customers.view", 20, all_url=_list)
)
finding.register(finding.Kind("tasks", gettext_lazy("My tasks"), "task", find_tasks, "customers.view", 40))
finding.register(finding.Kind("contracts", gettext_lazy("Contracts"), "file", find_contracts, "customers.view", 45))
finding.register(finding.Kind("assets", gettext_lazy("Assets"), "box", find_assets, "customers.view", 46))
