"""A desk with plain rows on it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from regulars.intelligence import analyses
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import to_day
from regulars.intelligence.models import population
from regulars.intelligence.models.journey import NEVER, Purchases
from regulars.intelligence.warehouse import engine, ledger
from regulars.intelligence.warehouse.store import Store

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk() -> Iterator[MakeDesk]:
    """Open a warehouse as of a day; `before` names the analyses to be run first."""
    with ExitStack() as stack:

        def make(store: Store, today: date, *, before: tuple[str, ...] = ()) -> Desk:
            import numpy as np

            connection = stack.enter_context(engine.opened(store))
            horizon = ledger.prepare(connection, today=to_day(today))
            _, read = ledger.purchases(connection)
            size = len(read["customer"])
            bought = Purchases(read["customer"], read["day"], read["goods"], np.zeros(size, bool), np.full(size, NEVER))
            desk = Desk(connection, horizon, population.renewed([], bought, to_day(today)))
            for name in before:
                analyses.get(name).run(desk)
            return desk

        yield make


@pytest.fixture(scope="session")
def online_retail(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Online Retail II, all lines of an invoice as its goods; cancellations as returns."""
    import duckdb

    from tests.support.warehouse import warehouse

    file = real_data / "retail_online_retail_II" / "online_retail_II_2009_2010.csv.gz"
    query = """SELECT any_value(cast(cast("Customer ID" AS DOUBLE) AS BIGINT)), min(cast("InvoiceDate" AS TIMESTAMP))::DATE,
                      round(sum(cast("Quantity" AS INT) * cast("Price" AS DOUBLE)) * 100)::BIGINT
               FROM read_csv(?, all_varchar=true) WHERE "Customer ID" IS NOT NULL AND starts_with("Invoice", 'C') = ? GROUP BY "Invoice" """
    rows: list[Any] = [duckdb.execute(query, [str(file), returns]).fetchall() for returns in (False, True)]
    return warehouse(tmp_path_factory.mktemp("online-retail"), rows[0], returned=rows[1], currency="GBP")
