"""Scores up: from one row a customer in columns to ``CustomerSummary``, in bulk on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from regulars.customers.models import CustomerSummary, PartyRole
from regulars.customers.models.relation import BUYING
from regulars.intelligence.days import to_date

if TYPE_CHECKING:
    from regulars.intelligence.nightly import Outcome

CHUNK: Final = 20_000
STAGES: Final = (
    "recruit",
    "welcome",
    "getting_to_know",
    "account_management",
    "intensify",
    "pre_divorce",
    "divorce",
    "recovery",
)
COLUMNS: Final[dict[str, str]] = {
    "as_of": "timestamp", "orders_12m": "bigint", "revenue_12m": "bigint", "revenue_prior_12m": "bigint", "margin_12m": "bigint",
    "recency_score": "bigint", "frequency_score": "bigint", "monetary_score": "bigint", "value_class": "text",
    "value_reasons": "json", "value_rank": "bigint", "value_percentile": "float", "stage": "text", "stage_since": "timestamp",
    "stage_reasons": "json", "previous_stage": "text", "risk": "float", "risk_reasons": "json", "cycle_days": "float",
    "cycle_low": "float", "cycle_high": "float", "expected_order_at": "timestamp", "at_stake": "bigint", "next_action": "text",
    "next_action_reasons": "json",
}  # fmt: skip
_TYPES: Final = {
    "sqlite": {"timestamp": "text", "json": "text", "float": "real", "bigint": "integer", "text": "text"},
    "postgresql": {
        "timestamp": "timestamptz",
        "json": "jsonb",
        "float": "double precision",
        "bigint": "bigint",
        "text": "text",
    },
}


def scores_up(outcome: Outcome, as_of: datetime) -> int:
    """Write everybody's scores; returns the number of rows. Transactions of 20,000 rows, so that nobody waits long."""
    voice = Voice(outcome, as_of)
    written = 0
    for batch in outcome.scores.to_batches(max_chunksize=CHUNK):
        rows = [voice.row(score) for score in batch.to_pylist()]
        _write(rows)
        written += len(rows)
    _unstage()
    return written


def _unstage() -> None:
    """Whoever neither buys nor is courted (the people at a company, a household, a vendor) stands in no stage."""
    courted = PartyRole.objects.filter(party=OuterRef("party_id"), role__in=BUYING, valid_to=None)
    others = CustomerSummary.objects.exclude(stage="").filter(~Exists(courted), orders=0, returns=0)
    others.update(
        stage="", stage_since=None, stage_reasons=[], previous_stage="", next_action="", next_action_reasons=[], at_stake=0
    )  # fmt: skip


class Voice:
    """Turns a row of scores into a row of the summary, reasons included."""

    def __init__(self, outcome: Outcome, as_of: datetime) -> None:
        self.currency = outcome.horizon.currency or settings.CURRENCY
        self.buyers = sum(one["customers"] for one in outcome.results["value"][0].as_dict()["classes"].values())
        self.come_back = outcome.results["next_step"][0].as_dict()["come_back"]
        self.leaving = outcome.calibrations[-1].leaving
        self.as_of = connection.ops.adapt_datetimefield_value(as_of)
        self.midnights = Midnights()

    def row(self, score: dict[str, Any]) -> tuple[Any, ...]:
        """The party's id and the values of ``COLUMNS``."""
        return (
            score["customer_id"],
            self.as_of,
            *self._sums(score),
            *self._value(score),
            *self._stage(score),
            *self._rhythm(score),
            *self._next(score),
        )

    @staticmethod
    def _sums(score: dict[str, Any]) -> Iterable[Any]:
        return (
            score[name]
            for name in (
                "orders_12m",
                "revenue_12m",
                "revenue_prior_12m",
                "margin_12m",
                "recency_score",
                "frequency_score",
                "monetary_score",
            )
        )

    def _value(self, score: dict[str, Any]) -> Iterable[Any]:
        from regulars.intelligence import explain  # noqa: PLC0415 -- heavy: only for whoever analyses

        reasons = _json(explain.value(score, currency=self.currency, buyers=self.buyers))
        return score["class"], reasons, score["value_rank"], score["value_percentile"]

    def _stage(self, score: dict[str, Any]) -> Iterable[Any]:
        from regulars.intelligence import explain  # noqa: PLC0415 -- heavy: only for whoever analyses

        since = score["since"] if score["since"] is not None else explain.known_since(score)
        previous = score["previous"]
        return (
            STAGES[score["stage"]], self.midnights.of(since), _json(explain.stage(score)),
            STAGES[previous] if previous is not None and previous >= 0 else "",
        )  # fmt: skip

    def _rhythm(self, score: dict[str, Any]) -> Iterable[Any]:
        from regulars.intelligence import explain  # noqa: PLC0415 -- heavy: only for whoever analyses

        if not score["purchases"]:
            return (None, "[]", None, None, None, None)
        left = float(self.leaving.after(score["purchases"]))
        gone = score["stage"] == STAGES.index("divorce")
        expected = None if gone else self.midnights.of(score["last_day"] + round(score["expected_days"]))
        own = score["purchases"] > 1
        cycle = [round(score[name], 1) if own else None for name in ("usual_days", "low_days", "high_days")]
        return (round(score["gone"], 4), _json(explain.risk(score, left)), *cycle, expected)

    def _next(self, score: dict[str, Any]) -> Iterable[Any]:
        from regulars.intelligence import explain  # noqa: PLC0415 -- heavy: only for whoever analyses
        from regulars.intelligence.analyses.next_step import NOTHING_NOW  # noqa: PLC0415 -- heavy: only for whoever analyses

        said = _json(explain.next_step(score, currency=self.currency, come_back=self.come_back))
        return score["at_stake"], "" if score["action"] in NOTHING_NOW else score["action"], said


class Midnights:
    """The first moment of a day in the company's zone, as the database takes it."""

    def __init__(self) -> None:
        self.known: dict[int, Any] = {}

    def of(self, day: int) -> Any:
        """As the database takes it."""
        if day not in self.known:
            self.known[day] = connection.ops.adapt_datetimefield_value(midnight(day))
        return self.known[day]


def midnight(day: int) -> datetime:
    """The first moment of a day number in the company's zone, aware."""
    return timezone.make_aware(datetime.combine(to_date(day), time()))


def end_of(day: int) -> datetime:
    """The last second of a day number in the company's zone, aware."""
    return midnight(day + 1) - timedelta(seconds=1)


def _json(sayings: Iterable[Any]) -> str:
    return json.dumps([one.as_dict() for one in sayings], ensure_ascii=False, separators=(",", ":"))


def _write(rows: list[tuple[Any, ...]]) -> None:
    vendor = connection.vendor
    types = _TYPES[vendor]
    columns = ", ".join(f"{name} {types[kind]}" for name, kind in COLUMNS.items())
    assignments = ", ".join(f"{name} = score.{name}" for name in COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS score")
        cursor.execute(f"CREATE TEMP TABLE score (party_id {types['bigint']} PRIMARY KEY, {columns})")
        _fill(cursor, rows)
        cursor.execute(
            f"UPDATE customers_customersummary SET {assignments} FROM score WHERE score.party_id = customers_customersummary.party_id"  # noqa: S608 -- our own names
        )
        cursor.execute("DROP TABLE score")


def _fill(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy("COPY score FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * (len(COLUMNS) + 1))
    cursor.executemany(f"INSERT INTO score VALUES ({marks})", rows)  # noqa: S608 -- placeholders only


def chunks(rows: list[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """``rows`` in pieces."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
