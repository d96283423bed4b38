"""The shared tables made by Apache Spark from the same Parquet, for a company that one machine cannot hold.

``REGULARS_WAREHOUSE_URL`` names the cluster: ``spark://host:port``, or ``spark://local[2]`` for threads of this process. Driver
and workers must see the folder of the warehouse under the same path. The definitions are the very files that DuckDB runs;
what comes of them goes back into the warehouse as Parquet, small enough for the analyses to read through DuckDB.

Needs the package ``pyspark`` (``pip install "regulars[spark]"``) and Java 17 or newer.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from regulars.intelligence.warehouse import definitions
from regulars.intelligence.warehouse.engine import Engine
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.store import Held, Store

OPTIONS: Final[Mapping[str, str]] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.shuffle.partitions": "8",
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


class Missing(RuntimeError):
    """Spark or Java is not on this machine; the message says how to get them."""


def find_java() -> str | None:
    """The program ``java``, from JAVA_HOME or the path; None where there is none."""
    return shutil.which("java")


@contextmanager
def session(url: str, store: Store, **options: str) -> Iterator[Any]:
    """A Spark session in which every loaded table of ``store`` is a view, and the functions of the definitions are known.

    Raises:
        Missing: no pyspark, or no Java.
    """
    if find_spec("pyspark") is None or find_java() is None:
        raise Missing('REGULARS_WAREHOUSE_URL asks for Spark: pip install "regulars[spark]" and install Java 17')
    from pyspark.sql import SparkSession  # noqa: PLC0415 -- half a gigabyte that few installations have

    builder = SparkSession.builder.appName("regulars").master(_master(url))
    for key, value in {**OPTIONS, "spark.pyspark.python": sys.executable, **options}.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        for signature, bodies in definitions.SHIM.items():
            called, kind = signature.rsplit(" ", 1)
            spark.sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {called} RETURNS {kind} RETURN {bodies['spark']}")
        spark.range(definitions.MONTHS).selectExpr("CAST(id AS INT) AS n").createOrReplaceTempView("numbers")
        for name, held in store.manifest().tables.items():
            _show(spark, store, name, held)
        yield spark
    finally:
        spark.stop()


def lay(engine: Engine, url: str, store: Store, horizon: Horizon) -> tuple[str, ...]:
    """Let the cluster at ``url`` make the shared tables, and lay them into DuckDB; their names."""
    with session(url, store) as spark:
        made = make(spark, definitions.SHARED, horizon.parameters, store.folder / "distributed")
    for name, pattern in made.items():
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM read_parquet('{pattern}') ORDER BY customer_id"  # noqa: S608 -- our own names
        )
    shutil.rmtree(store.folder / "distributed")
    return tuple(made)


def make(spark: Any, names: Sequence[str], parameters: Mapping[str, Any], into: Path) -> dict[str, str]:
    """Make the tables ``names`` in this order, each from those before, as Parquet below ``into``.

    Returns:
        By name the pattern of its files, as ``read_parquet`` of DuckDB takes it.
    """
    shutil.rmtree(into, ignore_errors=True)
    made = {}
    for name in names:
        one, folder = definitions.get(name), into / name
        given = {key: parameters[key] for key in one.parameters}
        spark.sql(one.sql, args=given).write.parquet(folder.as_uri())
        spark.read.parquet(folder.as_uri()).createOrReplaceTempView(name)
        made[name] = str(folder / "*.parquet")
    return made


def _master(url: str) -> str:
    """What Spark calls the address: ``spark://local[2]`` is ``local[2]`` there."""
    plain = url.removeprefix("spark://")
    return plain if plain.startswith("local") else url


def _show(spark: Any, store: Store, name: str, held: Held) -> None:
    """Make a table a view of its name, its patch applied."""

    def read(*segments: str) -> Any:
        return spark.read.parquet(*((store.folder / one).as_uri() for one in segments))

    rows = read(*held.segments)
    if held.patch:
        rows = rows.join(read(held.patch.keys), held.key, "left_anti").unionByName(read(held.patch.rows))
    rows.createOrReplaceTempView(name)
