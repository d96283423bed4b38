"""The baskets and histories that the counts of other implementations are known of."""

import csv
import gzip
from pathlib import Path
from typing import Any

import pytest

from regulars.intelligence.models import Baskets


@pytest.fixture(scope="session")
def groceries(real_data: Path) -> Baskets:
    """9,835 baskets of a grocer (R package arules)."""
    with gzip.open(real_data / "baskets" / "groceries.csv.gz", "rt") as file:
        return Baskets.from_lists(csv.reader(file))


@pytest.fixture(scope="session")
def retail(real_data: Path) -> Baskets:
    """88,162 baskets of a Belgian shop (FIMI)."""
    with gzip.open(real_data / "baskets" / "retail.dat.gz", "rt") as file:
        return Baskets.from_lists(map(int, line.split()) for line in file)


@pytest.fixture(scope="session")
def lines(real_data: Path) -> dict[str, Any]:
    """Lines sold to known customers in Online Retail II: c customer, s product, t second, n number of the invoice; in the order of time."""
    import duckdb

    file = real_data / "retail_online_retail_II" / "online_retail_II_2009_2010.csv.gz"
    query = """WITH line AS (
                 SELECT row_number() OVER () AS row, "Invoice" AS i, "StockCode" AS s, epoch(CAST("InvoiceDate" AS TIMESTAMP))::BIGINT AS t,
                        CAST(CAST("Customer ID" AS DOUBLE) AS INT) AS c
                 FROM read_csv(?, all_varchar=true, parallel=false)
                 WHERE "Customer ID" IS NOT NULL AND NOT starts_with("Invoice", 'C') AND CAST("Quantity" AS INT) > 0 AND CAST("Price" AS DOUBLE) > 0)
               SELECT c, s, t, dense_rank() OVER (ORDER BY i) AS n FROM line ORDER BY t, row"""
    return dict(duckdb.execute(query, [str(file)]).fetchnumpy())
