"""Runs in the environment of polars: `python peers.py TODAY RUNS FILE...`; prints what it found as JSON.

State and scores of every customer, as one would write them in polars; processor seconds are the median after one call that does not count.
"""

import json
import resource
import sys
from typing import Any

import polars as pl


def scored(column: str) -> Any:
    """1 to 5 by the share of customers strictly below."""
    return 1 + 5 * (pl.col(column).rank("min") - 1).cast(pl.Int64) // pl.len()


def state_and_scores(today: int, files: list[str]) -> Any:
    """First, last, gaps and sums of every customer, with RFM on it."""
    orders = pl.scan_parquet(files).filter((pl.col("day") <= today) & (pl.col("currency") == "TWD"))
    sums = orders.group_by("customer_id").agg(
        pl.len().alias("orders"), pl.col("goods").sum(), pl.col("amount").sum().alias("revenue"), pl.col("lines").sum(),
        (pl.col("goods") - pl.col("cost")).sum().alias("margin"),
    )  # fmt: skip
    days = orders.filter(pl.col("goods") > 0).select("customer_id", "day").unique()
    days = days.sort("customer_id", "day").with_columns(
        pl.col("day").cast(pl.Int64).diff().over("customer_id").alias("gap")
    )
    rhythm = days.group_by("customer_id").agg(
        pl.len().alias("purchases"), pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day"),
        (pl.col("gap") ** 2).sum().alias("gap_squares"),
    )  # fmt: skip
    both = sums.join(rhythm, on="customer_id", how="left")
    steps = {"recency": "last_day", "frequency": "purchases", "monetary": "revenue"}
    return both.with_columns(scored(column).alias(name) for name, column in steps.items()).collect()


def processor() -> float:
    """Seconds of the processor that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(today: int, runs: int, files: list[str]) -> dict[str, Any]:
    """The sums of what was found, the scores' by customer, and the seconds."""
    rows, taken = state_and_scores(today, files), []
    for _ in range(runs):
        started = processor()
        rows = state_and_scores(today, files)
        taken.append(processor() - started)
    scores = ("recency", "frequency", "monetary")
    told = {name: int(rows[name].cast(pl.Int64).sum()) for name in rows.columns if name not in scores}
    told |= {name: int((rows[name] * rows["customer_id"]).sum()) for name in scores}
    return told | {"seconds": sorted(taken)[len(taken) // 2]}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])))
