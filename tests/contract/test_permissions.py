"""Every address tried as every role: the answers are the table in docs/permissions.md, and follow from the rules."""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from regulars.customers.actions.parties import create_party
from regulars.customers.actions.tasks import add_task
from regulars.customers.models import Party
from regulars.integrations.api import build, limits
from regulars.integrations.api.actions import create_token
from regulars.integrations.api.scopes import SCOPES
from regulars.staff.models import Role, Team
from regulars.staff.rules import REACH, Reach, can
from tests.support.addresses import Named, walk
from tests.support.permissions import DOCUMENT, ROLES, Table, part, sample, taken_back, write

pytestmark = pytest.mark.django_db
API, SCREENS = "The API", "The screens"
MakeUser = Callable[..., Any]
FAR_OFF = 900_000
WORDS = {"roles/role": str(Role.TECHNICIAN)}


@dataclass(frozen=True)
class Operation:
    """One method of one path of the API."""

    method: str
    path: str
    told: dict[str, Any]

    @property
    def row(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, numbers: dict[str, int]) -> str:
        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            kind = self.path.split("/")[3]
            if word := WORDS.get(f"{kind}/{name}"):
                return word
            return str(numbers.get(kind, numbers["id"]) if name == "id" else numbers.get(name, numbers["id"]))

        needed = [
            one["name"] for one in self.told.get("parameters", []) if one.get("required") and one["in"] == "query"
        ]
        query = "&".join(f"{name}=x.csv" for name in needed)
        return re.sub(r"\{(\w+)\}", fill, self.path) + (f"?{query}" if query else "")


def operations() -> Iterator[Operation]:
    for path, methods in build.schema()["paths"].items():
        for method, told in methods.items():
            yield Operation(method.upper(), path, told)


def body_of(operation: Operation, schema: dict[str, Any], numbers: dict[str, int]) -> tuple[bytes, str]:
    content = operation.told.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return (b"number;total\n1;2\n", "text/csv") if content else (b"", "application/json")

    def resolve(reference: str) -> Any:
        return schema["components"]["schemas"][reference.rpartition("/")[2]]

    value = sample(content["application/json"]["schema"], resolve)
    if isinstance(value, dict):
        named = {"customer": "id", "other": "other", "loser": "other", "assignee": "users"}
        value |= {name: numbers[of] for name, of in named.items() if name in value}
        if operation.path.endswith("/timeline"):
            value |= {"customer": numbers["id"], "kind": "shop.visited"}
        if operation.path.endswith("/bulk"):
            value = {"entries": [{"customer": numbers["id"], "kind": "shop.visited"}]}
        if operation.path in {"/api/v1/orders", "/api/v1/returns"}:
            value["customer"] = numbers["id"]
        if operation.path == "/api/v1/customers":
            value["name"] = "王小明"
        if operation.path.endswith("/contact-points"):
            value |= {"kind": "email", "value": "a@example.com"}
    return json.dumps(value).encode(), "application/json"


@pytest.fixture
def world(make_user: MakeUser) -> dict[str, int]:
    """A customer of the owner's, with a task; another one beside."""
    founder = make_user(role=Role.OWNER, username="founder")
    number_from(FAR_OFF)
    first = create_party(by=founder, name="王小明", owner=founder, contact_points=[("mobile", "0912345678")])
    other = create_party(by=founder, name="陳大文", owner=founder)
    task = add_task(party=first, title="Call back", by=founder)
    point = first.contact_points.get()
    return {"id": first.pk, "other": other.pk, "tasks": task.pk, "point": point.pk, "users": founder.pk, "relation": 1}


def number_from(number: int) -> None:
    """Let customers be numbered from here on, so that their number is nobody else's, whatever ran before."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('customers_party', 'id'), %s)", [number])
        else:
            Party.objects.create(pk=number, name="Nobody").delete()


def people(make_user: MakeUser) -> dict[str, Any]:
    team = Team.objects.create(name="Another team")
    return {role: make_user(role=role, team=team) for role in ROLES}


def call(operation: Operation, key: str, world: dict[str, int], schema: dict[str, Any]) -> int:
    data, content_type = body_of(operation, schema, world)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with taken_back():
        answer = Client().generic(
            operation.method, operation.address(world), data, content_type=content_type, headers=headers
        )
    return int(answer.status_code)


def compare(title: str, table: Table) -> None:
    told = table.markdown()
    if os.environ.get("REGULARS_WRITE_DOCS") == "1":
        write({title: told})
    kept = part(DOCUMENT.read_text(encoding="utf-8"), title).splitlines() if DOCUMENT.exists() else []
    differs = [line for line in told.splitlines() if line not in kept] + [
        f"no longer: {line}" for line in kept if line not in told.splitlines()
    ]
    said = "\n".join(differs[:20])
    assert differs == [], f"docs/permissions.md says otherwise; REGULARS_WRITE_DOCS=1 writes it anew:\n{said}"


def test_api_answers_every_role_as_the_table_says(make_user: MakeUser, world: dict[str, int]) -> None:
    schema, table, wrong = build.schema(), Table(API), []
    for role, user in people(make_user).items():
        limits.forget()
        _token, key = create_token(user=user, name=role, scopes=list(SCOPES), by=None)
        for operation in operations():
            status = call(operation, key, world, schema)
            table.put(operation.row, role, status)
            rule = operation.told.get("x-rule", "")
            if rule and not can(user, rule) and status != 403:
                wrong.append(f"{role} lacks {rule}, yet {operation.row} answers {status}")
            hidden = REACH[role] is not Reach.ALL and operation.path.startswith("/api/v1/customers/{id}")
            if hidden and status not in {403, 404}:
                wrong.append(f"{role} does not see the customer, yet {operation.row} answers {status}")
            if status >= 500:
                wrong.append(f"{operation.row} breaks for {role}")
    assert wrong == [], "\n".join(wrong)
    compare(API, table)


def test_api_lets_nobody_in_without_a_token(world: dict[str, int]) -> None:
    schema = build.schema()
    closed = [one for one in operations() if one.told.get("security")]
    assert {one.row for one in operations()} - {one.row for one in closed} == {"GET /api/v1/health"}
    assert {one.row: call(one, "", world, schema) for one in closed} == {one.row: 401 for one in closed}
    assert {call(one, "rgl_" + "x" * 43, world, schema) for one in closed} == {401}


def test_api_refuses_a_token_of_another_scope(make_user: MakeUser, world: dict[str, int]) -> None:
    schema, user = build.schema(), make_user(role=Role.OWNER)
    scoped = [one for one in operations() if one.told.get("x-scope")]
    assert len(scoped) > 60
    for scope in SCOPES:
        limits.forget()
        others = [other for other in SCOPES if other != scope]
        _token, key = create_token(user=user, name=scope, scopes=others, by=None)
        mine = [one for one in scoped if one.told["x-scope"] == scope]
        assert {one.row: call(one, key, world, schema) for one in mine} == {one.row: 403 for one in mine}


def visit(client: Client, method: str, named: Named, pk: int) -> int:
    with taken_back():
        return int(getattr(client, method)(named.address(pk=pk)).status_code)


def test_screens_answer_every_role_as_the_table_says(make_user: MakeUser, world: dict[str, int]) -> None:
    table = Table(SCREENS)
    addresses = sorted(walk(), key=lambda one: one.name)
    for role, user in people(make_user).items():
        client = Client(raise_request_exception=False)
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        for named in addresses:
            for method in ("get", "post"):
                client.cookies[settings.SESSION_COOKIE_NAME] = session  # whatever the last answer did to it
                status = visit(client, method, named, world["id"])
                table.put(f"{method.upper()} {named.name}", role, status)
                assert status < 500, f"{method.upper()} {named.address(pk=world['id'])} breaks for {role}"
    compare(SCREENS, table)
