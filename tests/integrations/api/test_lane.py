"""Entries that come together: written together, each once, each answered for itself, in few statements."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.customers import actions
from regulars.customers.models import CustomerSummary, Event, EventBody, Party
from regulars.integrations.api import identity, lane
from regulars.integrations.api.actions import create_token, revoke_token
from regulars.integrations.api.asgi import Parts
from regulars.kit import clock
from regulars.staff.models import Team, Territory

pytestmark = pytest.mark.django_db
CALL = "channels.call_logged"
SCOPES = ("customers:read", "timeline:write")


def group_of(key: str, bodies: list[bytes]) -> list[lane.Waiting]:
    """Requests of one token that wait for nobody in particular."""
    unheard: Any = None
    return [lane.Waiting(identity.digest_in(f"Bearer {key}"), body, unheard) for body in bodies]


@pytest.fixture
def answer(make_user: Any) -> Any:
    """`answer(entries, user=…)`: what a group of one user's entries is answered, status and JSON of each."""
    owner = make_user(role="owner")

    def send(entries: list[dict[str, Any]], user: Any = None) -> list[tuple[int, Any] | None]:
        _token, key = create_token(user=user or owner, name="x", scopes=SCOPES, by=None)
        return [_told(parts) for parts in lane.answers_to(group_of(key, [json.dumps(one).encode() for one in entries]))]

    return send


def _told(parts: Parts | None) -> tuple[int, Any] | None:
    return None if parts is None else (parts[0], json.loads(parts[2]))


@pytest.fixture
def customer(make_user: Any) -> Party:
    return actions.create_party(by=make_user(role="owner"), name="王小明")


def test_group_is_written_once_with_texts_and_the_last_contact(answer: Any, customer: Party) -> None:
    now = clock.now()
    called = {"customer": customer.pk, "kind": CALL, "source": "pbx"}
    group = [
        {**called, "source_key": "1", "occurred_at": (now - timedelta(hours=1)).isoformat(), "text": "He called"},
        {**called, "source_key": "2", "kind": "channels.email_logged", "occurred_at": (now - timedelta(hours=2)).isoformat()},
        {**called, "source_key": "1", "text": "Said twice"},
        {**called, "source_key": "3", "kind": "shop.seen", "subject": "Tea"},
        {**called, "source_key": "4", "customer": 999_999},
    ]  # fmt: skip
    first, second = answer(group), answer(group)
    assert [one and one[0] for one in first] == [201, 201, 200, 201, None]
    assert [one and one[0] for one in second] == [200, 200, 200, 200, None]
    assert [one and one[1]["id"] for one in first] == [one and one[1]["id"] for one in second]
    assert Event.objects.filter(source="pbx").count() == 3
    said = EventBody.objects.filter(event__source="pbx").order_by("event").values_list("subject", "text")
    assert list(said) == [("", "He called"), ("Tea", "")]
    summary = CustomerSummary.objects.get(party=customer)
    assert (summary.last_contact_channel, summary.last_contact_at) == ("phone", now - timedelta(hours=1))
    older = {
        **called,
        "source_key": "5",
        "kind": "channels.email_logged",
        "occurred_at": (now - timedelta(days=9)).isoformat(),
    }
    assert answer([older])[0][0] == 201
    summary.refresh_from_db()
    assert summary.last_contact_channel == "phone"


@pytest.mark.parametrize("size", [1, 6, 40])
def test_group_costs_as_many_statements_as_one(make_user: Any, customer: Party, size: int) -> None:
    called = {"customer": customer.pk, "kind": CALL, "source": "pbx", "text": "x"}
    bodies = [json.dumps({**called, "source_key": str(n)}).encode() for n in range(size)]
    _token, key = create_token(user=make_user(), name="y", scopes=SCOPES, by=None)
    lane.answers_to(group_of(key, [bodies[0]]))  # takes a parcel of the allowance, notes that the token is used
    with CaptureQueriesContext(connection) as made:
        told = lane.answers_to(group_of(key, [body.replace(b"pbx", b"till") for body in bodies]))
    assert [parts and parts[0] for parts in told] == [201] * size
    statements = [one["sql"][:200] for one in made if "SAVEPOINT" not in one["sql"]]
    assert len(statements) == (3 if connection.vendor == "postgresql" else 5), statements


def test_tokens_are_known_with_their_people_in_one_query(make_user: Any) -> None:
    team, territory = Team.objects.create(name="Tea"), Territory.objects.create(name="North", path="/1/")
    with_all = make_user(role="seller", team=team, territory=territory)
    people = [with_all, make_user(role="owner"), make_user(role="owner", is_active=False), make_user(), make_user()]
    made = [create_token(user=one, name="x", scopes=SCOPES, by=None)[0] for one in people]
    revoke_token(token=made[3], by=None)
    type(made[4]).objects.filter(pk=made[4].pk).update(expires_at=clock.now() - timedelta(seconds=1))
    with CaptureQueriesContext(connection) as asked:
        found = identity.known([one.digest for one in made])
        told = [(one.user.username, one.user.team, one.user.territory, one.scopes) for one in found.values()]
    assert len(asked) == 1
    assert {one.digest for one in found.values()} == {made[0].digest, made[1].digest}
    assert (with_all.username, team, territory, sorted(SCOPES)) in [(*one[:3], sorted(one[3])) for one in told]
    assert found[made[0].digest].user.rights == {}
    assert identity.known([]) == {}


def test_group_writes_for_those_only_whom_its_user_sees(answer: Any, make_user: Any) -> None:
    seller, other = make_user(role="technician"), make_user(role="technician")
    mine, theirs = (actions.create_party(by=one, name="林", owner=one) for one in (seller, other))
    told = answer([{"customer": one.pk, "kind": CALL} for one in (mine, theirs)], user=seller)
    assert told[0][0] == 201
    assert told[1] is None
    assert not Event.objects.filter(customer=theirs, kind=CALL).exists()


def test_number_beyond_all_numbers_is_refused_by_itself(client: Any, make_user: Any, customer: Party) -> None:
    _token, key = create_token(user=make_user(role="owner"), name="x", scopes=SCOPES, by=None)
    body = b'{"customer": %d, "kind": "shop.seen", "payload": {"size": 1e999}}' % customer.pk
    told_both = lane.answers_to(group_of(key, [body, body.replace(b"999", b"9")]))
    assert [parts and parts[0] for parts in told_both] == [None, 201]
    told = client.post(
        "/api/v1/timeline", body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert told.status_code == 400
