"""Who may already be on record: what a draft resembles, judged without any engine."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.customers.models import ContactPoint, Identifier, LinkageWeights, Party
from regulars.customers.queries.likely import pairs_touching, resembling, weights_of
from regulars.intelligence.models.linkage import weights
from regulars.intelligence.models.linkage.people import PEOPLE
from regulars.kit import clock
from regulars.kit.text import fold

pytestmark = pytest.mark.django_db


def made(name: str, mobile: str = "", **facts: Any) -> Party:
    party = Party.objects.create(name=name, fold=fold(name), **facts)
    if mobile:
        ContactPoint.objects.create(
            party=party, kind="mobile", raw=mobile, normalised=mobile, reversed_digits=mobile[:0:-1], preferred=True
        )
    return party


@pytest.fixture
def owner(make_user: Callable[..., Any]) -> Any:
    return make_user(role="owner")


def test_number_in_any_notation_and_the_name_find_the_customer(owner: Any) -> None:
    ming = made("王小明", "+886912345678")
    made("李大華", "+886922222222")
    for number in ("0912-345-678", "+886 912 345 678", "(0912)345678"):
        (found,) = resembling(owner, {"name": "王小明", "phone": number})
        assert found[0] == ming
        assert found[1] > 0.9
        assert {line["field"] for line in found[2]} >= {"phone", "family_name", "given_name"}


def test_wife_with_the_same_number_is_not_taken_for_him(owner: Any) -> None:
    made("王小明", "+886227000000", address="信義路三段12號", city="台北市")
    draft = {"name": "陳怡君", "phone": "02-2700-0000", "address": "信義路3段12號", "city": "臺北市"}
    assert resembling(owner, draft) == []


def test_company_is_found_by_its_tax_id_or_without_its_legal_form(owner: Any) -> None:
    firm = made("晴川科技股份有限公司", kind="organisation", city="台北市")
    Identifier.objects.create(party=firm, system="tax_id", external_id="12045670")
    assert [row[0] for row in resembling(owner, {"kind": "organisation", "name": "晴川", "tax_id": "12045670"})] == [
        firm
    ]
    assert [row[0] for row in resembling(owner, {"kind": "organisation", "name": "晴川科技有限公司"})] == [firm]


def test_whom_somebody_may_not_see_is_not_told(make_user: Callable[..., Any]) -> None:
    made("王小明", "+886912345678")
    assert resembling(make_user(role="technician"), {"name": "王小明", "phone": "0912345678"}) == []


def test_switchboard_of_many_says_nothing(owner: Any) -> None:
    for number in range(30):
        made(f"員工{number}", "+886225550000")
    assert resembling(owner, {"name": "新人", "phone": "02-2555-0000"}) == []


@pytest.mark.parametrize(
    "draft", [{}, {"name": ""}, {"name": "x", "kind": "robot"}, {"phone": "12"}, {"birth_date": "soon", "name": "?"}]
)
def test_unfinished_draft_resembles_nobody(owner: Any, draft: dict[str, Any]) -> None:
    made("王小明", "+886912345678")
    assert resembling(owner, draft) == []


def test_questions_do_not_grow_with_the_record(owner: Any) -> None:
    draft = {"name": "王小明", "phone": "0912345678", "email": "ming80@example.com"}
    made("王小明", "+886912345678")
    with CaptureQueriesContext(
        connection,
    ) as few:
        resembling(owner, draft)
    for number in range(60):
        made("王小明", f"+88693333{number:04d}")
    with CaptureQueriesContext(connection) as many:
        resembling(owner, draft)
    assert len(many) == len(few) <= 10


def test_learned_weights_are_used_from_the_moment_they_are_kept(owner: Any) -> None:
    assert weights_of("person").learned is False
    kept = weights.declared(PEOPLE).as_dict() | {"learned": True, "prior": -40.0}
    LinkageWeights.objects.create(kind="person", values=kept)
    assert weights_of("person").prior == -40.0
    LinkageWeights.objects.update(values=kept | {"prior": -20.0}, learned_at=clock.now())
    assert weights_of("person").prior == -20.0
    LinkageWeights.objects.update(values=kept | {"version": -1}, learned_at=clock.now())
    assert weights_of("person").learned is False


def test_each_pair_touching_some_is_told_once(owner: Any) -> None:
    one, other = made("王小明", "+886912345678"), made("王小明", "+886912345678")
    made("李大華", "+886922222222")
    pairs = list(pairs_touching([one.pk, other.pk]))
    assert [(pair.left, pair.right) for pair in pairs] == [(one.pk, other.pk)]
    assert list(pairs_touching([])) == []
