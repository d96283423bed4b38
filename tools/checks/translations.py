"""Every text for users exists in Traditional Chinese: nothing missing, empty, fuzzy, Simplified, or with other placeholders.

The texts are extracted afresh into a copy of the package, so a catalog that was not updated is found too.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

from tools.checks.files import ROOT

LANGUAGE = "zh_Hant"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+")
SIMPLIFIED = frozenset(
    "这来时说国们会对发经还关门问间无开见样学实现应长东车书买卖网页录设计认证请让该选择击显邮线级组织维报价单订货币额总销户顾"
    "图标签权队员务产删编辑确传输数库连历错误码测试优类别称联为从与个条边带没预约评论区处复营业动态创议术热电话响应较适图际"
) - frozenset("并")


def contexts(package: Path) -> Iterator[Path]:
    """Folders that keep a catalog of their own: every Django app, and every folder that has a `locale` already."""
    apps = {path.parent for path in package.glob("**/apps.py")}
    yield from sorted(apps | {path.parent for path in package.glob("**/locale")})


def copy_of_package(folder: Path) -> Path:
    """A copy of the package below `folder`, with its texts and without what carries none."""
    copy = folder / "regulars"
    shutil.copytree(
        ROOT / "regulars", copy, ignore=shutil.ignore_patterns("*.mo", "*.partial", "__pycache__", "static")
    )
    return copy


def extract(copy: Path) -> None:
    """Update every catalog below `copy` from the sources beside it.

    Raises:
        RuntimeError: makemessages failed; carries what it said.
    """
    for context in (copy, *contexts(copy)):
        (context / "locale").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", LANGUAGE, "--no-obsolete", "--add-location", "file"],
        cwd=copy,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())


def texts(entry: polib.POEntry) -> list[str]:
    """The translations of an entry: one, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def judge(entry: polib.POEntry) -> str:
    """What is wrong with an entry, or nothing."""
    translations = texts(entry)
    if entry.fuzzy:
        return "fuzzy or missing"
    if not translations or not all(translations):
        return "not translated"
    if any(
        set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in translations
    ):
        return "a placeholder that the English text does not have"
    if not entry.msgid_plural and set(PLACEHOLDER.findall(entry.msgid)) != set(PLACEHOLDER.findall(entry.msgstr)):
        return "a placeholder is missing"
    if simplified := SIMPLIFIED & set("".join(translations)):
        return f"Simplified characters: {''.join(sorted(simplified))}"
    return ""


def problems_of(catalog: Path) -> list[str]:
    """Sentences about one catalog."""
    name = catalog.parts[-5] if len(catalog.parts) > 4 else str(catalog)
    found = []
    for entry in polib.pofile(str(catalog)):
        if complaint := judge(entry):
            places = ", ".join(place for place, _ in entry.occurrences[:2])
            found.append(f"{name}: {complaint}: {entry.msgid!r} ({places})")
    return found


def problems() -> list[str]:
    """Sentences about every text that a reader of Chinese would miss."""
    if not shutil.which("xgettext"):
        return ["gettext is not installed; to install it: sudo apt-get install -y gettext"]
    with tempfile.TemporaryDirectory(prefix="regulars-messages-") as folder:
        copy = Path(folder) / "regulars"
        shutil.copytree(
            ROOT / "regulars", copy, ignore=shutil.ignore_patterns("*.mo", "vendor", "__pycache__", "static")
        )
        extract(copy)
        catalogs = sorted(copy.glob(f"**/locale/{LANGUAGE}/LC_MESSAGES/django.po"))
        return [found for catalog in catalogs for found in problems_of(catalog)]
