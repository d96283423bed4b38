"""Records and an engine for the tests of linkage."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.intelligence.models.linkage.link import link
from regulars.intelligence.models.linkage.records import Record
from regulars.intelligence.models.linkage.spec import Model
from regulars.intelligence.models.linkage.weights import Weights
from regulars.intelligence.warehouse.engine import Engine, opened
from regulars.intelligence.warehouse.store import Store

Found = tuple[list[Any], Weights]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with opened(Store(tmp_path / "linkage"), memory_limit="1GB") as connection:
        yield connection


@pytest.fixture
def find(engine: Engine) -> Callable[..., Found]:
    """Link records: the pairs found and the weights."""

    def run(model: Model, records: Iterable[Record], **options: Any) -> Found:
        linked = link(engine, model, records, **options)
        return list(linked.pairs), linked.weights

    return run
