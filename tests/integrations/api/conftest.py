"""A caller with a token, as the tests of the API want it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.integrations.api import limits
from regulars.integrations.api.actions import create_token
from regulars.integrations.api.scopes import SCOPES


class Caller:
    """A program that holds a token; paths are told without ``/api/v1``."""

    def __init__(self, key: str = "", user: Any = None, token: Any = None) -> None:
        self.key, self.user, self.token = key, user, token
        self.client = Client(raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer; its JSON is at ``.told``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            named.setdefault("Authorization", f"Bearer {self.key}")
        content_type = named.pop("Content-Type", "application/json")
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/api") else f"/api/v1{path}"
        answer: Any = self.client.generic(method, address, data, content_type=content_type, headers=named)
        answer.told = (
            json.loads(answer.content) if answer.content and "json" in answer.headers.get("Content-Type", "") else None
        )
        return answer

    def get(self, path: str, **headers: str) -> Any:
        """GET."""
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST."""
        return self("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """PATCH."""
        return self("PATCH", path, body, **headers)


MakeCaller = Callable[..., Caller]


@pytest.fixture(autouse=True)
def full_purses() -> None:
    """No test spends from what another left."""
    limits.forget()


@pytest.fixture
def make_caller(make_user: Callable[..., Any]) -> MakeCaller:
    """Make a caller: ``make_caller("seller", scopes=["customers:read"])``; all scopes when none is named."""

    def make(role: str = "owner", *, scopes: Any = None, user: Any = None, **facts: Any) -> Caller:
        who = user or make_user(role=role)
        token, key = create_token(user=who, name="test", scopes=scopes or list(SCOPES), by=None, **facts)
        return Caller(key, who, token)

    return make


@pytest.fixture
def owner(make_caller: MakeCaller) -> Caller:
    """The owner's program, with every scope."""
    return make_caller("owner")
