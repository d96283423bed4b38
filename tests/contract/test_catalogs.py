"""Every text for users is there in Traditional Chinese; the check that says so finds what is missing."""

import shutil
from pathlib import Path

import polib
import pytest

from tests.support.requirements import missing
from tools.checks import translations
from tools.checks.files import ROOT


def test_every_text_is_translated() -> None:
    if not shutil.which("xgettext"):
        missing("gettext", "sudo apt-get install -y gettext")
    assert translations.problems() == []


def test_a_text_is_translated_alike_in_every_room() -> None:
    """At run time all catalogs are one: of two translations only one would ever be seen, in both rooms."""
    said: dict[tuple[str | None, str], dict[str, set[str]]] = {}
    for catalog in (ROOT / "regulars").glob("**/locale/*/LC_MESSAGES/django.po"):
        if catalog.is_relative_to(ROOT / "regulars/intelligence"):
            continue  # a library without Django: its catalog is read apart
        for entry in polib.pofile(str(catalog)):
            ways = said.setdefault((entry.msgctxt, entry.msgid), {})
            ways.setdefault(entry.msgstr or entry.msgstr_plural.get(0, ""), set()).add(str(catalog.parents[3]))
    assert {text: ways for text, ways in said.items() if len(ways) > 1} == {}


@pytest.mark.parametrize(
    ("msgid", "msgstr", "complaint"),
    [
        ("Customer", "", "not translated"),
        ("%(count)s rows", "列", "a placeholder is missing"),
        ("Rows", "%(count)s 列", "a placeholder that the English text does not have"),
        ("Customer", "客户", "Simplified characters: 户"),
        ("Customer", "客戶", ""),
        ("%(count)s rows", "%(count)s 列", ""),
    ],
)
def test_check_judges_one_text(msgid: str, msgstr: str, complaint: str) -> None:
    assert translations.judge(polib.POEntry(msgid=msgid, msgstr=msgstr)) == complaint


def test_check_judges_plurals_and_fuzzy_texts() -> None:
    plural = polib.POEntry(msgid="%(n)s row", msgid_plural="%(n)s rows", msgstr_plural={0: "%(n)s 列"})
    assert translations.judge(plural) == ""
    assert translations.judge(polib.POEntry(msgid="Row", msgstr="列", flags=["fuzzy"])) == "fuzzy or missing"


def test_check_finds_a_text_that_no_catalog_has(tmp_path: Path) -> None:
    if not shutil.which("xgettext"):
        missing("gettext", "sudo apt-get install -y gettext")
    room = tmp_path / "regulars/sales"
    (room / "locale/zh_Hant/LC_MESSAGES").mkdir(parents=True)
    (room / "apps.py").touch()
    (room / "views.py").write_text('from django.utils.translation import gettext\nprint(gettext("Brand-new words"))\n')
    translations.extract(tmp_path / "regulars")
    found = translations.problems_of(room / "locale/zh_Hant/LC_MESSAGES/django.po")
    assert found == ["sales: not translated: 'Brand-new words' (sales/views.py)"]
