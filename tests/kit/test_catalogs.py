"""The compiler of translation catalogs."""

import gettext
import os
from pathlib import Path

import pytest

from regulars.kit import catalogs

SOURCE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Customer"
msgstr "客戶"

msgctxt "verb"
msgid "Close"
msgstr "結案"

msgid "%(count)s order"
msgid_plural "%(count)s orders"
msgstr[0] "%(count)s 筆訂單"

#, fuzzy
msgid "Order"
msgstr "命令"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sales/locale/zh_Hant/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_compiled_catalog_translates_plain_context_and_plural(source: Path, tmp_path: Path) -> None:
    assert catalogs.compile_all(tmp_path) == [source.with_suffix(".mo")]
    with source.with_suffix(".mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    assert translations.gettext("Customer") == "客戶"
    assert translations.pgettext("verb", "Close") == "結案"
    assert translations.ngettext("%(count)s order", "%(count)s orders", 3) == "%(count)s 筆訂單"


def test_compiled_catalog_leaves_fuzzy_messages_in_english(source: Path, tmp_path: Path) -> None:
    catalogs.compile_all(tmp_path)
    with source.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Order") == "Order"


def test_second_compilation_writes_only_what_changed(source: Path, tmp_path: Path) -> None:
    catalogs.compile_all(tmp_path)
    assert catalogs.compile_all(tmp_path) == []
    later = source.with_suffix(".mo").stat().st_mtime_ns + 1_000_000_000
    os.utime(source, ns=(later, later))
    assert catalogs.compile_all(tmp_path) == [source.with_suffix(".mo")]


def test_compilation_leaves_no_partial_file_behind(source: Path, tmp_path: Path) -> None:
    catalogs.compile_all(tmp_path)
    assert sorted(path.name for path in source.parent.iterdir()) == ["django.mo", "django.po"]
