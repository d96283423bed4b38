"""Brings the catalogs up to date with the sources: `.venv/bin/python -m tools.messages`.

New texts are added with an empty translation, texts that are gone are removed, translations stay. Nothing is guessed
(no fuzzy entries) and no place or date is written, so a change shows only the texts it touches. Needs gettext.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import polib

from tools.checks.files import ROOT
from tools.checks.translations import LANGUAGE, contexts, copy_of_package, extract

HEADER = {
    "Project-Id-Version": "regulars",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str | None, str]


def key(entry: polib.POEntry) -> Key:
    """What makes a text the same text: its context and its English."""
    return entry.msgctxt, entry.msgid


def catalog_of(context: Path) -> Path:
    """Where a context keeps its Traditional Chinese."""
    return context / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def renewed(extracted: polib.POFile, known: dict[Key, polib.POEntry]) -> polib.POFile:
    """The extracted texts in the order of the alphabet, with the translations already known."""
    catalog = polib.POFile(wrapwidth=120)
    catalog.metadata = HEADER
    for entry in sorted(extracted, key=lambda entry: (entry.msgid.casefold(), entry.msgid, entry.msgctxt or "")):
        old = known.get(key(entry))
        kept = polib.POEntry(
            msgid=entry.msgid,
            msgctxt=entry.msgctxt,
            msgid_plural=entry.msgid_plural,
            flags=[flag for flag in entry.flags if flag != "fuzzy"],
            tcomment=old.tcomment if old else "",
        )
        if entry.msgid_plural:
            kept.msgstr_plural = dict(old.msgstr_plural) if old and old.msgstr_plural else {0: ""}
        else:
            kept.msgstr = old.msgstr if old else ""
        catalog.append(kept)
    return catalog


def renew(context: Path, copy: Path) -> tuple[int, int]:
    """Write the catalog of one context; returns how many texts it has and how many still lack a translation."""
    fresh, target = catalog_of(copy), catalog_of(context)
    if not fresh.exists():
        return 0, 0
    known = {key(entry): entry for entry in polib.pofile(str(target))} if target.exists() else {}
    catalog = renewed(polib.pofile(str(fresh)), known)
    target.parent.mkdir(parents=True, exist_ok=True)
    catalog.save(str(target))
    return len(catalog), len(catalog.untranslated_entries())


def main(names: list[str]) -> int:
    """Renew the catalogs of the named contexts (`customers`, `integrations/imports`), or of all."""
    if not shutil.which("xgettext"):
        print("gettext is not installed; to install it: sudo apt-get install -y gettext", file=sys.stderr)
        return 2
    package = ROOT / "regulars"
    with tempfile.TemporaryDirectory(prefix="regulars-messages-") as folder:
        copy = copy_of_package(Path(folder))
        extract(copy)
        for context in contexts(package):
            name = str(context.relative_to(package))
            if not names or name in names:
                texts, empty = renew(context, copy / name)
                print(f"{name}: {texts} texts, {empty} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
