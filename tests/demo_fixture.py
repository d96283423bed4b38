"""A small demonstration company (300 customers) for any test that wants a believable record."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SIZE = 300


@dataclass(frozen=True)
class Demo:
    """The loaded company: what `load_demo` said, and ways to its people and its truth."""

    facts: dict[str, Any]

    def user(self, username: str) -> Any:
        """Somebody who works there: owner, manager, marketer, seller, seller2, seller3, agent, agent2, dispatcher, …"""
        from regulars.staff.models import User

        return User.objects.get(username=username)

    def truth(self) -> list[dict[str, Any]]:
        """The true type, stage and so on of every customer (docs/demo.md)."""
        import pyarrow.parquet as pq

        return pq.read_table(self.facts["truth"]).to_pylist()


@pytest.fixture
def small_demo(db: None, tmp_path: Path) -> Demo:
    """The company of 300, loaded for this test alone (about a second)."""
    return load(tmp_path)


@pytest.fixture(scope="module")
def shared_demo(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """The company of 300, loaded once for all tests of a module, which must not use `transactional_db`.

    What a test writes is taken back after it, the company after the last.
    """
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield load(tmp_path_factory.mktemp("demo"))
        transaction.set_rollback(True)


def load(home: Path, **facts: Any) -> Demo:
    """Load a company with its truth under `home`."""
    from regulars.demo.actions import load_demo

    return Demo(load_demo(**({"customers": SIZE, "home": home} | facts)))
