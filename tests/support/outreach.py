"""Rows for the lists of call lists, literature and prize draws."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from regulars.customers.actions import create_party
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.marketing.call_lists import actions as calls
from regulars.marketing.call_lists.models import Script
from regulars.marketing.draws import actions as draws
from regulars.marketing.draws.models import Draw, Entry
from regulars.marketing.fulfilment import actions as fulfilment
from regulars.marketing.fulfilment.models import FulfilmentList, Item


def _people(count: int, by: Any) -> list[Party]:
    first = Party.objects.count()
    return [create_party(by=by, name=f"Caller {number:05}") for number in range(first, first + count)]


def make_call_lists(count: int, by: Any) -> None:
    """`count` call lists of one customer each."""
    for party in _people(count, by):
        calls.make(origin="", name=f"List {party.pk}", script=None, party_ids=[party.pk], not_after=None, by=by)


def make_calls(count: int, by: Any) -> None:
    """`count` calls of one list."""
    ids = [party.pk for party in _people(count, by)]
    calls.make(origin="test:1", name="Long list", script=None, party_ids=ids, not_after=None, by=by)


def make_scripts(count: int, by: Any) -> None:
    """`count` scripts."""
    first = Script.objects.count()
    for number in range(first, first + count):
        calls.save_script(script=None, by=by, name=f"Script {number:04}", words_en="Hello {name}")


def make_items(count: int, by: Any) -> None:
    """`count` items to send."""
    first = Item.objects.count()
    for number in range(first, first + count):
        fulfilment.save_item(
            item=None, name_en=f"Item {number:04}", name_zh="", kind="brochure", public=True, cost=100, by=by
        )


def make_requests(count: int, by: Any) -> None:
    """`count` requests, each of another customer."""
    if not Item.objects.exists():
        make_items(1, by)
    item = Item.objects.earliest("pk")
    for party in _people(count, by):
        fulfilment.request(party=party, item=item, by=by)


def make_lists_to_send(count: int, by: Any) -> None:
    """`count` lists of one request each."""
    if not Item.objects.exists():
        make_items(1, by)
    first, item = FulfilmentList.objects.count(), Item.objects.earliest("pk")
    for number, party in enumerate(_people(count, by), start=first):
        fulfilment.make(origin="", name=f"List {number:04}", item=item, party_ids=[party.pk], by=by)


def make_draws(count: int, by: Any) -> None:
    """`count` drafts of prize draws."""
    first, now = Draw.objects.count(), clock.now()
    for number in range(first, first + count):
        draws.save_draw(
            draw=None, by=by, slug=f"draw-{number}", title_en=f"Draw {number:04}", title_zh="", words_en="", words_zh="", prize_en="",
            prize_zh="", questions=[], winners=1, opens_at=now, closes_at=now + timedelta(days=1),
        )  # fmt: skip


def make_draw_entries(count: int, by: Any) -> None:
    """`count` entries in one draw."""
    if not Draw.objects.exists():
        make_draws(1, by)
    draw = Draw.objects.earliest("pk")
    first = draw.entries.count()
    Entry.objects.bulk_create(
        Entry(draw=draw, party=party, number=number, person=str(number))
        for number, party in enumerate(_people(count, by), start=first + 1)
    )


MAKERS: Final[dict[str, Callable[[int, Any], object]]] = {
    "call-lists": make_call_lists,
    "calls": make_calls,
    "call-scripts": make_scripts,
    "literature": make_items,
    "literature-requests": make_requests,
    "fulfilment-lists": make_lists_to_send,
    "draws": make_draws,
    "draw-entries": make_draw_entries,
}
