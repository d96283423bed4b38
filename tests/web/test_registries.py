"""What the contexts declare fits together: shortcuts that mean one thing, icons that exist, addresses that answer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from regulars.web import icons, palette, places, resources
from regulars.web.resources import Resource

ALL = list(resources.all())


def test_a_chord_leads_to_one_place(db: None, make_user: Any) -> None:
    owner = make_user(role="owner")
    chords = [place.chord for place in places.visible_to(owner) if place.chord]
    chords += [action.chord for action, _url in palette.actions_with_chords(owner)]
    assert [chord for chord, times in Counter(chords).items() if times > 1] == []


def test_places_and_actions_have_an_icon_and_an_address(db: None, make_user: Any) -> None:
    for place in places.visible_to(make_user(role="owner")):
        assert place.icon in icons.names(), place.key
        assert place.url(), f"{place.key}: {place.url_name} leads nowhere"
    for action in palette.actions():
        assert action.icon in icons.names(), action.key
        assert palette.address_of(action), f"{action.key}: {action.url_name} leads nowhere"


@pytest.mark.parametrize("resource", ALL, ids=lambda one: one.key)
def test_resource_is_whole(resource: Resource, db: None, make_user: Any) -> None:
    assert resource.icon in icons.names()
    assert all(not action.icon or action.icon in icons.names() for action in resource.bulk_actions)
    assert any(column.phone == "primary" for column in resource.columns), "a phone must know what to show first"
    rows = resource.queryset(make_user(role="owner"))
    for column in resource.columns:
        if column.sort:
            str(rows.order_by(column.sort).query)
    for one in resource.filters:
        assert one.field or one.apply, f"filter {one.key} narrows nothing"
    assert resource.url().startswith("/")
