"""The registry of analyses: each says what it asks, finds and means in both languages, and its document is true."""

import ast
import inspect
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import polib
import pytest

from regulars.intelligence import analyses, trust
from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import FORECAST, BackTest
from regulars.intelligence.analyses.slices import DIMENSIONS
from tests.support.insight import FOLDER, document

CATALOG = Path(analyses.__file__).parents[1] / "locale" / "zh_Hant" / "LC_MESSAGES" / "django.po"
SAID_ELSEWHERE = {**base.SAYS, **trust.SAYS}


def translations() -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOG))}


def result_of(name: str) -> Any:
    """The class of an analysis' result."""
    return vars(analyses.get(name))["Result"]


def sayings_in(module: object) -> set[str]:
    """The codes that a file writes literally into sayings."""
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Saying")
    return {one.args[0].value for one in calls if one.args and isinstance(one.args[0], ast.Constant)}


@pytest.mark.parametrize("name", analyses.names())
def test_an_analysis_says_all_of_itself(name: str) -> None:
    one = analyses.get(name)
    assert base.question(one) == one.QUESTION
    assert one.QUESTION.endswith("?")
    for text in (one.TITLE, one.WHY, one.FORMULA, one.SOURCE):
        assert text.strip()
    assert set(one.SLICES) <= set(DIMENSIONS)
    assert set(one.GIVES) <= set(one.MAKES)
    assert {column for columns in one.GIVES.values() for column in columns} <= set(FORECAST)


@pytest.mark.parametrize("name", [name for name in analyses.names() if "trust" in vars(result_of(name))])
def test_what_foretells_says_what_rests_on_each_of_its_models(name: str) -> None:
    """Every forecast of customers on just one; every code is one that the page knows."""
    one = analyses.get(name)
    claimed = [code for codes in base.rests(one).values() for code in codes]
    figures = {field.name for field in fields(result_of(name))}
    assert set(base.rests(one)) <= set(one.SAYS)
    assert base.rests(one)
    assert set(claimed) <= set(one.SAYS) | set(base.SAYS) | set(FORECAST) | figures
    for column in (column for columns in one.GIVES.values() for column in columns):
        assert claimed.count(column) == 1, column


@pytest.mark.parametrize("name", [name for name in analyses.names() if base.rests(analyses.get(name))])
def test_the_models_that_are_tried_are_those_on_which_something_rests(name: str) -> None:
    one = analyses.get(name)
    tested = (BackTest("2026-01-01", 200, 0.5, 1.0),)
    figures = {field.name: tested for field in fields(result_of(name)) if field.name.endswith("tests")}
    assert {model.model for model in result_of(name)(**figures).trust()} == set(base.rests(one))


@pytest.mark.parametrize("name", analyses.names())
def test_every_code_has_its_words_in_both_languages(name: str) -> None:
    one, chinese = analyses.get(name), translations()
    assert sayings_in(one) <= set(one.SAYS) | set(SAID_ELSEWHERE)
    for text in (one.QUESTION, one.TITLE, one.WHY, one.FORMULA, *one.SAYS.values()):
        assert chinese.get(text), text


def test_a_code_means_one_thing() -> None:
    known: dict[str, str] = dict(SAID_ELSEWHERE)
    for name in analyses.names():
        for code, text in analyses.get(name).SAYS.items():
            assert known.setdefault(code, text) == text, code


@pytest.mark.parametrize("name", analyses.names())
def test_parameters_have_legal_ranges_and_lie_in_them(name: str) -> None:
    params = getattr(sys.modules[analyses.get(name).__name__], "Params", None)
    if params is None:
        return
    params()
    for key, legal in params.ranges.items():
        with pytest.raises(ValueError, match=key):
            params(**{key: legal.high * 2 + 1})


def test_asking_what_an_analysis_means_loads_nothing_heavy() -> None:
    code = "from regulars.intelligence import analyses, trust; import sys; [analyses.get(n) for n in analyses.names()]; print(sorted({'numpy', 'duckdb', 'scipy', 'pyarrow', 'numba', 'sklearn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", analyses.names())
def test_its_document_is_generated_from_its_file(name: str) -> None:
    """``REGULARS_WRITE_DOCS=1`` writes it anew."""
    path = FOLDER / f"{name}.md"
    if os.environ.get("REGULARS_WRITE_DOCS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(document(name))
    assert path.read_text() == document(name)


def test_no_document_is_left_of_an_analysis_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(analyses.names())
