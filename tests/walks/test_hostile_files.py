"""Files as they come from strangers: each row counts once, each refusal is a sentence, nothing is taken for what it is not."""

import gzip
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from regulars.customers.models import Party
from regulars.customers.queries.stream import stream_customers
from regulars.integrations.imports import commands
from regulars.integrations.imports.models import ImportJob
from regulars.kit.errors import UserError

pytestmark = pytest.mark.django_db

HEAD = "order,date,customer,qty,price\n"
GOOD = "".join(f"O{i},2024-0{1 + i % 9}-1{i % 9},C{i % 7},{1 + i % 3},{10 + i}.50\n" for i in range(60))

Take = Callable[[str | bytes], dict[str, Any]]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Import text or bytes as a file called orders.csv."""

    def run(content: str | bytes) -> dict[str, Any]:
        path = tmp_path / "orders.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return commands.import_file(path)

    return run


def test_amounts_beyond_a_trillion_are_refused_and_the_rest_is_kept(take: Take) -> None:
    found = take(
        HEAD
        + "A1,2024-01-02,C1,1,99999999999999999999\nA2,2024-01-02,C1,999999999999,99999999999\n"
        + "A3,2024-01-03,C1,1e9,5\nA4,2024-01-03,C2,1,inf\nA5,2024-01-03,C2,0.3333333333333333,3\n"
    )
    assert (found["accepted"], found["rejected"], found["revenue"]) == (2, 3, "5000000001.00")
    assert [row for row, _sentence in _said(found)] == [2, 3, 5]


def test_fractions_of_cents_tie_out_for_each_customer_and_for_all(take: Take) -> None:
    rng, truth, rows = random.Random(5), dict[str, Decimal](), []
    for number in range(900):
        customer, amount = f"C{number % 83}", Decimal(rng.randrange(1, 900_000)).scaleb(-4)
        truth[customer] = truth.get(customer, Decimal(0)) + amount
        rows.append(f"O{number // 3 * 83 + number % 83},2024-01-{1 + number % 28:02},{customer},1,{amount}\n")
    found = take(HEAD + "".join(rows))
    cent, total = Decimal("0.01"), sum(truth.values(), Decimal(0))
    shown = {row["identifiers"][0]["id"]: Decimal(row["revenue"]) for row in stream_customers()}
    assert found["revenue"] == str(total.quantize(cent))
    assert sum(shown.values()) == total.quantize(cent)
    assert max(abs(shown[customer] - amount) for customer, amount in truth.items()) < cent
    exact = sum(shown[customer] == amount.quantize(cent) for customer, amount in truth.items())
    assert exact >= len(truth) - 10


def _said(found: dict[str, Any]) -> list[tuple[int, str]]:
    return [(reject["row"], reject["problem"]) for reject in found["first_rejects"]]


def test_lone_quotes_cost_their_own_row_only(take: Take) -> None:
    found = take(HEAD + GOOD.replace("O7,", '"O7,').replace("C3,", 'C"3,', 1))
    assert (found["rows"], found["accepted"]) == (60, 59)
    [(row, sentence)] = _said(found)
    assert row == 9
    assert "quotation mark" in sentence


def test_header_decides_the_width_of_a_short_ragged_file(take: Take) -> None:
    found = take(HEAD + "A1,2024-01-02,C1,1,5\nA2,2024-01-02,C1,1\nA3,2024-01-03,C1,1,5,6,7\nA4,2024-01-03,C2,1,5,,\n")
    assert (found["accepted"], found["rejected"]) == (2, 2)
    assert _said(found) == [
        (3, "This row has 4 cells, the header has 5."),
        (4, "This row has 7 cells, the header has 5."),
    ]


@pytest.mark.parametrize("numbers", ["three three three three", "three two 1 一打"])
def test_quantities_in_words_are_never_counted_as_one(take: Take, numbers: str) -> None:
    rows = [f"A{i},2024-01-0{i + 1},C1,{word},5\n" for i, word in enumerate(numbers.split())]
    found = take(HEAD + "".join(rows))
    assert found["accepted"] == numbers.count("1")
    assert found["rejected"] == len(rows) - found["accepted"]
    assert all("digits" in sentence for _row, sentence in _said(found))


def test_lines_in_three_encodings_are_read_as_utf8_or_refused(take: Take) -> None:
    found = take(
        (HEAD + GOOD).encode()
        + "O98,2024-03-03,王小明,1,5\n".encode("cp950")
        + "O97,2024-03-03,陳大文,1,5\n".encode()
        + "O96,2024-03-03,José,1,5\n".encode("latin-1")
    )
    assert (found["accepted"], found["rejected"]) == (61, 2)
    assert Party.objects.filter(name="#陳大文").exists()
    assert all("another encoding" in sentence for _row, sentence in _said(found))


@pytest.mark.parametrize("content", [b"a" * 20_000_000, gzip.compress(b"a," * 10_000_000, 1)], ids=["plain", "packed"])
def test_endless_line_is_refused_without_being_held(take: Take, content: bytes) -> None:
    with pytest.raises(UserError, match="16 MB"):
        take(content)
    assert not ImportJob.objects.exists()
