"""An experiment made elsewhere: Hillstrom's table, from the raw file through the product, to six digits."""

import gzip
import io
from pathlib import Path
from typing import Any

import pytest

from regulars.kit.errors import Conflict, Forbidden, UserError
from regulars.marketing.effect import importing, queries, sentences
from regulars.marketing.effect.importing import Chosen, look, measure_file
from regulars.marketing.effect.models import CONTROL
from regulars.marketing.effect.report import Report

pytestmark = pytest.mark.django_db

MEANS = {
    CONTROL: (0.106167, 0.005726, 0.652789),
    "Mens E-Mail": (0.182757, 0.012531, 1.422617),
    "Womens E-Mail": (0.151400, 0.008837, 1.077202),
}
EFFECTS = {
    ("Mens E-Mail", CONTROL): ((0.076590, 0.003386), (0.006805, 0.000921), (0.769827, 0.145247)),
    ("Womens E-Mail", CONTROL): ((0.045233, 0.003234), (0.003111, 0.000823), (0.424412, 0.130333)),
    ("Mens E-Mail", "Womens E-Mail"): ((0.031356, 0.003608), (0.003694, 0.000995), (0.345415, 0.159617)),
}
ANY = ((0.060882, 0.002777), (0.004955, 0.000717), (0.596796, 0.112556))
CODES = ("file.visit", "file.conversion", "file.spend")
CHOSEN = Chosen(
    arm="segment", control="No E-Mail", outcomes=("visit", "conversion", "spend"), before="history", currency="USD"
)


@pytest.fixture
def hillstrom(real_data: Path) -> Path:
    found = real_data / "uplift_hillstrom" / "hillstrom.csv.gz"
    if not found.is_file():
        pytest.skip("Hillstrom's file is not there")
    return found


def scaled(code: str, value: float) -> float:
    """In the unit of the table: US$ for money."""
    return value / 100 if code == "file.spend" else value


def test_hillstrom_s_table_comes_out_to_six_digits(hillstrom: Path) -> None:
    with hillstrom.open("rb") as file:
        experiment = measure_file(importing.opened(file), name="Hillstrom", chosen=CHOSEN, by=None)
    report = queries.report(experiment)

    assert {arm.code: arm.units for arm in report.arms} == {
        CONTROL: 21_306,
        "Mens E-Mail": 21_307,
        "Womens E-Mail": 21_387,
    }
    assert report.ratio_p == pytest.approx(0.904, abs=5e-4)
    for pair in report.pairs:
        place = CODES.index(pair.line.code)
        effect, se = EFFECTS[pair.arm, pair.other][place]
        assert scaled(pair.line.code, pair.line.plain) == pytest.approx(effect, abs=6e-7)
        assert scaled(pair.line.code, pair.line.plain_se) == pytest.approx(se, abs=6e-7)
        assert scaled(pair.line.code, pair.line.treated_mean) == pytest.approx(MEANS[pair.arm][place], abs=6e-7)
        assert scaled(pair.line.code, pair.line.control_mean) == pytest.approx(MEANS[pair.other][place], abs=6e-7)
    assert len(report.pairs) == 9
    for code, (effect, se) in zip(CODES, ANY, strict=True):
        line = report.line(code)
        assert line is not None
        assert scaled(code, line.plain) == pytest.approx(effect, abs=6e-7)
        assert scaled(code, line.plain_se) == pytest.approx(se, abs=6e-7)
        assert line.tells
    assert (report.state, report.best, report.contenders) == ("more", "Mens E-Mail", ("Mens E-Mail",))
    assert sentences.headline(report) == "visit: 2,590 more than without it, between 2,230 and 2,960"


def test_the_same_file_is_measured_once(hillstrom: Path) -> None:
    text = gzip.decompress(hillstrom.read_bytes()).decode()
    first = measure_file(io.StringIO(text), name="Hillstrom", chosen=CHOSEN, by=None)
    with pytest.raises(Conflict, match=first.name):
        measure_file(io.StringIO(text), name="again", chosen=CHOSEN, by=None)


def lines(count: int = 400) -> str:
    rows = [f"{'held' if n % 4 == 0 else 'sent'};{n % 3 == 0:d};{n * 10}.5;{n}" for n in range(count)]
    return "\ufeffgroup;bought;spent;before\n" + "\n".join(rows) + "\n"


def test_a_file_says_what_its_columns_may_be() -> None:
    seen = look(io.StringIO(lines()))

    assert [one.name for one in seen.groups] == ["group", "bought"]
    assert [(one.name, one.kind) for one in seen.measured] == [
        ("bought", "rate"),
        ("spent", "money"),
        ("before", "money"),
    ]


def test_groups_that_are_not_as_large_as_meant_block_the_report() -> None:
    chosen = Chosen(arm="group", control="held", outcomes=("spent",), currency="TWD")
    wrong = queries.report(measure_file(io.StringIO(lines()), name="x", chosen=chosen, by=None))
    right = Chosen(arm="group", control="held", outcomes=("spent",), currency="TWD", shares={"held": 1, "sent": 3})
    told = queries.report(measure_file(io.StringIO(lines()), name="x", chosen=right, by=None))

    assert wrong.blocked
    assert not wrong.lines
    assert "Not to be believed" in sentences.headline(wrong)
    assert not told.blocked
    assert told.lines


@pytest.mark.parametrize(
    ("chosen", "text"),
    [
        (Chosen(arm="grp", control="held", outcomes=("spent",)), lines()),
        (Chosen(arm="group", control="nobody", outcomes=("spent",)), lines()),
        (Chosen(arm="group", control="held", outcomes=()), lines()),
        (Chosen(arm="group", control="held", outcomes=("spent",)), lines() + "held;1;much;3\n"),
        (Chosen(arm="group", control="held", outcomes=("spent",)), ""),
        (Chosen(arm="group", control="held", outcomes=("spent",), shares={"held": 1}), lines()),
        (Chosen(arm="group", control="held", outcomes=("spent",)), "group;group\na;b\n"),
    ],
)
def test_what_cannot_be_read_is_said(chosen: Chosen, text: str) -> None:
    with pytest.raises(UserError):
        measure_file(io.StringIO(text), name="x", chosen=chosen, by=None)
    if not text:
        with pytest.raises(UserError):
            importing.look(io.StringIO(text))


def test_not_everybody_measures(make_user: Any) -> None:
    chosen = Chosen(arm="group", control="held", outcomes=("spent",))
    with pytest.raises(Forbidden):
        measure_file(io.StringIO(lines()), name="x", chosen=chosen, by=make_user(role="seller"))


def test_a_report_kept_for_lists_says_the_same() -> None:
    chosen = Chosen(arm="group", control="held", outcomes=("spent", "bought"), shares={"held": 1, "sent": 3})
    experiment = measure_file(io.StringIO(lines()), name="x", chosen=chosen, by=None)
    experiment.refresh_from_db()

    kept = Report.of_brief(experiment.told)

    assert sentences.headline(kept) == sentences.headline(queries.report(experiment))
    assert kept.lines == queries.report(experiment).lines
