"""The list of people, registered for one test, and clients of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from regulars.staff.models import Team, User
from regulars.web import resources, undo
from regulars.web.resources import Resource
from tests.web.people import PEOPLE, restore_roles

SignIn = Callable[..., Client]


@pytest.fixture
def people(settings: Any) -> Iterator[Resource]:
    settings.ROOT_URLCONF = "tests.web.urls"
    resources.register(PEOPLE)
    undo.handles("tests.role")(restore_roles)
    yield PEOPLE
    resources.unregister(PEOPLE.key)
    undo.forget("tests.role")


@pytest.fixture
def sign_in(make_user: Callable[..., Any]) -> SignIn:
    def enter(role: str = "owner", **facts: Any) -> Client:
        client = Client()
        client.user = make_user(role=role, **facts)  # type: ignore[attr-defined]
        client.force_login(client.user)  # type: ignore[attr-defined]
        return client

    return enter


@pytest.fixture
def crowd(db: None) -> list[User]:
    """Forty users: names that repeat, every third without a team."""
    teams = [Team.objects.create(name=name) for name in ("East", "West")]
    return User.objects.bulk_create(
        User(
            username=f"user-{number}", name=f"Name {number % 7}", role="seller" if number % 2 else "agent",
            team=None if number % 3 == 0 else teams[number % 2], is_active=number % 4 != 0,
        )
        for number in range(40)
    )  # fmt: skip
