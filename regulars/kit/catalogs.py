"""Compiles the translation catalogs: every `locale/*/LC_MESSAGES/django.po` below the package becomes a `.mo` beside it.

Compiled catalogs are not kept in the repository; `./run`, the tests and a developer (`python -m regulars.kit.catalogs`)
make them where they are needed. gettext's own `msgfmt` is not required: polib writes the same format.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parent.parent


def sources(root: Path = PACKAGE) -> Iterator[Path]:
    """Every catalog source below `root`, in a stable order."""
    yield from sorted(root.glob("**/locale/*/LC_MESSAGES/*.po"))


def is_stale(source: Path) -> bool:
    """Whether the compiled catalog is missing or older than its source."""
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def compile_catalog(source: Path) -> Path:
    """Compile one catalog and return the path of the `.mo`; fuzzy entries are left out, as gettext does.

    The file appears by rename, so a process that is starting meanwhile reads either the old or the new one, whole.
    Raises `OSError` or `UnicodeDecodeError` when the source is not a readable catalog.
    """
    compiled = source.with_suffix(".mo")
    partial = compiled.with_suffix(f".{os.getpid()}.partial")
    polib.pofile(str(source)).save_as_mofile(str(partial))
    partial.replace(compiled)
    return compiled


def compile_all(root: Path = PACKAGE) -> list[Path]:
    """Compile what is stale below `root`; returns the catalogs written."""
    return [compile_catalog(source) for source in sources(root) if is_stale(source)]


def main() -> int:
    """Compile every stale catalog of the package and say how many there were."""
    written = compile_all()
    print(f"catalogs: {len(written)} compiled, {sum(1 for _ in sources())} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
