"""Rows that name a record merged since by its own exported number."""

from typing import Any

import pytest

from regulars.customers import actions
from regulars.customers.models import ContactPoint, Party
from regulars.integrations.exchange.formats import format_called

from .conftest import Bring

pytestmark = pytest.mark.django_db


def exported() -> bytes:
    """Everybody, as the full table."""
    return b"".join(format_called("csv").chunks(Party.objects.live().order_by("pk")))


@pytest.fixture
def two(db: None) -> dict[str, Any]:
    """Two records of one person, with the export made before they were merged."""
    winner = actions.create_party(by=None, name="王小明", contact_points=[("email", "ming@example.tw")], city="台北市")
    loser = actions.create_party(
        by=None, name="王曉明", contact_points=[("email", "old@example.tw")], city="新北市", industry="花店"
    )
    return {"winner": winner, "loser": loser, "file": exported()}


def test_row_of_a_merged_record_leads_to_the_winner_and_overwrites_nothing(bring: Bring, two: dict[str, Any]) -> None:
    winner = two["winner"]
    actions.merge_parties(winner=winner, loser=two["loser"], by=None)
    again = bring(two["file"].decode("utf-8-sig"), name="customers.csv")
    assert (again["rejected"], again["customers_created"]) == (0, 0)
    winner.refresh_from_db()
    assert (winner.name, winner.city) == ("王小明", "台北市")
    live = ContactPoint.objects.filter(party=winner, ended_at=None).values_list("raw", flat=True)
    assert sorted(live) == ["ming@example.tw", "old@example.tw"]


def test_row_of_a_merged_record_alone_ends_none_of_the_winners_addresses(bring: Bring, two: dict[str, Any]) -> None:
    header, _first, second = two["file"].decode("utf-8-sig").splitlines()
    actions.merge_parties(winner=two["winner"], loser=two["loser"], by=None)
    edited = second.replace("old@example.tw", "new@example.tw")
    done = bring(f"{header}\n{edited}\n", name="customers.csv")
    assert (done["customers_changed"], done["rejected"]) == (1, 0)
    live = ContactPoint.objects.filter(party=two["winner"], ended_at=None).values_list("raw", flat=True)
    assert sorted(live) == ["ming@example.tw", "new@example.tw", "old@example.tw"]
