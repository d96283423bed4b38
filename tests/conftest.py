"""Fixtures that every room's tests may use."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from regulars.kit import catalogs

pytest_plugins = ["tests.support.database", "tests.support.network", "tests.support.browser", "tests.demo_fixture"]

ROOT = Path(__file__).resolve().parent.parent
MakeUser = Callable[..., Any]


def pytest_configure() -> None:
    """Screens are tested in both languages, so the catalogs are compiled first."""
    catalogs.compile_all()


BROWSER = {"browser_page", "page", "browser"}
DATABASE = {"db", "transactional_db", "live_server", "django_db_setup", "server_database"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever opens a browser page is marked `browser`, and who uses the database of the run `database`, without having to say so."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if BROWSER & asked:
            item.add_marker(pytest.mark.browser)
        if DATABASE & asked or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.database)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test starts in English, whatever language the one before it left behind in the thread."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets beside the repository, or a skip."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets (../shared/data) are not on this machine")
    return folder


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """Make somebody who can sign in: `make_user(role="seller", language="zh-hant", team=team)`.

    The password of all is `PASSWORD`; names are numbered.
    """
    from regulars.staff.models import User

    numbers = count(1)

    def make(*, role: str = "owner", username: str = "", **facts: Any) -> User:
        username = username or f"{role}-{next(numbers)}"
        user = User(username=username, role=role, **({"name": username.title()} | facts))
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


PASSWORD = "correct horse battery"
