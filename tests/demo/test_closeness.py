"""How close the analyses come to the truth: compared from the rows that the screens read, kept, and shown."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from bench import truth as bench
from regulars.config.cli import insight
from regulars.demo import closeness, comparing
from regulars.intelligence import analyses
from regulars.kit.errors import UserError
from regulars.reporting import actions
from tests.demo_fixture import load

pytestmark = pytest.mark.django_db


def test_every_figure_has_its_words() -> None:
    assert set(closeness.TRUE) == set(comparing.COMPARED)
    assert set(comparing.COMPARED) <= set(analyses.names())
    assert {key.partition(".")[0] for key in closeness.FIGURES} == set(comparing.COMPARED)


def test_figures_are_compared_kept_shown_and_written(
    tmp_path: Path, settings: Any, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of 600 customers: an analysis that no longer comes close is noticed."""
    settings.HOME = tmp_path
    (tmp_path / "tmp").mkdir()
    demo = load(tmp_path, customers=600)
    actions.refresh()
    found = closeness.measure()
    assert found["stage"]["right"] is not None
    assert found["stage"]["right"] > 0.5
    assert (found["stage"]["left"] or 0) > 0.85
    assert (found["lifetime"]["left"] or 0) > 0.85
    assert (found["cycle"]["rank"] or 0) > 0.7
    assert (found["value"]["most_valuable"] or 0) > 1.5
    assert all(f"{name}.{key}" in closeness.FIGURES for name, figures in found.items() for key in figures)
    assert json.loads(closeness.path(tmp_path).read_text()) == found
    assert insight.run(Namespace(name=None, truth=True, json=True)) == 0
    told = json.loads(capsys.readouterr().out)["analyses"]
    assert told["stage"]["figures"] == found["stage"]
    document = tmp_path / "demo.md"
    document.write_text("before\n<!-- closeness -->\nLAST WEEK\n<!-- /closeness -->\nafter\n")
    bench.write(told, document)
    text = document.read_text()
    assert text.startswith("before\n<!-- closeness -->\n| analysis |")
    assert "LAST WEEK" not in text
    assert f"| stage | {closeness.TRUE['stage']} |" in text
    owner = demo.user("owner")
    owner.language = "en"
    owner.save()
    client.force_login(owner)
    page = client.get("/insight/stage/").content.decode()
    assert "Beside the truth" in page
    assert "Telling who has left (AUC)" in page
    assert "Beside the truth" not in client.get("/insight/movement/").content.decode()  # nothing hidden to find


def test_without_a_truth_nothing_is_said(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    assert closeness.measure() == {}
    assert closeness.of("stage") is None
    with pytest.raises(UserError):
        insight.run(Namespace(name=None, truth=True, json=False))


def test_agreement_is_one_for_the_same_division_and_none_for_chance() -> None:
    assert comparing._adjusted_rand(np.diag([5.0, 7.0, 3.0])) == pytest.approx(1)
    assert comparing._adjusted_rand(np.full((2, 2), 25.0)) == pytest.approx(-0.01, abs=0.02)
    assert comparing._rank_correlation(np.array([1.0, 2, 3, 4]), np.array([1.0, 8, 27, 64])) == pytest.approx(1)
