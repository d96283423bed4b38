"""Rows that travel together: as a table of a statement, and as values that a column may have."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from regulars.catalogue.models import Product
from regulars.web.rows import JSON, AnyOf, as_table

pytestmark = pytest.mark.django_db


def read(columns: dict[str, str], rows: list[tuple[Any, ...]], what: str = "*") -> list[tuple[Any, ...]]:
    told, values = as_table(columns, rows)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what} FROM {told}", values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def test_a_table_of_rows_has_them_in_their_order_with_what_is_not_there() -> None:
    rows = [(9_007_199_254_740_993, "王小明 'quoted' \"twice\" %s\\", 0.5), (2, None, None), (3, "", -1.0)]
    assert read({"id": "bigint", "name": "text", "weight": "double precision"}, rows) == rows


def test_a_table_of_no_rows_is_empty() -> None:
    assert read({"id": "bigint"}, []) == []


def test_moments_and_json_stand_as_columns_keep_them() -> None:
    moment = datetime(2026, 11, 23, 4, 5, 6, 789_000, tzinfo=UTC)
    ((at, told),) = read({"at": "timestamptz", "told": JSON}, [(moment, {"a": [1, "茶"]})])
    if connection.vendor == "postgresql":
        assert at == moment
        assert told == '{"a": [1, "茶"]}'
    else:
        assert at == str(connection.ops.adapt_datetimefield_value(moment))
        assert told == '{"a": [1, "\\u8336"]}'


def test_what_no_database_keeps_is_refused() -> None:
    with pytest.raises(TypeError, match="no value for a row"):
        as_table({"id": "bigint"}, [(object(),)])


def test_any_of_finds_what_is_among_the_values_with_one_parameter() -> None:
    made = [Product.objects.create(code=code, name=code) for code in ("a", "b,c", 'd"e')]
    wanted = [made[1].pk, made[2].pk, 0]
    assert set(Product.objects.filter(AnyOf(F("pk"), wanted))) == set(made[1:])
    assert set(Product.objects.filter(AnyOf(F("code"), {"a", 'd"e', "x"}))) == {made[0], made[2]}
    assert not Product.objects.filter(AnyOf(F("pk"), [])).exists()
    assert len(Product.objects.filter(AnyOf(F("pk"), range(500))).query.sql_with_params()[1]) == 1
