"""The checks find what they are for."""

from pathlib import Path

import polib
import pytest

from tools import check, messages
from tools.checks import files, layers, locks, migrations, sizes, words


def test_percentile_leaves_one_in_twenty_above() -> None:
    assert sizes.percentile_95([]) == 0
    assert sizes.percentile_95([7]) == 7
    assert sizes.percentile_95(list(range(1, 101))) == 95
    assert sizes.percentile_95([10] * 19 + [999]) == 10


def test_sizes_names_what_is_over_the_hard_limit_and_the_largest_when_too_many_are_large() -> None:
    assert sizes.judge("files", {"a": 400, "b": 1}, p95=400, most=600) == []
    assert sizes.judge("files", {"a": 601, **{str(n): 1 for n in range(40)}}, p95=400, most=600) == [
        "a: 601 lines, at most 600"
    ]
    assert sizes.judge("files", {"a": 500}, p95=400, most=600) == [
        "95 % of files should be within 400 lines, now 500; the largest:",
        "   500 a",
    ]


def test_docstring_does_not_count_as_length_of_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n\n\nasync def g():\n    return 2\n')
    monkeypatch.setattr(sizes, "shown", lambda path: path.name)
    assert dict(sizes.functions(path)) == {"a.py:1 f": 2, "a.py:9 g": 2}


@pytest.mark.parametrize(
    "text",
    [
        "see https://" + "pypi." + "org/simple",
        "/" + "work/main",
        "open('/home/" + "eva/x')",
        "-----BEGIN RSA PRIVATE " + "KEY-----",
    ],
)
def test_words_that_belong_to_one_machine_are_found(text: str) -> None:
    assert words.FORBIDDEN.search(text)


@pytest.mark.parametrize("text", ["pypi", "homework/main", "a/work/b", "network/", "../work/"])
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert not words.FORBIDDEN.search(text)


@pytest.mark.parametrize("name", ["0003_auto_20260101_0000.py", "0002_alter_party_name_and_more.py"])
def test_generated_names_of_migrations_are_recognised(name: str) -> None:
    assert migrations.GENERATED.match(name)


def test_contexts_are_found_by_their_files() -> None:
    assert {"regulars.customers", "regulars.staff"} <= layers.contexts()
    assert not {name for name in layers.contexts() if name.startswith(("regulars.intelligence", "regulars.kit"))}


def test_locked_packages_are_compared_by_normal_name() -> None:
    assert locks.named(["Django_Htmx>=1", "psycopg[binary,pool]>=3", "# comment"]) == {"django-htmx", "psycopg"}


def test_files_are_found_with_and_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = ("regulars/**/templates/**.html", "regulars/kit/*.py", "run")
    with_git = [path for path in files.kept(*patterns) if "vendor" not in path.parts]
    monkeypatch.setattr(files, "listed_by_git", lambda patterns: None)
    assert set(with_git) <= set(files.kept(*patterns))
    assert files.ROOT / "run" in with_git
    assert not [path for path in files.kept() if ".venv" in path.parts]


def test_check_that_breaks_is_a_finding_and_not_a_crash() -> None:
    def broken() -> list[str]:
        raise OSError("no such thing")

    found, _ = check.timed(broken)
    assert found == ["the check itself failed: OSError: no such thing"]


def test_check_fails_when_any_finds_something(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "CHECKS", {"good": list, "bad": lambda: ["here"]})
    assert check.main(["good"]) == 0
    assert check.main([]) == 1
    assert "checks: 1 passed, 1 failed (bad)" in capsys.readouterr().out
    assert check.main(["no-such"]) == 2


def test_renewed_catalog_keeps_translations_adds_new_and_drops_old_texts() -> None:
    extracted = polib.POFile()
    for msgid in ("Orders", "Customers"):
        extracted.append(polib.POEntry(msgid=msgid, occurrences=[("a.py", "1")], flags=["fuzzy", "python-format"]))
    extracted.append(polib.POEntry(msgid="%(n)s row", msgid_plural="%(n)s rows", msgstr_plural={0: ""}))
    known = {
        (None, "Customers"): polib.POEntry(msgid="Customers", msgstr="客戶"),
        (None, "Gone"): polib.POEntry(msgid="Gone", msgstr="不見了"),
    }
    catalog = messages.renewed(extracted, known)
    assert [(entry.msgid, entry.msgstr, entry.flags, entry.occurrences) for entry in catalog] == [
        ("%(n)s row", "", [], []),
        ("Customers", "客戶", ["python-format"], []),
        ("Orders", "", ["python-format"], []),
    ]
    assert catalog[0].msgstr_plural == {0: ""}
